//! The failures of a command, and their messages.

use hyper::StatusCode;
use serde_json::Value;

use super::view::{text, texts};

/// Why a command failed, after all retries.
#[derive(Debug)]
pub(super) enum Failure {
    /// The service responded with an error: a problem document, or another body.
    Refused(StatusCode, Value),
    /// The service did not respond.
    Unreachable(String),
    /// No request was sent, for this reason.
    Impossible(String),
}

impl Failure {
    /// The stable code of the problem, such as `profile-required`.
    pub(super) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(_, problem) => problem.get("type")?.as_str()?.rsplit('/').next(),
            Self::Unreachable(_) | Self::Impossible(_) => None,
        }
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.code() == Some("not-found")
    }

    /// The users that a problem names.
    pub(super) fn user_ids(&self) -> Vec<&str> {
        match self {
            Self::Refused(_, problem) => texts(problem, "user_ids").collect(),
            Self::Unreachable(_) | Self::Impossible(_) => Vec::new(),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Refused(status, problem) => {
                problem_text(problem).unwrap_or_else(|| format!("the service responded with {status}"))
            }
            Self::Unreachable(reason) => {
                format!("the service cannot be reached ({reason}); is the stack still running?")
            }
            Self::Impossible(sentence) => sentence.clone(),
        }
    }
}

/// A problem document in one line.
pub(super) fn problem_text(problem: &Value) -> Option<String> {
    let part = |name: &str| problem.get(name).and_then(Value::as_str);
    let title = part("title").or_else(|| part("message"))?;
    let mut sentence = part("detail").map_or_else(|| title.to_owned(), |detail| format!("{title}: {detail}"));
    for field in problem.get("fields").and_then(Value::as_array).into_iter().flatten() {
        sentence = format!("{sentence} ({} {})", text(field, "pointer"), text(field, "detail"));
    }
    Some(sentence)
}
