//! Errors as clients get them: RFC 9457, one closed set, one place that gives each its status and title.

use serde::Serialize;

use crate::domain::contact::Refusal;
use crate::domain::group::{AddRefusal, GroupRefusal};
use crate::domain::ids::UserId;
use crate::domain::limits::{MAX_BODY_BYTES, MAX_MEMBERS, MAX_REQUEST_MESSAGES};
use crate::domain::read::MarkRefusal;
use crate::domain::request::AnswerRefusal;
use crate::domain::send::SendRefusal;
use crate::store::StoreError;

/// Problem types are `<this>/<code>`; clients switch on the last segment. Nothing is served there.
const TYPE_BASE: &str = "https://backchannel.example/problems";

/// A part of the input that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Where: a JSON pointer into the body, or the name of a parameter or header.
    pub pointer: String,
    /// What would fit.
    pub detail: String,
}

/// A problem document (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    request_id: &'a str,
    /// Where bad input does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'a [Field]>,
    /// Whom a refusal is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ids: Option<&'a [UserId]>,
}

/// Every error there is. The cause of a 5xx is for the log; no client sees it.
#[derive(Debug)]
pub enum Problem {
    /// 400: the input does not fit.
    InvalidRequest(Vec<Field>),
    /// 401: no valid identity came with the request.
    Unauthenticated,
    /// 403: the caller has no profile yet (rule 1).
    ProfileRequired,
    /// 403: only a moderator may.
    Forbidden,
    /// 403: these users cannot be reached (rule 5).
    ContactClosed(Vec<UserId>),
    /// 403: the request holds all the messages it may (rule 7).
    RequestPending,
    /// 404: there is no such thing, or it is not the caller's to see.
    NotFound,
    /// 409: it does not fit the present state, in these words.
    Conflict(&'static str),
    /// 409: the name is somebody else's.
    UsernameTaken,
    /// 409: they would be more than 15.
    GroupFull,
    /// 409: the caller blocks these users.
    YouBlockThem(Vec<UserId>),
    /// 409: the key was used for another request.
    IdempotencyMismatch,
    /// 413: the body is over 64 KiB.
    TooLarge,
    /// 500: a defect; the cause.
    Internal(String),
    /// 503: the table does not answer or is over its limits; the cause.
    Unavailable(String),
}

/// Seconds after which a client may try again when the table was not available.
const RETRY_AFTER_S: u32 = 2;

impl Problem {
    /// Bad input at one place.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::InvalidRequest(vec![Field { pointer: pointer.into(), detail: detail.into() }])
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

    /// The template sends a route here that this function does not have.
    #[must_use]
    pub fn no_such_route(route: &str) -> Self {
        Self::Internal(format!("this function has no route {route:?}"))
    }

    /// The answer to a refused contact with `user`.
    #[must_use]
    pub fn contact(refusal: Refusal, user: &UserId) -> Self {
        match refusal {
            Refusal::YouBlockThem => Self::YouBlockThem(vec![user.clone()]),
            Refusal::ContactClosed => Self::ContactClosed(vec![user.clone()]),
        }
    }

    /// The answer to a refused message; `other` is whom a direct thread is with.
    #[must_use]
    pub fn send(refusal: SendRefusal, other: Option<&UserId>) -> Self {
        match (refusal, other) {
            (SendRefusal::Contact(refusal), Some(other)) => Self::contact(refusal, other),
            (SendRefusal::NotAMember | SendRefusal::Contact(_), _) => Self::NotFound,
            (SendRefusal::RequestPending, _) => Self::RequestPending,
            (SendRefusal::AnswersNothing, _) => {
                Self::invalid("/reply_to", "must be the seq of a message in the thread")
            }
            (SendRefusal::MentionsStranger, _) => Self::invalid("/mentions", "must be members of the thread"),
        }
    }

    /// Status, code and title.
    #[must_use]
    pub fn kind(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::InvalidRequest(_) => (400, "invalid-request", "The request does not fit"),
            Self::Unauthenticated => (401, "unauthenticated", "Sign in first"),
            Self::ProfileRequired => (403, "profile-required", "Register a profile first"),
            Self::Forbidden => (403, "forbidden", "That takes a moderator"),
            Self::ContactClosed(_) => (403, "contact-closed", "They cannot be reached"),
            Self::RequestPending => (403, "request-pending", "The request waits to be accepted"),
            Self::NotFound => (404, "not-found", "There is no such thing"),
            Self::Conflict(_) => (409, "conflict", "That does not fit the present state"),
            Self::UsernameTaken => (409, "username-taken", "The username is taken"),
            Self::GroupFull => (409, "group-full", "The group is full"),
            Self::YouBlockThem(_) => (409, "you-block-them", "You block them"),
            Self::IdempotencyMismatch => (409, "idempotency-mismatch", "The key was used for another request"),
            Self::TooLarge => (413, "too-large", "The body is too large"),
            Self::Internal(_) => (500, "internal", "Something is broken here"),
            Self::Unavailable(_) => (503, "unavailable", "Not available at the moment"),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::InvalidRequest(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|field| format!("{} {}", field.pointer, field.detail)).collect();
                fields.join("; ")
            }
            Self::Unauthenticated => "The request carries no valid identity.".to_owned(),
            Self::ProfileRequired => "PUT /me registers your profile; every other route needs one.".to_owned(),
            Self::Forbidden => "Only a moderator of the group may do that; a direct thread has none.".to_owned(),
            Self::ContactClosed(_) => "You cannot write to them or add them.".to_owned(),
            Self::RequestPending => {
                format!("At most {MAX_REQUEST_MESSAGES} messages may wait in a request before it is accepted.")
            }
            Self::NotFound => "It does not exist, or it is not yours to see.".to_owned(),
            Self::Conflict(detail) => (*detail).to_owned(),
            Self::UsernameTaken => "Somebody else has this username.".to_owned(),
            Self::GroupFull => format!("A group has at most {MAX_MEMBERS} members."),
            Self::YouBlockThem(_) => "Unblock them first.".to_owned(),
            Self::IdempotencyMismatch => {
                "This Idempotency-Key was used for another request; take a new one for a new request.".to_owned()
            }
            Self::TooLarge => format!("A request's body has at most {MAX_BODY_BYTES} bytes."),
            Self::Internal(_) => "It is in the log under this request's id.".to_owned(),
            Self::Unavailable(_) => "Nothing is lost: try again with the same Idempotency-Key.".to_owned(),
        }
    }

    /// What the log gets to know and the client does not.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(cause),
            _ => None,
        }
    }

    /// After how many seconds to try again.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        matches!(self, Self::Unavailable(_)).then_some(RETRY_AFTER_S)
    }

    /// The problem document.
    #[must_use]
    pub fn document<'a>(&'a self, request_id: &'a str) -> Document<'a> {
        let (status, code, title) = self.kind();
        let (fields, user_ids) = match self {
            Self::InvalidRequest(fields) => (Some(fields.as_slice()), None),
            Self::ContactClosed(users) | Self::YouBlockThem(users) => (None, Some(users.as_slice())),
            _ => (None, None),
        };
        let r#type = format!("{TYPE_BASE}/{code}");
        Document { r#type, title, status, detail: self.detail(), request_id, fields, user_ids }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // Somebody else was first, again and again, until there was no time left.
            StoreError::Lost { .. } | StoreError::Throttled | StoreError::Unavailable => {
                Self::Unavailable(error.to_string())
            }
            StoreError::Refused { .. } | StoreError::Corrupt { .. } => Self::Internal(error.to_string()),
        }
    }
}

impl From<GroupRefusal> for Problem {
    fn from(refusal: GroupRefusal) -> Self {
        match refusal {
            GroupRefusal::NotAMember => Self::NotFound,
            GroupRefusal::Forbidden => Self::Forbidden,
            GroupRefusal::OnlyMember => Self::Conflict("The only member of a group stays its moderator."),
        }
    }
}

impl From<AddRefusal> for Problem {
    fn from(refusal: AddRefusal) -> Self {
        match refusal {
            AddRefusal::Actor(refusal) => refusal.into(),
            AddRefusal::Full => Self::GroupFull,
            AddRefusal::ContactClosed(users) => Self::ContactClosed(users),
            AddRefusal::YouBlockThem(users) => Self::YouBlockThem(users),
        }
    }
}

impl From<AnswerRefusal> for Problem {
    fn from(refusal: AnswerRefusal) -> Self {
        match refusal {
            AnswerRefusal::NotAMember => Self::NotFound,
            AnswerRefusal::AlreadyAccepted => {
                Self::Conflict("The thread is in your inbox: there is no request to decline.")
            }
        }
    }
}

impl From<MarkRefusal> for Problem {
    fn from(refusal: MarkRefusal) -> Self {
        match refusal {
            MarkRefusal::NotAMember => Self::NotFound,
            MarkRefusal::BeyondTheLog => Self::invalid("/seq", "must not be beyond the thread's last_seq"),
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
