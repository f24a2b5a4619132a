//! Profiles, settings and the search by username.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::convert;
use super::error::{Guard, StoreError};
use super::keys::{self, Key, Range};
use super::table::{Item, Query, Read};
use super::write::Write;
use super::{ITEM_VERSION, Store};
use crate::domain::ids::UserId;
use crate::domain::profile::{Card, ContactPolicy, Profile, Settings, Username, UsernamePrefix};
use crate::domain::thread::Revision;
use crate::domain::time::Timestamp;

/// `USER#u` / `PROFILE`.
#[derive(Debug, Deserialize)]
struct ProfileRecord {
    pk: String,
    #[serde(flatten)]
    card: Card,
    created_at: Timestamp,
    updated_at: Timestamp,
    contact_policy: Option<ContactPolicy>,
    read_receipts: Option<bool>,
    typing_indicators: Option<bool>,
    rev: u64,
    unspread: Option<u64>,
}

/// `NAME#ab` / `abc`: a copy of the card beside the id, so that a search reads names alone.
#[derive(Debug, Serialize, Deserialize)]
struct NameRecord {
    v: u8,
    user_id: UserId,
    #[serde(flatten)]
    card: Card,
}

/// Partitions of usernames that a search reads at once.
const PARTITIONS_AT_ONCE: usize = 8;

/// A user as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub user_id: UserId,
    /// What they show.
    pub card: Card,
}

/// The settings a user changes; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Whom they let write to them.
    pub contact_policy: Option<ContactPolicy>,
    /// Whether they show read marks.
    pub read_receipts: Option<bool>,
    /// Whether they show that they type.
    pub typing_indicators: Option<bool>,
}

/// The profile in an item.
pub(super) fn parse(item: Item) -> Result<Profile, StoreError> {
    let key = convert::key_of(&item)?;
    let record: ProfileRecord = convert::record(item)?;
    let corrupt = || StoreError::Corrupt { key, reason: "not in a user's partition".to_owned() };
    let defaults = Settings::default();
    Ok(Profile {
        id: keys::user_of(&record.pk).ok_or_else(corrupt)?,
        card: record.card,
        settings: Settings {
            contact_policy: record.contact_policy.unwrap_or(defaults.contact_policy),
            read_receipts: record.read_receipts.unwrap_or(defaults.read_receipts),
            typing_indicators: record.typing_indicators.unwrap_or(defaults.typing_indicators),
        },
        created_at: record.created_at,
        updated_at: record.updated_at,
        revision: Revision(record.rev),
        unspread: record.unspread.map(Revision),
    })
}

impl Store {
    /// A user's profile, as it is after every write answered so far; `None` until they registered.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, StoreError> {
        self.table.get(&keys::profile(user), Read::Consistent).await?.map(parse).transpose()
    }

    /// The profiles of those of `users` who registered; names and settings may be some milliseconds late, a profile that
    /// exists is never missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn profiles(&self, users: &[UserId]) -> Result<HashMap<UserId, Profile>, StoreError> {
        let mut found = self.read_profiles(users, Read::Eventual).await?;
        let missing: Vec<UserId> = users.iter().filter(|user| !found.contains_key(user)).cloned().collect();
        // Who has registered just now is not everywhere yet.
        found.extend(self.read_profiles(&missing, Read::Consistent).await?);
        Ok(found)
    }

    /// The same as they are now: for what must not be shown once its owner has said so.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn present_profiles(&self, users: &[UserId]) -> Result<HashMap<UserId, Profile>, StoreError> {
        self.read_profiles(users, Read::Consistent).await
    }

    async fn read_profiles(&self, users: &[UserId], read: Read) -> Result<HashMap<UserId, Profile>, StoreError> {
        let keys: Vec<_> = users.iter().map(keys::profile).collect();
        let items = self.table.batch_get(&keys, read).await?;
        let profiles = items.into_iter().map(|item| parse(item).map(|profile| (profile.id.clone(), profile)));
        profiles.collect()
    }

    /// Registers `user` or gives them a new card, name and profile in one write. `before` is the profile as it was read.
    /// Answers the profile as it is then; the copies of the card in the user's groups are still to be made.
    ///
    /// # Errors
    /// [`Guard::Username`] if the name is somebody else's, [`Guard::Profile`] if the profile changed meanwhile.
    pub async fn save_card(
        &self,
        user: &UserId,
        before: Option<&Profile>,
        card: &Card,
        now: Timestamp,
    ) -> Result<Profile, StoreError> {
        let seen = before.map_or(Revision::default(), |before| before.revision);
        let after = Profile {
            id: user.clone(),
            card: card.clone(),
            settings: before.map(|before| before.settings).unwrap_or_default(),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            revision: seen.next(),
            unspread: before.map(|_| seen.next()),
        };
        let avatar = if card.avatar_url.is_some() { ", avatar_url = :avatar_url" } else { " REMOVE avatar_url" };
        let unspread = if before.is_some() { ", unspread = :rev" } else { "" };
        let profile = Write::update(
            keys::profile(user),
            format!(
                "SET v = :v, username = :username, display_name = :display_name, updated_at = :now, rev = :rev, \
                 created_at = if_not_exists(created_at, :now){unspread}{avatar}"
            ),
        )
        .number(":v", &ITEM_VERSION)
        .number(":now", &now.ms())
        .number(":rev", &after.revision.0)
        .text(":username", card.username.clone())
        .text(":display_name", card.display_name.clone());
        let profile = match &card.avatar_url {
            Some(url) => profile.text(":avatar_url", url.clone()),
            None => profile,
        };
        let profile = match before {
            None => profile.only_if(Guard::Profile, "attribute_not_exists(pk)"),
            Some(before) => profile.only_if(Guard::Profile, "rev = :seen").number(":seen", &before.revision.0),
        };

        let record = NameRecord { v: ITEM_VERSION, user_id: user.clone(), card: card.clone() };
        let name = Write::put(keys::username(&card.username), convert::item(&record)?)
            .only_if(Guard::Username, "attribute_not_exists(pk) OR user_id = :user")
            .text(":user", user.clone());
        let mut writes = vec![name, profile];
        if let Some(old) = before.map(|before| &before.card.username).filter(|old| **old != card.username) {
            writes.push(Write::delete(keys::username(old)));
        }
        self.table.transact(writes).await?;
        Ok(after)
    }

    /// Notes that the card is in all copies, unless it changed again meanwhile.
    pub(super) async fn card_is_spread(&self, profile: &Profile) -> Result<(), StoreError> {
        let Some(unspread) = profile.unspread else { return Ok(()) };
        let write = Write::update(keys::profile(&profile.id), "REMOVE unspread")
            .only_if(Guard::Profile, "unspread = :spread")
            .number(":spread", &unspread.0);
        match self.table.write(write).await {
            Err(error) if !error.lost(Guard::Profile) => Err(error),
            _ => Ok(()),
        }
    }

    /// Changes a user's settings and answers all of them; `None` if they have not registered.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn change_settings(&self, user: &UserId, change: SettingsChange) -> Result<Option<Settings>, StoreError> {
        let policy = change.contact_policy.map(|policy| AttributeValue::S(policy.as_str().to_owned()));
        let fields = [
            ("contact_policy", policy),
            ("read_receipts", change.read_receipts.map(AttributeValue::Bool)),
            ("typing_indicators", change.typing_indicators.map(AttributeValue::Bool)),
        ];
        let set: Vec<_> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        if set.is_empty() {
            return Ok(self.profile(user).await?.map(|profile| profile.settings));
        }
        let assignments: Vec<String> = set.iter().map(|(name, _)| format!("{name} = :{name}")).collect();
        let update = Write::update(keys::profile(user), format!("SET {}", assignments.join(", ")))
            .only_if(Guard::Profile, "attribute_exists(pk)");
        let update = set.into_iter().fold(update, |update, (name, value)| update.value(format!(":{name}"), value));
        match self.table.write(update).await {
            Ok(item) => item.map(parse).transpose().map(|profile| profile.map(|profile| profile.settings)),
            Err(error) if error.lost(Guard::Profile) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Users whose name begins with `prefix`, in the order of their names, behind `after`; at most `limit`, and whether
    /// there are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn search(
        &self,
        prefix: &UsernamePrefix,
        after: Option<&Username>,
        limit: usize,
    ) -> Result<(Vec<Listed>, bool), StoreError> {
        let after = after.map(keys::username);
        let ranges = keys::usernames(prefix).into_iter();
        let ranges = ranges.filter(|range| after.as_ref().is_none_or(|after| range.pk >= after.pk));
        // One more than asked for shows whether the page is the last.
        let names = |range: Range| {
            let start = after.clone().filter(|after| after.pk == range.pk);
            self.names(range, start, limit + 1)
        };
        // A prefix of one letter has many partitions, most of them small: several are asked at once, and read in order.
        let mut partitions = stream::iter(ranges.map(names).collect::<Vec<_>>()).buffered(PARTITIONS_AT_ONCE);
        let mut found = Vec::new();
        while let Some(names) = partitions.try_next().await? {
            found.extend(names);
            if found.len() > limit {
                found.truncate(limit);
                return Ok((found, true));
            }
        }
        Ok((found, false))
    }

    /// The first names of a partition's range, at most `limit`.
    async fn names(&self, range: Range, mut after: Option<Key>, limit: usize) -> Result<Vec<Listed>, StoreError> {
        let mut found = Vec::new();
        loop {
            let (range, left) = (range.clone(), limit - found.len());
            let query = Query { range, newest_first: false, after, limit: left, read: Read::Eventual };
            let page = self.table.query(&query).await?;
            for item in page.items {
                let NameRecord { user_id, card, .. } = convert::record(item)?;
                found.push(Listed { user_id, card });
            }
            after = page.more_after;
            if after.is_none() || found.len() >= limit {
                return Ok(found);
            }
        }
    }
}
