//! Profiles, settings and the search by username.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys::{self, Key, Range};
use super::page::Page;
use super::table::{Query, Read};
use super::update::{Update, number, text};
use super::user_change::UserChange;
use super::write::{Write, Writes};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::limits::{MAX_MEMBERSHIPS, MAX_WAITING_GROUPS};
use crate::domain::membership_change::MembershipChange;
use crate::domain::memberships::Memberships;
use crate::domain::profile::{
    ContactPolicy, Profile, Profiles, PublicProfile, Settings, SettingsChange, StaleSnapshots, Username, UsernamePrefix,
};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::domain::word::Word;

/// `USER#u` / `PROFILE`.
#[derive(Debug, Deserialize)]
struct ProfileRecord {
    pk: String,
    #[serde(flatten)]
    public: PublicProfile,
    created_at: Timestamp,
    updated_at: Timestamp,
    contact_policy: Option<ContactPolicy>,
    read_receipts: Option<bool>,
    typing_indicators: Option<bool>,
    rev: u64,
    stale_snapshots: Option<u64>,
    snapshots_done: Option<ThreadId>,
    // Groups from before they were counted can make it negative.
    #[serde(default)]
    memberships: i64,
    #[serde(default)]
    waiting_groups: i64,
}

/// `NAME#ab` / `abc`: a copy of the public profile beside the id, so that a search reads names alone.
#[derive(Debug, Serialize, Deserialize)]
struct NameRecord {
    v: u8,
    user_id: UserId,
    #[serde(flatten)]
    public: PublicProfile,
}

/// Partitions of usernames that a search reads at once.
const PARTITIONS_AT_ONCE: usize = 8;

/// A user in the result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    pub user_id: UserId,
    pub public: PublicProfile,
}

/// The write of what changes in a profile beside something else, which fails with [`Condition::UserUnchanged`].
pub(super) fn user_write(user: &UserId, change: &UserChange) -> Write {
    let mut profile = Update::new(keys::profile(user));
    // An update would make a profile of nothing.
    profile.require_exists(&["pk"]);
    if let Some(seen) = change.seen {
        profile.require_equal("rev", number(seen.0));
    }
    if change.raises {
        profile.add("rev", number(1));
    }
    let MembershipChange { all, waiting } = change.memberships;
    for (name, by, limit) in [("memberships", all, MAX_MEMBERSHIPS), ("waiting_groups", waiting, MAX_WAITING_GROUPS)] {
        if by != 0 {
            profile.add(name, number(by));
        }
        if by > 0 {
            let (counted, limit) = (profile.path(&[name]), profile.value(number(limit)));
            profile.require(format!("(attribute_not_exists({counted}) OR {counted} < {limit})"));
        }
    }
    if profile.is_empty() {
        // Only the condition counts.
        let check = Write::check(keys::profile(user));
        return match change.seen {
            Some(seen) => check.only_if(Condition::UserUnchanged, "rev = :seen").number(":seen", &seen.0),
            None => check.only_if(Condition::UserUnchanged, "attribute_exists(pk)"),
        };
    }
    profile.only_if(Condition::UserUnchanged)
}

/// The profile in an item.
pub(super) fn parse(item: Item) -> Result<Profile, StoreError> {
    let key = convert::key_of(&item)?;
    let record: ProfileRecord = convert::record(item)?;
    let corrupt = || StoreError::Corrupt { key, reason: "not in a user's partition".to_owned() };
    let defaults = Settings::default();
    Ok(Profile {
        id: keys::user_of(&record.pk).ok_or_else(corrupt)?,
        public: record.public,
        settings: Settings {
            contact_policy: record.contact_policy.unwrap_or(defaults.contact_policy),
            read_receipts: record.read_receipts.unwrap_or(defaults.read_receipts),
            typing_indicators: record.typing_indicators.unwrap_or(defaults.typing_indicators),
        },
        created_at: record.created_at,
        updated_at: record.updated_at,
        revision: Revision(record.rev),
        stale_snapshots: record
            .stale_snapshots
            .map(|revision| StaleSnapshots { revision: Revision(revision), done: record.snapshots_done }),
        memberships: Memberships {
            all: u64::try_from(record.memberships).unwrap_or_default(),
            waiting: u64::try_from(record.waiting_groups).unwrap_or_default(),
        },
    })
}

fn profile_keys(users: &[UserId]) -> Vec<Key> {
    users.iter().map(keys::profile).collect()
}

fn parse_all(items: Vec<Item>) -> Result<Profiles, StoreError> {
    items.into_iter().map(|item| parse(item).map(|profile| (profile.id.clone(), profile))).collect()
}

impl Writes {
    /// Registers a user or changes their public profile, with their username, in one transaction. `before` is the profile as
    /// it was read, `after` as it will be. Fails with [`Condition::Username`] if the name belongs to another user, with
    /// [`Condition::Profile`] if the profile changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn save_profile(before: Option<&Profile>, after: &Profile) -> Result<Self, StoreError> {
        let PublicProfile { username, display_name, avatar_url } = &after.public;
        let mut profile = Update::new(keys::profile(&after.id));
        profile
            .set(&["v"], number(ITEM_VERSION))
            .set(&["username"], text(username.clone()))
            .set(&["display_name"], text(display_name.clone()))
            .set(&["updated_at"], number(after.updated_at.ms()))
            .set(&["rev"], number(after.revision.0))
            .set_if_absent("created_at", number(after.created_at.ms()));
        if let Some(stale) = &after.stale_snapshots {
            profile.set(&["stale_snapshots"], number(stale.revision.0)).remove(&["snapshots_done"]);
        }
        match avatar_url {
            Some(url) => profile.set(&["avatar_url"], text(url.clone())),
            None => profile.remove(&["avatar_url"]),
        };
        match before {
            None => profile.require("attribute_not_exists(pk)".to_owned()),
            Some(before) => profile.require_equal("rev", number(before.revision.0)),
        };

        let record = NameRecord { v: ITEM_VERSION, user_id: after.id.clone(), public: after.public.clone() };
        let name = Write::put(keys::username(username), convert::item(&record)?)
            .only_if(Condition::Username, "attribute_not_exists(pk) OR user_id = :user")
            .text(":user", after.id.clone());
        let mut writes = vec![name, profile.only_if(Condition::Profile)];
        if let Some(old) = before.map(|before| &before.public.username).filter(|old| *old != username) {
            writes.push(Write::delete(keys::username(old)));
        }
        Ok(Self::all(writes))
    }
}

impl Store {
    /// A user's profile, as it is now; `None` until they registered.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, StoreError> {
        self.table.get(&keys::profile(user), Read::Consistent).await?.map(parse).transpose()
    }

    /// The profiles of those of `users` who registered. Names and settings may be some milliseconds late, but no profile that
    /// exists is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn profiles(&self, users: &[UserId]) -> Result<Profiles, StoreError> {
        parse_all(self.table.batch_get_complete(&profile_keys(users)).await?)
    }

    /// The profiles of those of `users` who registered, as they are now. It is for data that users can hide: their latest
    /// settings apply.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn present_profiles(&self, users: &[UserId]) -> Result<Profiles, StoreError> {
        parse_all(self.table.batch_get(&profile_keys(users), Read::Consistent).await?)
    }

    /// Notes up to which group the snapshots of a user show this public profile, or, with `None`, that all of them do; unless it
    /// changed again meanwhile.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn note_snapshots(&self, profile: &Profile, done: Option<&ThreadId>) -> Result<(), StoreError> {
        let Some(stale) = &profile.stale_snapshots else { return Ok(()) };
        let mut update = Update::new(keys::profile(&profile.id));
        update.require_equal("stale_snapshots", number(stale.revision.0));
        match done {
            Some(group) => update.set(&["snapshots_done"], text(group.as_str())),
            None => update.remove(&["stale_snapshots"]).remove(&["snapshots_done"]),
        };
        self.unless_failed(update.only_if(Condition::Profile), Condition::Profile).await.map(|_| ())
    }

    /// Changes settings of a user and returns all of them; `None` if they have not registered.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn change_settings(&self, user: &UserId, change: SettingsChange) -> Result<Option<Settings>, StoreError> {
        let fields = [
            ("contact_policy", change.contact_policy.map(|policy| text(policy.as_str()))),
            ("read_receipts", change.read_receipts.map(AttributeValue::Bool)),
            ("typing_indicators", change.typing_indicators.map(AttributeValue::Bool)),
        ];
        let mut update = Update::new(keys::profile(user));
        for (name, value) in fields {
            if let Some(value) = value {
                update.set(&[name], value);
            }
        }
        if update.is_empty() {
            return Ok(self.profile(user).await?.map(|profile| profile.settings));
        }
        let update = update.require_exists(&["pk"]).only_if(Condition::Profile);
        let item = self.updated(update, Condition::Profile).await?;
        Ok(item.map(parse).transpose()?.map(|profile| profile.settings))
    }

    /// A page of the users whose username begins with `prefix`, in the order of their usernames, behind `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn search(
        &self,
        prefix: &UsernamePrefix,
        after: Option<&Username>,
        limit: usize,
    ) -> Result<Page<FoundUser>, StoreError> {
        let after = after.map(keys::username);
        let ranges = keys::usernames(prefix).into_iter();
        let ranges = ranges.filter(|range| after.as_ref().is_none_or(|after| range.pk >= after.pk));
        // One more than asked for shows whether the page is the last.
        let names = |range: Range| {
            let start = after.clone().filter(|after| after.pk == range.pk);
            self.names(range, start, limit + 1)
        };
        // A prefix of one letter has many partitions, most of them small. Several are queried at once, and read in order.
        let mut partitions = stream::iter(ranges.map(names).collect::<Vec<_>>()).buffered(PARTITIONS_AT_ONCE);
        let mut found = Vec::new();
        while let Some(names) = partitions.try_next().await? {
            found.extend(names);
            if found.len() > limit {
                break;
            }
        }
        Ok(Page::of(found, limit, false))
    }

    /// The first usernames of a range, at most `limit`, with their users.
    async fn names(&self, range: Range, mut after: Option<Key>, limit: usize) -> Result<Vec<FoundUser>, StoreError> {
        let mut found = Vec::new();
        loop {
            let (range, left) = (range.clone(), limit - found.len());
            let query = Query { range, newest_first: false, after, limit: left, read: Read::Eventual };
            let page = self.table.query(&query).await?;
            for item in page.items {
                let NameRecord { user_id, public, .. } = convert::record(item)?;
                found.push(FoundUser { user_id, public });
            }
            after = page.more_after;
            if after.is_none() || found.len() >= limit {
                return Ok(found);
            }
        }
    }
}
