//! Compares JSON and names the differences.

use serde_json::{Map, Value};

/// The result of a comparison; the error names the differences.
pub(crate) type Check = Result<(), String>;

/// Ensures that `actual` equals `expected`; the error says where they differ.
pub(crate) fn same(what: &str, actual: &Value, expected: &Value) -> Check {
    let mut differences = Vec::new();
    compare("", actual, expected, &mut differences);
    ensure(differences.is_empty(), || format!("{what}: {}", differences.join("; ")))
}

/// The same for lists.
pub(crate) fn same_list(what: &str, actual: Vec<Value>, expected: Vec<Value>) -> Check {
    same(what, &Value::Array(actual), &Value::Array(expected))
}

/// Ensures that `holds`; otherwise the error is `wrong`.
pub(crate) fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(wrong()) }
}

fn compare(path: &str, actual: &Value, expected: &Value, differences: &mut Vec<String>) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            let get = |object: &Map<String, Value>, name: &str| object.get(name).cloned().unwrap_or_default();
            for name in expected.keys().chain(actual.keys().filter(|name| !expected.contains_key(*name))) {
                compare(&format!("{path}/{name}"), &get(actual, name), &get(expected, name), differences);
            }
        }
        (Value::Array(actual), Value::Array(expected)) if actual.len() == expected.len() => {
            for (place, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                compare(&format!("{path}/{place}"), actual, expected, differences);
            }
        }
        _ if actual == expected => {}
        _ => differences.push(format!("{path} is {actual} instead of {expected}")),
    }
}
