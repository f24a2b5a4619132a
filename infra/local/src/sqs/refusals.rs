//! Responses in the form of SQS: AWS JSON 1.0.

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::iam::Denied;
use crate::lambda::Unidentified;
use crate::net::{self, Answer};

/// The code that the error had in the older protocol of SQS, which the SDKs prefer.
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

pub(super) fn answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = net::json(status, body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    answer
}

/// An error of SQS.
fn refuse(kind: &str, query_error: &'static str, text: &str) -> Answer {
    let body = json!({ "__type": format!("com.amazonaws.sqs#{kind}"), "message": text });
    let mut answer = answer(StatusCode::BAD_REQUEST, &body);
    answer.headers_mut().insert(QUERY_ERROR, HeaderValue::from_static(query_error));
    answer
}

pub(super) fn no_queue() -> Answer {
    let text = "The specified queue does not exist.";
    refuse("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender", text)
}

pub(super) fn throttled() -> Answer {
    refuse("RequestThrottled", "RequestThrottled;Sender", "The request was denied due to request throttling.")
}

/// The refusal of what AWS knows and the local stack does not.
pub(super) fn unsupported(text: &str) -> Answer {
    refuse("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation;Sender", text)
}

/// An error of the layer before SQS.
fn refuse_before(status: StatusCode, kind: &str, text: &str) -> Answer {
    answer(status, &json!({ "__type": format!("com.amazon.coral.service#{kind}"), "message": text }))
}

pub(super) fn invalid(text: &str) -> Answer {
    refuse_before(StatusCode::BAD_REQUEST, "InvalidParameterValueException", text)
}

pub(super) fn failed(text: &str) -> Answer {
    refuse_before(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", text)
}

/// The refusal of a call without a known caller.
pub(super) fn unidentified(reason: Unidentified) -> Answer {
    let (kind, text) = match reason {
        Unidentified::Unsigned => ("MissingAuthenticationTokenException", "Request is missing Authentication Token"),
        Unidentified::UnknownKey => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
    };
    refuse_before(StatusCode::FORBIDDEN, kind, text)
}

/// The refusal of a call that the role does not allow.
pub(super) fn denied(denied: &Denied) -> Answer {
    refuse_before(StatusCode::FORBIDDEN, "AccessDeniedException", &denied.to_string())
}
