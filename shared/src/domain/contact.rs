//! Who may reach whom (rule 5): one function of what ties two users together.

use serde::Serialize;

use super::member::{Mailbox, Standing};
use super::profile::{ContactPolicy, Profile};

/// What stands between an actor and the user they want to reach. All of it is about this one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ties {
    /// The actor blocks the recipient.
    pub blocking: bool,
    /// The recipient blocks the actor.
    pub blocked: bool,
    /// The recipient follows the actor.
    pub followed: bool,
    /// Whom the recipient lets write to them.
    pub policy: ContactPolicy,
}

/// Why an actor may not reach a recipient. The reason behind `ContactClosed` is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The actor blocks the recipient themself: `you-block-them`.
    YouBlockThem,
    /// Blocked, or outside the circle of those the recipient lets write: `contact-closed`.
    ContactClosed,
}

/// What would happen if the viewer wrote to a user now (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// It would be in their inbox.
    Inbox,
    /// It would be a request.
    Requests,
    /// It would be refused.
    Closed,
}

impl Ties {
    /// How a thread that the actor opens now stands with the recipient.
    ///
    /// # Errors
    /// A [`Refusal`] where they may not open one.
    pub fn standing(self) -> Result<Standing, Refusal> {
        if self.blocking {
            return Err(Refusal::YouBlockThem);
        }
        if self.blocked {
            return Err(Refusal::ContactClosed);
        }
        match (self.followed, self.policy) {
            (true, _) => Ok(Standing::Accepted),
            (false, ContactPolicy::Everyone) => Ok(Standing::Pending),
            (false, ContactPolicy::Following) => Err(Refusal::ContactClosed),
        }
    }

    /// What the viewer's client is told, `existing` being how the thread they already share stands with the other.
    #[must_use]
    pub fn contact(self, existing: Option<Standing>) -> Contact {
        let standing = match existing {
            // Contact was decided when the thread was opened; only a block ends it.
            Some(standing) if !self.blocking && !self.blocked => Ok(standing),
            _ => self.standing(),
        };
        match standing.map(Standing::shown_in) {
            Ok(Mailbox::Inbox) => Contact::Inbox,
            Ok(Mailbox::Requests) => Contact::Requests,
            Err(_) => Contact::Closed,
        }
    }
}

/// What a viewer may know of how they and another user stand (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// The viewer follows them.
    pub following: bool,
    /// They follow the viewer.
    pub followed_by: bool,
    /// The viewer blocks them. Whether they block the viewer is never told.
    pub blocking: bool,
}

/// A user as a viewer finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// Who they are.
    pub profile: Profile,
    /// How the two stand.
    pub relation: Relation,
    /// What would happen if the viewer wrote now.
    pub contact: Contact,
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Ties = Ties { blocking: false, blocked: false, followed: false, policy: ContactPolicy::Everyone };

    #[test]
    fn rule_05_follow_goes_to_the_inbox_and_a_stranger_to_requests() {
        assert_eq!(Ties { followed: true, ..STRANGER }.standing(), Ok(Standing::Accepted));
        assert_eq!(STRANGER.standing(), Ok(Standing::Pending));
        let closed = Ties { policy: ContactPolicy::Following, ..STRANGER };
        assert_eq!(closed.standing(), Err(Refusal::ContactClosed));
        assert_eq!(Ties { followed: true, ..closed }.standing(), Ok(Standing::Accepted));
    }

    #[test]
    fn rule_05_a_block_in_either_direction_refuses_and_only_the_blocker_is_told() {
        assert_eq!(Ties { blocked: true, followed: true, ..STRANGER }.standing(), Err(Refusal::ContactClosed));
        assert_eq!(Ties { blocking: true, blocked: true, ..STRANGER }.standing(), Err(Refusal::YouBlockThem));
    }

    #[test]
    fn rule_02_a_blocker_looks_like_someone_who_is_closed() {
        let blocked = Ties { blocked: true, ..STRANGER };
        let closed = Ties { policy: ContactPolicy::Following, ..STRANGER };
        assert_eq!(blocked.contact(None), closed.contact(None));
        assert_eq!(blocked.contact(Some(Standing::Accepted)), Contact::Closed);
        assert_eq!(closed.contact(Some(Standing::Accepted)), Contact::Inbox);
    }
}
