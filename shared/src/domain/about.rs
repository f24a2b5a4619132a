//! What a thread shows of itself and decides nothing by: its title, its room, who opened it, how its members look.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use super::invalid::{Invalid, no_control_characters};
use super::limits::{MAX_ROOM_ID_CHARS, MAX_TITLE_CHARS};
use super::log::{Change, Entry, What};
use super::profile::{Card, Profile};
use super::thread::Revision;
use super::time::{self, Timestamp};

/// The title of a group or of a room: 1–60 characters after trimming, of any script, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Title(String);

impl TryFrom<String> for Title {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        no_control_characters(text, &[])?;
        if (1..=MAX_TITLE_CHARS).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format!("must have 1–{MAX_TITLE_CHARS} characters")))
        }
    }
}

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0
    }
}

/// A live audio room of the host application: 1–128 visible ASCII characters but `#`, which ends it in a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomId(String);

impl RoomId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoomId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=MAX_ROOM_ID_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must be 1–{MAX_ROOM_ID_CHARS} visible ASCII characters but '#'")))
        }
    }
}

impl From<RoomId> for String {
    fn from(id: RoomId) -> Self {
        id.0
    }
}

/// The room a group accompanies (rule 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Which one.
    pub id: RoomId,
    /// What it is called there.
    pub title: Option<Title>,
}

/// What a member chose for a thread; theirs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Preferences {
    /// Until when nothing in it should make a sound; `None`: it may.
    #[serde(serialize_with = "time::optional_rfc3339")]
    pub muted_until: Option<Timestamp>,
    /// Whether clients keep it on top.
    pub pinned: bool,
}

/// A member of a group as the group remembers them: a copy, so that a page of groups need not read every member's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What they show.
    pub card: Card,
    /// Which state of their profile that is: an older one never replaces a newer one.
    pub revision: Revision,
    /// Since when they are in it.
    pub joined_at: Timestamp,
}

impl Person {
    /// Somebody who joins at `joined_at`.
    #[must_use]
    pub fn new(profile: &Profile, joined_at: Timestamp) -> Self {
        Self { card: profile.card.clone(), revision: profile.revision, joined_at }
    }
}

/// What a thread shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Who opened it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// A group's title.
    pub title: Option<Title>,
    /// The room it accompanies.
    pub room: Option<Room>,
    /// The members of a group. A direct thread has none here: its two are read themselves.
    pub people: BTreeMap<UserId, Person>,
    /// What members chose.
    pub preferences: BTreeMap<UserId, Preferences>,
}

impl About {
    /// What a thread without title and room has at its beginning.
    #[must_use]
    pub fn new(created_by: &UserId, created_at: Timestamp) -> Self {
        Self {
            created_by: created_by.clone(),
            created_at,
            title: None,
            room: None,
            people: BTreeMap::new(),
            preferences: BTreeMap::new(),
        }
    }

    /// Since when `user` is in the thread; in a direct thread both are from its beginning.
    #[must_use]
    pub fn joined_at(&self, user: &UserId) -> Timestamp {
        self.people.get(user).map_or(self.created_at, |person| person.joined_at)
    }

    /// The same after these entries of the log; `joined` are those whom they brought in.
    #[must_use]
    pub fn after(&self, entries: &[Entry], joined: &BTreeMap<UserId, Person>) -> Self {
        let mut next = self.clone();
        next.people.extend(joined.clone());
        for entry in entries {
            match &entry.what {
                What::Change(Change::MemberRemoved { user_id } | Change::MemberLeft { user_id }) => {
                    next.people.remove(user_id);
                    next.preferences.remove(user_id);
                }
                What::Change(Change::ThreadRenamed { title }) => next.title.clone_from(title),
                What::Change(
                    Change::ThreadCreated { .. } | Change::MemberAdded { .. } | Change::RoleChanged { .. },
                )
                | What::Message(_) => {}
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_rooms_refuse_what_cannot_be_shown_or_kept() {
        assert_eq!(String::from(Title::try_from("  Book club ".to_owned()).unwrap()), "Book club");
        for text in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(Title::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        for text in ["", "a b", "a#b", &"x".repeat(129)] {
            assert!(RoomId::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
