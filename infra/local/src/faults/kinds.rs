//! The kinds of faults, in the form of the control API.

use serde::{Deserialize, Serialize};

/// What a client of the control API asks for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Fault {
    /// So many matching calls pass first.
    #[serde(default)]
    pub(super) skip: u64,
    /// How often it fires; nothing means always.
    #[serde(default = "once")]
    pub(super) times: Option<u64>,
    #[serde(flatten)]
    pub(super) target: Target,
}

#[expect(clippy::unnecessary_wraps, reason = "the form that serde's `default` needs")]
fn once() -> Option<u64> {
    Some(1)
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "target", rename_all = "snake_case")]
pub(super) enum Target {
    Dynamodb { function: Option<String>, operation: Option<String>, fault: DynamodbFault },
    Http { method: Option<String>, path: Option<String>, fault: HttpFault },
    Socket { connection_id: Option<String>, fault: SocketFault },
    S3 { function: Option<String>, operation: Option<String>, fault: S3Fault },
    Sqs { function: Option<String>, operation: Option<String>, fault: SqsFault },
}

/// What goes wrong with a call to DynamoDB.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DynamodbFault {
    /// The table is throttled.
    Throttle,
    /// Another transaction holds an item.
    TransactionConflict,
    /// A transaction is cancelled because an item is throttled.
    TransactionThrottle,
    /// DynamoDB fails.
    InternalError,
    /// The call is executed and its answer gets lost.
    AnswerLost,
    /// The calling process dies before the call is executed.
    KillBefore,
    /// The calling process dies after the call was executed.
    KillAfter,
    /// The call is executed this much later.
    DelayMs(u64),
    /// The call is executed once the fault is disarmed.
    HoldBefore,
    /// The call is executed, and answered once the fault is disarmed.
    HoldAfter,
    /// A `BatchGetItem` is no snapshot: the items whose key begins so are read, and the others once the fault is
    /// disarmed.
    TornAfter(String),
}

/// What goes wrong with a request to the HTTP API.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HttpFault {
    /// The function runs and its answer gets lost on the way to the client.
    AnswerLost,
}

/// What goes wrong with a socket.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SocketFault {
    /// A post finds it gone although it is open.
    Gone,
    /// `$disconnect` is not delivered when it closes.
    LostDisconnect,
    /// A post takes this long.
    DelayMs(u64),
    /// A post fails.
    InternalError,
    /// A post is one too many.
    LimitExceeded,
}

/// What goes wrong with a call to S3.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum S3Fault {
    /// S3 asks for fewer calls.
    Throttle,
    /// S3 fails.
    InternalError,
    /// The call is executed and its answer gets lost.
    AnswerLost,
    /// The calling process dies before the call is executed.
    KillBefore,
    /// The calling process dies after the call was executed.
    KillAfter,
    /// The call is executed this much later.
    DelayMs(u64),
    /// The call is executed once the fault is disarmed.
    HoldBefore,
    /// The call is executed, and answered once the fault is disarmed.
    HoldAfter,
}

/// What goes wrong with a call to SQS.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SqsFault {
    /// The queue is throttled.
    Throttle,
    /// SQS fails.
    InternalError,
    /// The call is executed and its answer gets lost.
    AnswerLost,
    /// The calling process dies before the call is executed.
    KillBefore,
    /// The calling process dies after the call was executed.
    KillAfter,
    /// The call is executed this much later.
    DelayMs(u64),
}
