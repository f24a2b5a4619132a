//! Users, as others and they themselves see them.

use serde::Serialize;

use crate::domain::contact::{Acquaintance, Contact, Relation};
use crate::domain::ids::UserId;
use crate::domain::profile::{AvatarUrl, Card, DisplayName, Profile, Username};
use crate::domain::time::{Timestamp, rfc3339};

/// A user in a list, a thread or a search.
#[derive(Debug, Clone, Serialize)]
pub struct UserView {
    id: UserId,
    username: Username,
    display_name: DisplayName,
    avatar_url: Option<AvatarUrl>,
}

impl UserView {
    /// The view of `id` with this card.
    #[must_use]
    pub fn new(id: UserId, card: Card) -> Self {
        let Card { username, display_name, avatar_url } = card;
        Self { id, username, display_name, avatar_url }
    }
}

impl From<Profile> for UserView {
    fn from(profile: Profile) -> Self {
        Self::new(profile.id, profile.card)
    }
}

/// A user as `GET /users/{user_id}` answers them.
#[derive(Debug, Serialize)]
pub struct AcquaintanceView {
    #[serde(flatten)]
    user: UserView,
    relation: Relation,
    contact: Contact,
}

impl From<Acquaintance> for AcquaintanceView {
    fn from(acquaintance: Acquaintance) -> Self {
        let Acquaintance { profile, relation, contact } = acquaintance;
        Self { user: profile.into(), relation, contact }
    }
}

/// One's own profile.
#[derive(Debug, Serialize)]
pub struct OwnProfileView {
    #[serde(flatten)]
    user: UserView,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc3339")]
    updated_at: Timestamp,
}

impl From<Profile> for OwnProfileView {
    fn from(profile: Profile) -> Self {
        let Profile { created_at, updated_at, .. } = profile;
        Self { user: profile.into(), created_at, updated_at }
    }
}
