//! Refusals: one enum for all rules. `api::problem` turns each into a problem document.

use std::time::Duration;

use super::ids::UserId;

/// A refusal. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The caller has no profile yet (rule 1).
    ProfileRequired,
    /// The username belongs to another user (rule 1).
    UsernameTaken,
    /// It does not exist, or the caller may not see it. The caller cannot tell the two apart.
    NotFound,
    /// Only a moderator may do it. A direct thread has none (rule 10).
    ModeratorsOnly,
    /// The caller may not contact these users, and does not learn why (rule 5).
    ContactClosed(Vec<UserId>),
    /// The caller blocks these users (rule 5).
    YouBlockThem(Vec<UserId>),
    /// The message request has as many messages as it may hold (rule 7).
    RequestPending,
    /// The thread is in the inbox already: there is no message request to decline (rule 7).
    AlreadyAccepted,
    /// A group would have more than 15 members (rule 9).
    GroupFull,
    /// The caller is in as many groups as one user can be (rule 9).
    TooManyGroups,
    /// The only member of a group stays its moderator (rule 10).
    OnlyMember,
    /// The caller names themself among the users to invite.
    InvitesOneself,
    /// The caller names nobody to invite.
    InvitesNobody,
    /// The users at these indexes of the caller's list do not exist.
    UnknownUsers(Vec<usize>),
    /// Only its author may do that to a message (rule 17).
    AuthorOnly,
    /// Only its author may do that to a message, or a moderator of the group (rule 17).
    AuthorOrModerator,
    /// The message was deleted (rule 17).
    MessageDeleted,
    /// A message has as many reactions, or kinds of them, as it may have (rule 18).
    TooManyReactions,
    /// Only a moderator pins messages in a group, and takes pins away (rule 32).
    ModeratorsPin,
    /// A thread has as many pinned messages as it may have (rule 32).
    TooManyPins,
    /// A message is too old to be edited, or was edited too often (rule 17).
    EditWindowClosed,
    /// A message does not fit its thread (rule 16).
    Message(MessageFault),
    /// What stands at this place of the attachments cannot be sent (rule 21).
    Media(usize, MediaFault),
    /// Nobody has looked at the upload yet (rule 21).
    MediaNotReady,
    /// The upload is nothing that may be sent; the sentence says why and is safe to show (rule 21).
    MediaRefused(String),
    /// A read mark would be beyond the end of the log (rule 19).
    BeyondTheLog,
    /// The caller did it too often, and can do it again after this time (contract §4).
    TooManyRequests(Duration),
    /// The idempotency key belongs to another HTTP request (rule 15).
    IdempotencyMismatch,
}

/// Why an image or a video cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaFault {
    /// The author has none with this id.
    Unknown,
    /// Nobody has looked at the upload yet.
    NotReady,
    /// Somebody has, and it is nothing that may be sent.
    Refused,
    /// It was sent with another message.
    SentBefore,
}

/// The part of a message that does not fit its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFault {
    /// `reply_to` is no message of the thread, or was sent before the author joined.
    ReplyTo,
    /// It mentions a user who is not a member.
    Mentions,
}

impl Refusal {
    /// The refusal of contact with one user.
    #[must_use]
    pub fn contact(why: super::contact::ContactRefusal, user: &UserId) -> Self {
        match why {
            super::contact::ContactRefusal::YouBlockThem => Self::YouBlockThem(vec![user.clone()]),
            super::contact::ContactRefusal::Closed => Self::ContactClosed(vec![user.clone()]),
        }
    }
}
