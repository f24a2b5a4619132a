//! The parameters of a template.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use crate::iam::ACCOUNT;

/// The declared parameters with their given or default values, and the pseudo parameters. `None` is a parameter without a value.
pub(super) fn read(
    declared: &Map<String, Value>,
    given: &[(String, String)],
    region: &str,
    stack_name: &str,
) -> Result<BTreeMap<String, Option<Value>>> {
    let mut all = BTreeMap::new();
    for (name, body) in declared {
        let default = body.get("Default").cloned();
        all.insert(name.clone(), default);
    }
    for (name, value) in given {
        let Some(body) = declared.get(name) else {
            let known: Vec<&str> = declared.keys().map(String::as_str).collect();
            bail!("it has no parameter {name}; its parameters are {}", known.join(", "));
        };
        if let Some(allowed) = body.get("AllowedValues").and_then(Value::as_array)
            && !allowed.iter().any(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned) == *value)
        {
            bail!("the parameter {name} cannot be {value:?}; allowed are {}", json!(allowed));
        }
        all.insert(name.clone(), Some(json!(value)));
    }
    // A reference to a list parameter gives a list.
    for (name, value) in &mut all {
        let kind = declared[name].get("Type").and_then(Value::as_str).unwrap_or_default();
        if (kind == "CommaDelimitedList" || kind.starts_with("List<"))
            && let Some(Value::String(joined)) = value
        {
            *value = Some(joined.split(',').map(|item| json!(item.trim())).collect());
        }
    }
    let pseudo = [
        ("AWS::AccountId", ACCOUNT.to_owned()),
        ("AWS::Partition", "aws".to_owned()),
        ("AWS::Region", region.to_owned()),
        ("AWS::StackId", format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack_name}/local")),
        ("AWS::StackName", stack_name.to_owned()),
        ("AWS::URLSuffix", "amazonaws.com".to_owned()),
    ];
    all.extend(pseudo.map(|(name, value)| (name.to_owned(), Some(json!(value)))));
    Ok(all)
}
