//! What the destination of failed events receives.

use serde_json::{Value, json};

use super::events::Event;
use crate::clock::{iso_time, now_ms};

/// The record of an event that was given up, in Lambda's form.
pub(super) fn failed(event: &Event, function_arn: &str, was_too_old: bool) -> Value {
    json!({
        "version": "1.0",
        "timestamp": iso_time(now_ms()),
        "requestContext": {
            "requestId": event.id,
            "functionArn": format!("{function_arn}:$LATEST"),
            "condition": if was_too_old { "EventAgeExceeded" } else { "RetriesExhausted" },
            "approximateInvokeCount": event.failures,
        },
        "requestPayload": serde_json::from_str::<Value>(&event.payload).unwrap_or_default(),
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "responsePayload": { "errorMessage": "the local stack does not keep what a function says of its failure" },
    })
}
