//! Parses YAML with CloudFormation's tags into JSON in the long form: `!Ref X` becomes `{"Ref": "X"}`.

use anyhow::{Context, Result, bail};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// # Errors
/// A message with line and column if the text is not YAML.
pub(super) fn parse(text: &str) -> Result<Value> {
    let documents = Yaml::load_from_str(text).map_err(|error| anyhow::anyhow!("it is not valid YAML: {error}"))?;
    let [document] = documents.as_slice() else {
        bail!("it must contain exactly one YAML document, not {}", documents.len());
    };
    convert(document)
}

fn convert(node: &Yaml<'_>) -> Result<Value> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => Value::Array(items.iter().map(convert).collect::<Result<_>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let name = key_text(key).context("the keys of a mapping must be strings")?;
                object.insert(name, convert(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tag, inner) => tagged(&tag.suffix, convert(inner)?),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            bail!("it contains a YAML value that is not supported")
        }
    })
}

fn key_text(key: &Yaml<'_>) -> Option<String> {
    match key {
        Yaml::Value(Scalar::String(text)) => Some(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        _ => None,
    }
}

/// The long form of a tag.
fn tagged(tag: &str, inner: Value) -> Value {
    match (tag, inner) {
        ("Ref" | "Condition", inner) => json!({ tag: inner }),
        ("GetAtt", Value::String(dotted)) => {
            let (resource, attribute) = dotted.split_once('.').unwrap_or((&dotted, ""));
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (_, inner) => json!({ format!("Fn::{tag}"): inner }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_the_long_form() {
        let parsed = parse("a: !Ref X\nb: !GetAtt T.Arn\nc: !Sub 'p-${X}'\nd: !Join ['/', [x, !Ref Y]]\n").unwrap();
        assert_eq!(
            parsed,
            json!({"a": {"Ref": "X"}, "b": {"Fn::GetAtt": ["T", "Arn"]}, "c": {"Fn::Sub": "p-${X}"},
                   "d": {"Fn::Join": ["/", ["x", {"Ref": "Y"}]]}})
        );
    }

    #[test]
    fn invalid_yaml_is_reported_with_its_line() {
        let error = parse("a: [1, 2\nb: 3").unwrap_err().to_string();
        assert!(error.starts_with("it is not valid YAML") && error.contains("line"), "{error}");
    }
}
