//! Who may contact whom (rule 5), decided from the follows, blocks and settings of two users.

use serde::Serialize;

use super::mailbox::Mailbox;
use super::member::Standing;
use super::profile::{ContactPolicy, Profile};
use super::time::Timestamp;

/// What decides whether an actor may contact a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactContext {
    /// The actor blocks the recipient.
    pub blocking: bool,
    /// The recipient blocks the actor.
    pub blocked: bool,
    /// The recipient follows the actor.
    pub followed: bool,
    /// The recipient's setting.
    pub policy: ContactPolicy,
    /// When the recipient declined a request of the actor, if that rests still (rule 7).
    pub rests: Option<Timestamp>,
}

/// Why an actor may not contact a recipient. The actor never learns the reason for `Closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactRefusal {
    /// The actor blocks the recipient.
    YouBlockThem,
    /// The recipient blocks the actor, or takes messages only from users they follow.
    Closed,
}

/// Where a message of the viewer to a user would arrive now (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    Inbox,
    /// It would be a message request.
    Requests,
    /// Nowhere: it would be refused.
    Closed,
}

impl ContactContext {
    /// The standing with the recipient of a thread that the actor opens at `now`.
    ///
    /// # Errors
    /// A [`ContactRefusal`] if the actor may not open one.
    pub fn standing(self, now: Timestamp) -> Result<Standing, ContactRefusal> {
        Ok(match (self.mailbox()?, self.rests) {
            (Mailbox::Inbox, _) => Standing::Accepted,
            (Mailbox::Requests, None) => Standing::pending(now),
            // The actor sees no difference.
            (Mailbox::Requests, Some(at)) => Standing::Resting { at },
        })
    }

    /// The mailbox that the thread belongs to.
    fn mailbox(self) -> Result<Mailbox, ContactRefusal> {
        if self.blocking {
            return Err(ContactRefusal::YouBlockThem);
        }
        if self.blocked {
            return Err(ContactRefusal::Closed);
        }
        match (self.followed, self.policy) {
            (true, _) => Ok(Mailbox::Inbox),
            (false, ContactPolicy::Everyone) => Ok(Mailbox::Requests),
            (false, ContactPolicy::Following) => Err(ContactRefusal::Closed),
        }
    }

    /// The contact as the viewer's client sees it. `existing` is the standing of the direct thread with the other user, if
    /// there is one.
    #[must_use]
    pub fn contact(self, existing: Option<Standing>) -> Contact {
        let mailbox = match existing {
            // Contact was decided when the thread was opened; only a block ends it.
            Some(standing) if !self.blocking && !self.blocked => Ok(standing.shown_in()),
            _ => self.mailbox(),
        };
        match mailbox {
            Ok(Mailbox::Inbox) => Contact::Inbox,
            Ok(Mailbox::Requests) => Contact::Requests,
            Err(_) => Contact::Closed,
        }
    }
}

/// The follows and blocks between a viewer and another user, as far as the viewer may know them (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// The viewer follows them.
    pub following: bool,
    /// They follow the viewer.
    pub followed_by: bool,
    /// The viewer blocks them. The viewer never learns whether they block the viewer.
    pub blocking: bool,
}

/// A user as a viewer sees them (rule 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDetails {
    pub profile: Profile,
    pub relation: Relation,
    pub contact: Contact,
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: ContactContext = ContactContext {
        blocking: false,
        blocked: false,
        followed: false,
        policy: ContactPolicy::Everyone,
        rests: None,
    };

    const NOW: Timestamp = Timestamp::EPOCH;

    #[test]
    fn rule_05_follow_goes_to_the_inbox_and_a_stranger_to_requests() {
        assert_eq!(ContactContext { followed: true, ..STRANGER }.standing(NOW), Ok(Standing::Accepted));
        assert_eq!(STRANGER.standing(NOW), Ok(Standing::pending(NOW)));
        let closed = ContactContext { policy: ContactPolicy::Following, ..STRANGER };
        assert_eq!(closed.standing(NOW), Err(ContactRefusal::Closed));
        assert_eq!(ContactContext { followed: true, ..closed }.standing(NOW), Ok(Standing::Accepted));
    }

    #[test]
    fn rule_05_a_block_in_either_direction_refuses_and_only_the_blocker_is_told() {
        assert_eq!(
            ContactContext { blocked: true, followed: true, ..STRANGER }.standing(NOW),
            Err(ContactRefusal::Closed)
        );
        assert_eq!(
            ContactContext { blocking: true, blocked: true, ..STRANGER }.standing(NOW),
            Err(ContactRefusal::YouBlockThem)
        );
    }

    #[test]
    fn rule_02_a_blocker_looks_like_someone_who_is_closed() {
        let blocked = ContactContext { blocked: true, ..STRANGER };
        let closed = ContactContext { policy: ContactPolicy::Following, ..STRANGER };
        assert_eq!(blocked.contact(None), closed.contact(None));
        assert_eq!(blocked.contact(Some(Standing::Accepted)), Contact::Closed);
        assert_eq!(closed.contact(Some(Standing::Accepted)), Contact::Inbox);
    }
}
