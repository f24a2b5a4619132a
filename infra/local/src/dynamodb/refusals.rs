//! Error responses in the form of DynamoDB.

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use crate::faults::DynamodbFault;
use crate::iam::Denied;
use crate::lambda::Unidentified;
use crate::net::{self, Answer};

/// The error response of a fault, if the fault is one.
pub(super) fn of(fault: &DynamodbFault, operation: &str, body: &[u8]) -> Option<Answer> {
    let in_transaction = operation.starts_with("Transact");
    Some(match fault {
        DynamodbFault::Throttle => refuse(
            StatusCode::BAD_REQUEST,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning \
             level with the UpdateTable API.",
        ),
        DynamodbFault::TransactionConflict if in_transaction => {
            cancelled("TransactionConflict", "Transaction is ongoing for the item", body)
        }
        DynamodbFault::TransactionConflict => {
            refuse(StatusCode::BAD_REQUEST, "TransactionConflictException", "Transaction is ongoing for the item")
        }
        DynamodbFault::TransactionThrottle => {
            cancelled("ThrottlingError", "Throughput exceeds the current capacity of your table or index", body)
        }
        DynamodbFault::InternalError => {
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "Internal server error")
        }
        _ => return None,
    })
}

fn refuse(status: StatusCode, kind: &str, text: &str) -> Answer {
    answer(status, &json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": text }))
}

/// A cancelled transaction. The first item has the reason, the others have none.
fn cancelled(code: &str, text: &str, body: &[u8]) -> Answer {
    let items = serde_json::from_slice::<Value>(body).ok();
    let count = items.as_ref().and_then(|body| body.get("TransactItems")?.as_array()).map_or(1, Vec::len);
    let reasons: Vec<Value> = (0..count)
        .map(|index| if index == 0 { json!({"Code": code, "Message": text}) } else { json!({"Code": "None"}) })
        .collect();
    let codes: Vec<&str> = (0..count).map(|index| if index == 0 { code } else { "None" }).collect();
    answer(
        StatusCode::BAD_REQUEST,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", ")),
            "CancellationReasons": reasons,
        }),
    )
}

fn answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = net::json(status, body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    answer
}

/// The refusal of a call without a known caller.
pub(super) fn unidentified(reason: Unidentified) -> Answer {
    let (kind, text) = match reason {
        Unidentified::Unsigned => ("MissingAuthenticationTokenException", "Request is missing Authentication Token"),
        Unidentified::UnknownKey => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
    };
    answer(StatusCode::BAD_REQUEST, &json!({ "__type": format!("com.amazon.coral.service#{kind}"), "message": text }))
}

/// The refusal of a call that the role does not allow. As on AWS, its member `Message` begins with a capital letter.
pub(super) fn denied(denied: &Denied) -> Answer {
    answer(
        StatusCode::BAD_REQUEST,
        &json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": denied.to_string() }),
    )
}

/// The response when the engine does not respond.
pub(super) fn unreachable(error: &anyhow::Error) -> Answer {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", &format!("{error:#}"))
}
