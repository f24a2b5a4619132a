//! A `BatchGetItem` in two parts. On AWS its items are read one by one, in no order, and others may write in between.

use bytes::Bytes;
use serde_json::{Map, Value};

/// The same call for those items whose key begins with `first`, and for the others; `None` if it is no such call, or
/// reads only items of one sort.
pub(super) fn split(body: &[u8], first: &str) -> Option<(Bytes, Bytes)> {
    let call: Value = serde_json::from_slice(body).ok()?;
    let part = |wanted: bool| -> Option<Bytes> {
        let mut call = call.clone();
        let tables = call.get_mut("RequestItems")?.as_object_mut()?;
        let mut any = false;
        for table in tables.values_mut() {
            let keys = table.get_mut("Keys")?.as_array_mut()?;
            keys.retain(|key| begins(key, first) == wanted);
            any |= !keys.is_empty();
        }
        tables.retain(|_, table| table["Keys"].as_array().is_some_and(|keys| !keys.is_empty()));
        any.then(|| Bytes::from(call.to_string()))
    };
    part(true).zip(part(false))
}

/// Whether a part of a key is a text that begins so.
fn begins(key: &Value, first: &str) -> bool {
    let mut parts = key.as_object().into_iter().flat_map(Map::values);
    parts.any(|part| part["S"].as_str().is_some_and(|text| text.starts_with(first)))
}

/// The answers to both parts as one; `None` if one of them is an error.
pub(super) fn join(first: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    let mut joined: Value = serde_json::from_slice(first).ok()?;
    let rest: Value = serde_json::from_slice(rest).ok()?;
    let items = joined.get_mut("Responses")?.as_object_mut()?;
    for (table, more) in rest.get("Responses")?.as_object()? {
        append(items.entry(table).or_insert_with(|| Value::Array(Vec::new())), more);
    }
    if let Some(consumed) = joined.get_mut("ConsumedCapacity") {
        append(consumed, rest.get("ConsumedCapacity")?);
    }
    let unread = |answer: &Value| answer["UnprocessedKeys"].as_object().is_none_or(Map::is_empty);
    (unread(&joined) && unread(&rest)).then(|| joined.to_string().into_bytes())
}

fn append(list: &mut Value, more: &Value) {
    if let (Some(list), Some(more)) = (list.as_array_mut(), more.as_array()) {
        list.extend(more.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(keys: &[&str]) -> Vec<u8> {
        let keys: Vec<Value> = keys.iter().map(|pk| json!({"pk": {"S": pk}, "sk": {"S": "HEAD"}})).collect();
        json!({"RequestItems": {"t": {"Keys": keys, "ConsistentRead": true}}}).to_string().into_bytes()
    }

    #[test]
    fn a_call_is_split_by_the_beginning_of_its_keys() {
        let (first, rest) = split(&call(&["THREAD#t", "IDEMPOTENCY#u", "THREAD#s"]), "IDEMPOTENCY#").unwrap();
        let json = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();
        assert_eq!(json(&first), json(&call(&["IDEMPOTENCY#u"])));
        assert_eq!(json(&rest), json(&call(&["THREAD#t", "THREAD#s"])));
        assert_eq!(split(&call(&["THREAD#t"]), "IDEMPOTENCY#"), None);
        assert_eq!(split(br#"{"TableName":"t"}"#, "IDEMPOTENCY#"), None);
    }

    #[test]
    fn both_answers_make_one() {
        let answer = |items: Value, units: f64| json!({"Responses": {"t": items}, "UnprocessedKeys": {}, "ConsumedCapacity": [{"CapacityUnits": units}]});
        let joined = join(
            answer(json!([]), 0.5).to_string().as_bytes(),
            answer(json!([{"pk": {"S": "THREAD#t"}}]), 1.0).to_string().as_bytes(),
        );
        let joined: Value = serde_json::from_slice(&joined.unwrap()).unwrap();
        assert_eq!(joined["Responses"]["t"], json!([{"pk": {"S": "THREAD#t"}}]));
        assert_eq!(joined["ConsumedCapacity"], json!([{"CapacityUnits": 0.5}, {"CapacityUnits": 1.0}]));
        assert_eq!(join(br#"{"__type":"InternalServerError"}"#, b"{}"), None);
    }
}
