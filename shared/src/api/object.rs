//! Bodies are JSON objects. By itself serde takes a list for a struct as well, its items for the fields in order.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A `T` that was an object in the JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<T>(pub T);

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, serde::Deserialize)]
    struct Named {
        name: String,
    }

    #[test]
    fn a_list_does_not_do_for_an_object() {
        let read = |text| serde_json::from_str::<Object<Named>>(text);
        assert_eq!(read(r#"{"name":"ann"}"#).unwrap(), Object(Named { name: "ann".to_owned() }));
        assert_eq!(
            read(r#"["ann"]"#).unwrap_err().to_string(),
            "invalid type: sequence, expected an object at line 1 column 0"
        );
        assert!(read("null").is_err() && read("\"ann\"").is_err());
    }
}
