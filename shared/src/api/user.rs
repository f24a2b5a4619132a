//! Users, as others and they themselves see them.

use serde::Serialize;

use crate::domain::contact::{Contact, Relation, UserDetails};
use crate::domain::ids::{Ticket, UserId};
use crate::domain::profile::{AvatarUrl, ContactPolicy, DisplayName, Profile, PublicProfile, Settings, Username};
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
    /// The view of `id` with this public profile.
    #[must_use]
    pub fn new(id: UserId, public: PublicProfile) -> Self {
        let PublicProfile { username, display_name, avatar_url } = public;
        Self { id, username, display_name, avatar_url }
    }
}

impl From<Profile> for UserView {
    fn from(profile: Profile) -> Self {
        Self::new(profile.id, profile.public)
    }
}

/// A user as `GET /users/{user_id}` shows them.
#[derive(Debug, Serialize)]
pub struct UserDetailsView {
    #[serde(flatten)]
    user: UserView,
    relation: Relation,
    contact: Contact,
}

impl From<UserDetails> for UserDetailsView {
    fn from(details: UserDetails) -> Self {
        let UserDetails { profile, relation, contact } = details;
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

/// The settings of a user, as they see them.
#[derive(Debug, Serialize)]
pub struct SettingsView {
    contact_policy: ContactPolicy,
    read_receipts: bool,
    typing_indicators: bool,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        let Settings { contact_policy, read_receipts, typing_indicators } = settings;
        Self { contact_policy, read_receipts, typing_indicators }
    }
}

/// A ticket, and the URL to open with it.
#[derive(Debug, Serialize)]
pub struct TicketView {
    ticket: String,
    url: String,
    #[serde(serialize_with = "rfc3339")]
    expires_at: Timestamp,
}

impl TicketView {
    /// The view of a ticket for the socket at `socket_url`.
    #[must_use]
    pub fn new(socket_url: &str, ticket: &Ticket, expires_at: Timestamp) -> Self {
        let url = format!("{socket_url}?ticket={}", ticket.as_str());
        Self { ticket: ticket.as_str().to_owned(), url, expires_at }
    }
}
