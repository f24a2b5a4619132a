//! Profiles of users, and their settings.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::{ThreadId, UserId};
use super::invalid::Invalid;
use super::limits::{MAX_AVATAR_URL_BYTES, MAX_DISPLAY_NAME_CHARS, MAX_USERNAME_CHARS, MIN_USERNAME_CHARS};
use super::memberships::Memberships;
use super::revision::Revision;
use super::text::one_line;
use super::time::Timestamp;
use super::word::{self, Word};

/// The characters of a username, in the order of their bytes.
pub const USERNAME_ALPHABET: &str = ".0123456789_abcdefghijklmnopqrstuvwxyz";

fn username_characters(text: &str) -> Result<String, Invalid> {
    let text = text.to_ascii_lowercase();
    if text.chars().all(|c| USERNAME_ALPHABET.contains(c)) {
        Ok(text)
    } else {
        Err(Invalid::new("may hold only the letters a–z, digits, '_' and '.'"))
    }
}

/// A unique name of 3–30 of the characters `a-z 0-9 _ .`. Capitals count as small letters (rule 1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

impl Username {
    /// The name as text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Username {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = username_characters(&text)?;
        if (MIN_USERNAME_CHARS..=MAX_USERNAME_CHARS).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must have {MIN_USERNAME_CHARS}–{MAX_USERNAME_CHARS} characters")))
        }
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

/// The beginning of a username, as a search takes it: 1–30 of the same characters (rule 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsernamePrefix(String);

impl UsernamePrefix {
    /// The prefix as text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UsernamePrefix {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = username_characters(&text)?;
        if (1..=MAX_USERNAME_CHARS).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must have 1–{MAX_USERNAME_CHARS} characters")))
        }
    }
}

/// The name that clients show: 1–60 characters after trimming, of any script, on one line and visible (rule 16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

impl TryFrom<String> for DisplayName {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        one_line(&text, MAX_DISPLAY_NAME_CHARS).map(Self)
    }
}

impl DisplayName {
    /// As the table has it: rules that came later do not make it unreadable.
    fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

/// The URL of a user's picture: absolute, `https`, at most 2,048 bytes (rule 1). The backend never fetches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AvatarUrl(String);

impl TryFrom<String> for AvatarUrl {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let url = url::Url::parse(&text).map_err(|_| Invalid::new("must be an absolute https URL"))?;
        if url.scheme() != "https" || !url.has_host() {
            return Err(Invalid::new("must be an absolute https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::new("must not hold a user name or password"));
        }
        let text = String::from(url);
        if text.len() > MAX_AVATAR_URL_BYTES {
            return Err(Invalid::new(format!("must have at most {MAX_AVATAR_URL_BYTES} bytes")));
        }
        Ok(Self(text))
    }
}

impl From<AvatarUrl> for String {
    fn from(url: AvatarUrl) -> Self {
        url.0
    }
}

/// The part of a profile that others see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicProfile {
    pub username: Username,
    #[serde(deserialize_with = "DisplayName::stored")]
    pub display_name: DisplayName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<AvatarUrl>,
}

/// Which users may contact a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContactPolicy {
    /// All users. Threads of users whom they do not follow are message requests.
    #[default]
    Everyone,
    /// Only users whom they follow.
    Following,
}

impl Word for ContactPolicy {
    const WORDS: &'static [(&'static str, Self)] = &[("everyone", Self::Everyone), ("following", Self::Following)];
}

impl Serialize for ContactPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        word::serialize(*self, serializer)
    }
}

impl<'de> Deserialize<'de> for ContactPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

/// The settings of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub contact_policy: ContactPolicy,
    /// Whether they show their read marks, and so see those of others (rule 19).
    pub read_receipts: bool,
    /// Whether they show that they are typing (rule 24).
    pub typing_indicators: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { contact_policy: ContactPolicy::default(), read_receipts: true, typing_indicators: true }
    }
}

/// Changes of settings; `None` leaves a setting as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettingsChange {
    pub contact_policy: Option<ContactPolicy>,
    pub read_receipts: Option<bool>,
    pub typing_indicators: Option<bool>,
}

/// Snapshots of a public profile are older than the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleSnapshots {
    /// The revision in which the public profile last changed.
    pub revision: Revision,
    /// The group up to which the snapshots are new already, in the order of the ids.
    pub done: Option<ThreadId>,
}

/// A registered user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub id: UserId,
    pub public: PublicProfile,
    pub settings: Settings,
    /// When they registered.
    pub created_at: Timestamp,
    /// When the public profile last changed.
    pub updated_at: Timestamp,
    /// Counts changes of the public profile, of follows, of blocks in either direction, of declines, and of groups they were added to. A
    /// decision is stored only while the revision that it rests on is current.
    pub revision: Revision,
    /// What is left to do about snapshots in the user's groups that may be older; `None` if there are none.
    pub stale_snapshots: Option<StaleSnapshots>,
    /// The groups they are in.
    pub memberships: Memberships,
}

/// Profiles by user id.
pub type Profiles = HashMap<UserId, Profile>;

impl Profile {
    /// The profile of `user` with this public profile. Without `before` it is that of a new user.
    #[must_use]
    pub fn with_public(user: &UserId, before: Option<&Self>, public: PublicProfile, now: Timestamp) -> Self {
        let revision = before.map_or(Revision::default(), |before| before.revision).next();
        Self {
            id: user.clone(),
            public,
            settings: before.map(|before| before.settings).unwrap_or_default(),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            revision,
            stale_snapshots: before.map(|_| StaleSnapshots { revision, done: None }),
            memberships: before.map(|before| before.memberships).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_in_the_order_of_the_table() {
        assert!(USERNAME_ALPHABET.as_bytes().is_sorted());
    }

    #[test]
    fn usernames_are_small_letters_and_of_the_right_length() {
        assert_eq!(Username::try_from("Ann_B.9".to_owned()).unwrap().as_str(), "ann_b.9");
        for text in ["ab", "", "a b c", "änn", "ann-b", &"a".repeat(31), "ann\u{0}", "ＡＮＮ"] {
            assert!(Username::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn display_names_may_be_of_any_script_but_not_blank() {
        for text in ["Ann", "مرحبا", "👩‍👩‍👧", &"x".repeat(60)] {
            assert!(DisplayName::try_from(text.to_owned()).is_ok(), "{text:?}");
        }
        for text in ["", "   ", "a\u{0}b", "a\nb", &"x".repeat(61)] {
            assert!(DisplayName::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn avatars_are_absolute_https_urls() {
        assert!(AvatarUrl::try_from("https://img.example/a.png".to_owned()).is_ok());
        for text in [
            "http://img.example/a.png",
            "javascript:alert(1)",
            "/a.png",
            "https://",
            "https://u:p@img.example/",
            "data:image/png;base64,AA",
        ] {
            assert!(AvatarUrl::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
