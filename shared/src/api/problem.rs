//! Errors as clients get them: RFC 9457, one closed set, one place that gives each its status and title.

use std::time::Duration;

use serde::Serialize;

use crate::domain::ids::UserId;
use crate::domain::limits::{MAX_BODY_BYTES, MAX_EDITS, MAX_MEMBERS, MAX_REQUEST_MESSAGES};
use crate::domain::refusal::{MediaFault, MessageFault, Refusal};
use crate::service::Error;
use crate::store::StoreError;

/// Problem types are `<this>/<code>`. Clients switch on the last segment. Nothing is served there.
const TYPE_BASE: &str = "https://backchannel.example/problems";

/// Seconds after which a client may try again when the table was not available.
const RETRY_AFTER_S: u32 = 2;

/// The code of a problem: the last segment of its type. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    InvalidRequest,
    Unauthenticated,
    ProfileRequired,
    Forbidden,
    ContactClosed,
    RequestPending,
    NotFound,
    Conflict,
    UsernameTaken,
    GroupFull,
    YouBlockThem,
    IdempotencyMismatch,
    EditWindowClosed,
    TooLarge,
    UnsupportedMedia,
    TooManyRequests,
    Internal,
    Unavailable,
}

impl Code {
    /// The code as text, its HTTP status and its title.
    #[must_use]
    pub fn parts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::InvalidRequest => ("invalid-request", 400, "Invalid request"),
            Self::Unauthenticated => ("unauthenticated", 401, "Unauthenticated"),
            Self::ProfileRequired => ("profile-required", 403, "Profile required"),
            Self::Forbidden => ("forbidden", 403, "Forbidden"),
            Self::ContactClosed => ("contact-closed", 403, "Contact closed"),
            Self::RequestPending => ("request-pending", 403, "Message request pending"),
            Self::NotFound => ("not-found", 404, "Not found"),
            Self::Conflict => ("conflict", 409, "Conflict"),
            Self::UsernameTaken => ("username-taken", 409, "Username taken"),
            Self::GroupFull => ("group-full", 409, "Group full"),
            Self::YouBlockThem => ("you-block-them", 409, "You block them"),
            Self::IdempotencyMismatch => ("idempotency-mismatch", 409, "Idempotency key mismatch"),
            Self::EditWindowClosed => ("edit-window-closed", 409, "Edit window closed"),
            Self::TooLarge => ("too-large", 413, "Request too large"),
            Self::UnsupportedMedia => ("unsupported-media", 415, "Unsupported media"),
            Self::TooManyRequests => ("too-many-requests", 429, "Too many requests"),
            Self::Internal => ("internal", 500, "Internal error"),
            Self::Unavailable => ("unavailable", 503, "Service unavailable"),
        }
    }
}

/// A part of the input that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// A JSON pointer into the body, or the name of a parameter or header.
    pub pointer: String,
    /// What would fit.
    pub detail: String,
}

impl Field {
    /// The place in words: the pointer to the whole body is empty.
    fn place(&self) -> &str {
        if self.pointer.is_empty() { "The body" } else { &self.pointer }
    }
}

/// A problem document (`application/problem+json`).
#[derive(Debug, Serialize)]
pub struct ProblemDocument<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    request_id: &'a str,
    /// The input that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'a [Field]>,
    /// The users whom a refusal is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ids: Option<&'a [UserId]>,
}

/// Every error there is. The cause of a 5xx is for the log; no client sees it.
#[derive(Debug)]
pub enum Problem {
    InvalidRequest(Vec<Field>),
    Unauthenticated,
    ProfileRequired,
    /// The detail.
    Forbidden(&'static str),
    ContactClosed(Vec<UserId>),
    RequestPending,
    NotFound,
    /// The detail.
    Conflict(&'static str),
    UsernameTaken,
    GroupFull,
    YouBlockThem(Vec<UserId>),
    IdempotencyMismatch,
    EditWindowClosed,
    TooLarge,
    /// The detail.
    UnsupportedMedia(String),
    /// The seconds after which to try again.
    TooManyRequests(u32),
    /// The cause.
    Internal(String),
    /// The cause.
    Unavailable(String),
}

impl Problem {
    /// Bad input at one place.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::InvalidRequest(vec![Field { pointer: pointer.into(), detail: detail.into() }])
    }

    /// The problem of an operation whose message stands at `pointer` in the body.
    #[must_use]
    pub fn with_message_at(pointer: &str, error: Error) -> Self {
        match error {
            Error::Refused(Refusal::Message(fault)) => message_fault(pointer, fault),
            other => other.into(),
        }
    }

    /// The same about a part of the body that stands at `pointer`.
    #[must_use]
    pub fn within(self, pointer: &str) -> Self {
        match self {
            Self::InvalidRequest(fields) => {
                let inside = |field: Field| Field { pointer: format!("{pointer}{}", field.pointer), ..field };
                Self::InvalidRequest(fields.into_iter().map(inside).collect())
            }
            other => other,
        }
    }

    /// The template sends a route to this function that it does not have.
    #[must_use]
    pub fn no_such_route(route: &str) -> Self {
        Self::Internal(format!("this function has no route {route:?}"))
    }

    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::InvalidRequest(_) => Code::InvalidRequest,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::ProfileRequired => Code::ProfileRequired,
            Self::Forbidden(_) => Code::Forbidden,
            Self::ContactClosed(_) => Code::ContactClosed,
            Self::RequestPending => Code::RequestPending,
            Self::NotFound => Code::NotFound,
            Self::Conflict(_) => Code::Conflict,
            Self::UsernameTaken => Code::UsernameTaken,
            Self::GroupFull => Code::GroupFull,
            Self::YouBlockThem(_) => Code::YouBlockThem,
            Self::IdempotencyMismatch => Code::IdempotencyMismatch,
            Self::EditWindowClosed => Code::EditWindowClosed,
            Self::TooLarge => Code::TooLarge,
            Self::UnsupportedMedia(_) => Code::UnsupportedMedia,
            Self::TooManyRequests(_) => Code::TooManyRequests,
            Self::Internal(_) => Code::Internal,
            Self::Unavailable(_) => Code::Unavailable,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::InvalidRequest(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|field| format!("{} {}", field.place(), field.detail)).collect();
                fields.join("; ")
            }
            Self::Unauthenticated => "The request has no valid identity.".to_owned(),
            Self::ProfileRequired => "Register a profile with PUT /me first.".to_owned(),
            Self::ContactClosed(_) => "You cannot write to these users or add them.".to_owned(),
            Self::RequestPending => {
                format!(
                    "Until it is accepted, a message request holds at most {MAX_REQUEST_MESSAGES} messages and no edits, reactions or pins."
                )
            }
            Self::NotFound => "It does not exist, or you may not see it.".to_owned(),
            Self::Forbidden(detail) | Self::Conflict(detail) => (*detail).to_owned(),
            Self::UsernameTaken => "Another user has this username.".to_owned(),
            Self::GroupFull => format!("A group has at most {MAX_MEMBERS} members."),
            Self::YouBlockThem(_) => "Unblock these users first.".to_owned(),
            Self::IdempotencyMismatch => {
                "This Idempotency-Key belongs to another request. Use a new key for a new request.".to_owned()
            }
            Self::EditWindowClosed => format!("A message can be edited for 24 hours, at most {MAX_EDITS} times."),
            Self::TooLarge => format!("The body of a request has at most {MAX_BODY_BYTES} bytes."),
            Self::UnsupportedMedia(detail) => detail.clone(),
            Self::TooManyRequests(seconds) => {
                format!("You did this too often. Try again in {seconds} s. Nothing was changed.")
            }
            Self::Internal(_) => "The error is in the log under this request id.".to_owned(),
            Self::Unavailable(_) => "Nothing is lost. Try again with the same Idempotency-Key.".to_owned(),
        }
    }

    /// The cause, for the log alone.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(cause),
            _ => None,
        }
    }

    /// The seconds after which to try again.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests(seconds) => Some(*seconds),
            Self::Unavailable(_) => Some(RETRY_AFTER_S),
            _ => None,
        }
    }

    /// The problem document.
    #[must_use]
    pub fn document<'a>(&'a self, request_id: &'a str) -> ProblemDocument<'a> {
        let (code, status, title) = self.code().parts();
        let (fields, user_ids) = match self {
            Self::InvalidRequest(fields) => (Some(fields.as_slice()), None),
            Self::ContactClosed(users) | Self::YouBlockThem(users) => (None, Some(users.as_slice())),
            _ => (None, None),
        };
        let r#type = format!("{TYPE_BASE}/{code}");
        ProblemDocument { r#type, title, status, detail: self.detail(), request_id, fields, user_ids }
    }
}

/// The one mapping from what the rules refuse to what clients see.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ProfileRequired => Self::ProfileRequired,
            Refusal::UsernameTaken => Self::UsernameTaken,
            Refusal::NotFound => Self::NotFound,
            Refusal::ModeratorsOnly => {
                Self::Forbidden("Only a moderator of the group may do this. A direct thread has none.")
            }
            Refusal::AuthorOnly => Self::Forbidden("Only its author may edit a message."),
            Refusal::AuthorOrModerator => {
                Self::Forbidden("Only its author, or a moderator of the group, may delete a message.")
            }
            Refusal::ModeratorsPin => Self::Forbidden("Only a moderator of the group may pin messages."),
            Refusal::TooManyPins => Self::Conflict("The thread has as many pinned messages as it may have."),
            Refusal::MessageDeleted => Self::Conflict("The message was deleted."),
            Refusal::TooManyReactions => Self::Conflict("The message has as many reactions as it may have."),
            Refusal::EditWindowClosed => Self::EditWindowClosed,
            Refusal::ContactClosed(users) => Self::ContactClosed(users),
            Refusal::YouBlockThem(users) => Self::YouBlockThem(users),
            Refusal::RequestPending => Self::RequestPending,
            Refusal::AlreadyAccepted => {
                Self::Conflict("The thread is in your inbox: there is no message request to decline.")
            }
            Refusal::GroupFull => Self::GroupFull,
            Refusal::TooManyGroups => Self::Conflict("You are in as many groups as one user can be. Leave one first."),
            Refusal::OnlyMember => Self::Conflict("The only member of a group stays its moderator."),
            Refusal::InvitesOneself => Self::invalid("/user_ids", "must not hold yourself"),
            Refusal::InvitesNobody => Self::invalid("/user_ids", "must hold at least one user"),
            Refusal::UnknownUsers(places) => {
                let field = |place| Field { pointer: format!("/user_ids/{place}"), detail: "no such user".to_owned() };
                Self::InvalidRequest(places.into_iter().map(field).collect())
            }
            Refusal::Message(fault) => message_fault("", fault),
            Refusal::Media(place, fault) => media_fault(place, fault),
            Refusal::MediaNotReady => {
                Self::Conflict("It is not uploaded yet, or still being looked at. Try again soon.")
            }
            Refusal::MediaRefused(why) => Self::UnsupportedMedia(why),
            Refusal::BeyondTheLog => Self::invalid("/seq", "must not be beyond the thread's last_seq"),
            Refusal::TooManyRequests(wait) => Self::TooManyRequests(whole_seconds(wait)),
            Refusal::IdempotencyMismatch => Self::IdempotencyMismatch,
        }
    }
}

/// In whole seconds, none of them too few: what `Retry-After` takes.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

fn media_fault(place: usize, fault: MediaFault) -> Problem {
    let detail = match fault {
        MediaFault::NotReady => return Refusal::MediaNotReady.into(),
        MediaFault::Unknown => "must be an image or a video that you uploaded",
        MediaFault::Refused => "was refused: it is nothing that can be sent",
        MediaFault::SentBefore => "was sent before: upload it again",
    };
    Problem::invalid(format!("/attachments/{place}"), detail)
}

fn message_fault(pointer: &str, fault: MessageFault) -> Problem {
    match fault {
        MessageFault::ReplyTo => {
            Problem::invalid(format!("{pointer}/reply_to"), "must be the seq of a message in the thread")
        }
        MessageFault::Mentions => Problem::invalid(format!("{pointer}/mentions"), "must be members of the thread"),
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Store(error) => error.into(),
            Error::Queue(cause) | Error::Objects(cause) => Self::Unavailable(cause),
            Error::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // Somebody else was faster, again and again, until no time was left.
            StoreError::ConditionFailed { .. } | StoreError::Throttled | StoreError::Unavailable => {
                Self::Unavailable(error.to_string())
            }
            StoreError::Refused { .. } | StoreError::Corrupt { .. } => Self::Internal(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_has_all_members_and_no_cause() {
        let document = json!(Problem::Internal("the secret cause".to_owned()).document("r-1"));
        assert_eq!(document["type"], "https://backchannel.example/problems/internal");
        assert_eq!((document["status"].as_u64(), document["request_id"].as_str()), (Some(500), Some("r-1")));
        assert!(document["title"].is_string() && document["detail"].is_string());
        assert!(!document.to_string().contains("secret"));
    }

    #[test]
    fn bad_input_points_at_itself() {
        let document = json!(Problem::invalid("/text", "must not be empty").document("r-1"));
        assert_eq!(document["fields"], json!([{"pointer": "/text", "detail": "must not be empty"}]));
    }
}
