//! The rights that a call needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Transaction<'a> {
    #[serde(rename = "TransactItems", borrow, default)]
    items: Vec<BTreeMap<String, &'a RawValue>>,
}

/// The actions of an operation: its own, or those of a transaction's parts.
pub(super) fn needed(operation: &str, body: &[u8]) -> Vec<String> {
    match operation {
        "TransactGetItems" => vec!["dynamodb:GetItem".to_owned()],
        "TransactWriteItems" => {
            let items = serde_json::from_slice::<Transaction<'_>>(body)
                .map(|transaction| transaction.items)
                .unwrap_or_default();
            items.iter().flat_map(BTreeMap::keys).map(|part| format!("dynamodb:{part}Item")).collect()
        }
        operation => vec![format!("dynamodb:{operation}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_needs_the_rights_of_its_parts() {
        let body = br#"{"TransactItems":[{"Put":{"Item":{}}},{"ConditionCheck":{}}]}"#;
        assert_eq!(needed("TransactWriteItems", body), ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"]);
        assert_eq!(needed("Query", b""), ["dynamodb:Query"]);
    }
}
