//! A `SendMessage`: its members, its limits, and what it needs to be allowed.

use std::time::Duration;

use serde::Deserialize;

use crate::iam::{self, Need};

/// The only operation that functions use.
pub(super) const OPERATION: &str = "SendMessage";

/// The largest body.
const BODY_LIMIT: usize = 1024 * 1024;
/// The longest delay.
const DELAY_LIMIT_S: u64 = 900;

/// What is not listed here, such as attributes, is not supported.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Sending {
    queue_url: String,
    pub(super) message_body: String,
    delay_seconds: Option<u64>,
}

impl Sending {
    /// The name of the queue, with which its URL ends.
    pub(super) fn queue(&self) -> &str {
        self.queue_url.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn delay(&self) -> Option<Duration> {
        self.delay_seconds.map(Duration::from_secs)
    }

    pub(super) fn need(&self, region: &str) -> Need {
        Need::new(format!("sqs:{OPERATION}"), iam::arn("sqs", region, self.queue()))
    }

    /// Why SQS refuses the message, in its words.
    pub(super) fn objection(&self) -> Option<String> {
        let is_allowed =
            |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
        if self.message_body.is_empty() {
            return Some("The request must contain the parameter MessageBody.".to_owned());
        }
        if self.message_body.len() > BODY_LIMIT {
            let reason = format!("Reason: Message must be shorter than {BODY_LIMIT} bytes.");
            return Some(format!("One or more parameters are invalid. {reason}"));
        }
        if !self.message_body.chars().all(is_allowed) {
            let allowed = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
            return Some(format!("Invalid characters found. Valid unicode characters are {allowed}"));
        }
        let delay = self.delay_seconds.filter(|delay| *delay > DELAY_LIMIT_S)?;
        let reason = format!("Reason: DelaySeconds must be >= 0 and <= {DELAY_LIMIT_S}.");
        Some(format!("Value {delay} for parameter DelaySeconds is invalid. {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sending(more: &Value) -> Result<Sending, String> {
        let mut body = json!({"QueueUrl": "http://127.0.0.1:1/123456789012/q", "MessageBody": "{}"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    #[test]
    fn a_message_needs_the_right_to_send_to_its_queue() {
        let need = sending(&json!({})).unwrap().need("us-east-1");
        assert_eq!(need, Need::new("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q"));
    }

    #[test]
    fn the_limits_of_sqs_hold() {
        let objection = |more: Value| sending(&more).unwrap().objection();
        assert_eq!(objection(json!({"DelaySeconds": 900, "MessageBody": "ä\n😀"})), None);
        assert!(objection(json!({"DelaySeconds": 901})).is_some_and(|told| told.starts_with("Value 901 for")));
        assert!(objection(json!({"MessageBody": ""})).is_some());
        assert!(objection(json!({"MessageBody": "\u{1}"})).is_some());
        assert_eq!(objection(json!({"MessageBody": "x".repeat(BODY_LIMIT)})), None);
        assert!(objection(json!({"MessageBody": "x".repeat(BODY_LIMIT + 1)})).is_some());
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let told = sending(&json!({"MessageGroupId": "a"})).err().unwrap();
        assert!(told.contains("MessageGroupId"), "{told}");
    }
}
