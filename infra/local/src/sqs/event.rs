//! The event of a batch, and what the function's response says about its messages.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::messages::Message;
use crate::template::QueueSpec;

/// In place of the id of the sender's role, which no role has here.
const SENDER: &str = "AROALOCAL:local";

/// The event as JSON.
pub(super) fn payload(queue: &QueueSpec, region: &str, batch: &[Message]) -> Bytes {
    let records: Vec<Value> = batch.iter().map(|message| record(queue, region, message)).collect();
    Bytes::from(json!({ "Records": records }).to_string())
}

fn record(queue: &QueueSpec, region: &str, message: &Message) -> Value {
    json!({
        "messageId": message.id,
        "receiptHandle": format!("{}.{}", message.id, message.receives),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receives.to_string(),
            "SentTimestamp": message.sent_ms.to_string(),
            "SenderId": SENDER,
            "ApproximateFirstReceiveTimestamp": message.first_received_ms.to_string(),
        },
        "messageAttributes": {},
        "md5OfBody": digest(&message.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": region,
    })
}

/// MD5, with which clients of SQS find out that a body was damaged on its way.
pub(super) fn digest(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    batch_item_failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// The ids of the messages that failed, as the response of a function with `ReportBatchItemFailures` names them. If the response is
/// not understood or names a message of another batch, then all failed, as on Lambda.
pub(super) fn failed<'a>(response: &[u8], batch: &'a [Message]) -> BTreeSet<&'a str> {
    let all = ids(batch);
    let Ok(response) = serde_json::from_slice::<Option<Response>>(response) else { return all };
    let failures = response.and_then(|response| response.batch_item_failures).unwrap_or_default();
    let named = failures.iter().map(|failure| all.get(failure.item_identifier.as_str()).copied());
    named.collect::<Option<BTreeSet<_>>>().unwrap_or(all)
}

/// The ids of all messages of a batch.
pub(super) fn ids(batch: &[Message]) -> BTreeSet<&str> {
    batch.iter().map(|message| message.id.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Vec<Message> {
        ["a", "b"].map(|id| Message::new(id.to_owned(), "{}".to_owned(), 1_000, 0)).into()
    }

    #[test]
    fn a_response_names_what_failed() {
        let batch = batch();
        let failed = |response: &str| failed(response.as_bytes(), &batch).into_iter().collect::<String>();
        for response in ["{}", "null", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(failed(response), "", "{response}");
        }
        assert_eq!(failed(r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#), "b");
        let unclear = [
            "nonsense",
            r#"{"batchItemFailures":[{"itemIdentifier":"c"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"id":"b"}]}"#,
        ];
        for response in unclear {
            assert_eq!(failed(response), "ab", "{response}");
        }
    }

    #[test]
    fn the_digest_is_md5() {
        assert_eq!(digest("abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
    }
}
