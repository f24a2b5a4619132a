//! Frames that need no table.

use serde_json::json;
use shared::http::{Problem, Reply};

/// The answer to `{"action":"ping"}`: the socket and the function behind it are alive.
pub(crate) fn pong() -> Reply {
    Reply::ok(&json!({"type": "pong"}))
}

/// The answer to a frame that is no JSON or has another action.
pub(crate) fn unknown() -> Problem {
    Problem::invalid("/action", "must be \"ping\" or \"typing\"; state is changed over HTTP")
}
