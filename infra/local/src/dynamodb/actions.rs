//! What a DynamoDB call needs to be allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::iam::{self, Need};

/// The members of a request that name tables.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Subject<'a> {
    table_name: Option<String>,
    index_name: Option<String>,
    /// In a batch: one entry per table.
    #[serde(borrow)]
    request_items: BTreeMap<String, &'a RawValue>,
    /// In a transaction: each part under its kind, such as `Put`.
    transact_items: Vec<BTreeMap<String, Part>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    table_name: String,
}

/// An operation needs its own action on its table or index, a batch on each of its tables. A transaction needs the actions of
/// its parts, and none of its own.
pub(super) fn needed(region: &str, operation: &str, body: &[u8]) -> BTreeSet<Need> {
    // A body that cannot be parsed names no table.
    let subject: Subject<'_> = serde_json::from_slice(body).unwrap_or_default();
    let action = format!("dynamodb:{operation}");
    let needs: BTreeSet<Need> = match operation {
        "TransactGetItems" | "TransactWriteItems" => {
            let parts = subject.transact_items.iter().flatten();
            parts
                .map(|(verb, part)| Need::new(format!("dynamodb:{verb}Item"), table(region, &part.table_name)))
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            subject.request_items.keys().map(|name| Need::new(&*action, table(region, name))).collect()
        }
        _ => {
            let index = subject.index_name.map(|index| format!("/index/{index}")).unwrap_or_default();
            let tables = subject.table_name.iter();
            tables.map(|name| Need::new(&*action, format!("{}{index}", table(region, name)))).collect()
        }
    };
    if needs.is_empty() {
        // For example ListTables.
        return BTreeSet::from([Need::new(action, table(region, "*"))]);
    }
    needs
}

/// The ARN of a table. A request may name the table by its ARN.
fn table(region: &str, name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { iam::arn("dynamodb", region, &format!("table/{name}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(operation: &str, body: &str) -> Vec<String> {
        let needs = needed("us-east-1", operation, body.as_bytes());
        needs.iter().map(|need| format!("{} {}", need.action, need.resource)).collect()
    }

    const ARN: &str = "arn:aws:dynamodb:us-east-1:123456789012:table";

    #[test]
    fn an_operation_needs_its_action_on_its_table_or_index() {
        assert_eq!(
            listed("PutItem", r#"{"TableName":"t","Item":{"a":{"S":"b"}}}"#),
            [format!("dynamodb:PutItem {ARN}/t")]
        );
        assert_eq!(
            listed("Query", r#"{"IndexName":"i","TableName":"t"}"#),
            [format!("dynamodb:Query {ARN}/t/index/i")]
        );
        assert_eq!(listed("GetItem", r#"{"TableName":"arn:other"}"#), ["dynamodb:GetItem arn:other"]);
    }

    #[test]
    fn a_batch_needs_its_own_action_on_every_table() {
        let body = r#"{"RequestItems":{"t":{"Keys":[]},"u":{"Keys":[]}}}"#;
        let expected = ["t", "u"].map(|name| format!("dynamodb:BatchGetItem {ARN}/{name}"));
        assert_eq!(listed("BatchGetItem", body), expected);
    }

    #[test]
    fn a_transaction_needs_the_actions_of_its_parts() {
        let body = r#"{"TransactItems":[
            {"Put":{"TableName":"t","Item":{}}},{"Put":{"TableName":"t","Item":{}}},{"ConditionCheck":{"TableName":"u"}}]}"#;
        let expected = [format!("dynamodb:ConditionCheckItem {ARN}/u"), format!("dynamodb:PutItem {ARN}/t")];
        assert_eq!(listed("TransactWriteItems", body), expected);
        let body = r#"{"TransactItems":[{"Get":{"TableName":"t"}}]}"#;
        assert_eq!(listed("TransactGetItems", body), [format!("dynamodb:GetItem {ARN}/t")]);
    }

    #[test]
    fn an_operation_without_a_table_needs_all_tables() {
        assert_eq!(listed("ListTables", "{}"), [format!("dynamodb:ListTables {ARN}/*")]);
        assert_eq!(listed("TransactWriteItems", "not JSON"), [format!("dynamodb:TransactWriteItems {ARN}/*")]);
    }
}
