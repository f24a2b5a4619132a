//! What a group shows of itself, in an item beside its head: a head is paid for at every message, this only when it is shown
//! or changes.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::error::{Guard, StoreError};
use super::head;
use super::table::Read;
use super::write::Write;
use super::{ITEM_VERSION, Store, convert, keys};
use crate::domain::about::{About, Person, Preferences, Room, Title};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::log::{Change, Entry, What};
use crate::domain::profile::{Card, Profile};
use crate::domain::thread::{Revision, Thread};
use crate::domain::time::Timestamp;

/// `THREAD#t` / `ABOUT`.
#[derive(Debug, Serialize, Deserialize)]
struct AboutRecord {
    v: u8,
    by: UserId,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room: Option<Room>,
    people: BTreeMap<UserId, PersonRecord>,
    prefs: PreferencesRecord,
}

/// A member's card, the state of the profile it was taken from, and when they joined.
#[derive(Debug, Serialize, Deserialize)]
struct PersonRecord {
    card: Card,
    rev: u64,
    joined: Timestamp,
}

/// By user: until when it is muted (0: it is not), and whether it is pinned. The same in a direct thread's head.
pub(super) type PreferencesRecord = BTreeMap<UserId, (Timestamp, bool)>;

/// The stored form of all members' preferences.
pub(super) fn preferences_of(about: &About) -> PreferencesRecord {
    about.preferences.iter().map(|(user, own)| (user.clone(), record_of(*own))).collect()
}

fn record_of(own: Preferences) -> (Timestamp, bool) {
    (own.muted_until.unwrap_or(Timestamp::EPOCH), own.pinned)
}

/// The preferences in a record.
pub(super) fn parse_preferences(record: PreferencesRecord) -> BTreeMap<UserId, Preferences> {
    let parse = |(muted_until, pinned)| Preferences {
        muted_until: Some(muted_until).filter(|at| *at > Timestamp::EPOCH),
        pinned,
    };
    record.into_iter().map(|(user, own)| (user, parse(own))).collect()
}

fn person_record(person: &Person) -> PersonRecord {
    let Person { card, revision, joined_at } = person.clone();
    PersonRecord { card, rev: revision.0, joined: joined_at }
}

impl From<AboutRecord> for About {
    fn from(record: AboutRecord) -> Self {
        let person = |PersonRecord { card, rev, joined }| Person { card, revision: Revision(rev), joined_at: joined };
        Self {
            created_by: record.by,
            created_at: record.created,
            title: record.title,
            room: record.room,
            people: record.people.into_iter().map(|(user, record)| (user, person(record))).collect(),
            preferences: parse_preferences(record.prefs),
        }
    }
}

/// The write that stores a new group's.
pub(super) fn create(thread: &ThreadId, about: &About) -> Result<Write, StoreError> {
    let record = AboutRecord {
        v: ITEM_VERSION,
        by: about.created_by.clone(),
        created: about.created_at,
        title: about.title.clone(),
        room: about.room.clone(),
        people: about.people.iter().map(|(user, person)| (user.clone(), person_record(person))).collect(),
        prefs: preferences_of(about),
    };
    Ok(Write::put(keys::about(thread), convert::item(&record)?))
}

/// The write that `entries` of the log ask for; `joined` are those whom they brought in. They are taken from the log and not
/// from the difference of two states, so that it does not matter how old the state is that was read.
pub(super) fn change(
    thread: &Thread,
    entries: &[Entry],
    joined: &BTreeMap<UserId, Person>,
) -> Result<Option<Write>, StoreError> {
    let key = keys::about(&thread.id);
    if thread.members.is_empty() {
        return Ok(Some(Write::delete(key)));
    }
    let mut write = Write::update(key, "");
    let (mut sets, mut removes) = (Vec::new(), Vec::new());
    for (index, (user, person)) in joined.iter().enumerate() {
        sets.push(format!("people.#in{index} = :in{index}"));
        let person = head::value(person_record(person))?;
        write = write.name(format!("#in{index}"), user.clone()).value(format!(":in{index}"), person);
    }
    for entry in entries {
        match &entry.what {
            What::Change(Change::MemberRemoved { user_id } | Change::MemberLeft { user_id }) => {
                removes.push("people.#out, prefs.#out".to_owned());
                write = write.name("#out", user_id.clone());
            }
            What::Change(Change::ThreadRenamed { title: Some(title) }) => {
                sets.push("title = :title".to_owned());
                write = write.text(":title", title.clone());
            }
            What::Change(Change::ThreadRenamed { title: None }) => removes.push("title".to_owned()),
            What::Change(_) | What::Message(_) => {}
        }
    }
    let clauses: Vec<String> = [("SET", sets), ("REMOVE", removes)]
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(clause, parts)| format!("{clause} {}", parts.join(", ")))
        .collect();
    Ok((!clauses.is_empty()).then(|| write.expression(clauses.join(" "))))
}

impl Store {
    /// What these groups show of themselves; it may be some milliseconds late, but none that exists is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn abouts(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, About>, StoreError> {
        let mut found = self.read_abouts(threads, Read::Eventual).await?;
        let missing: Vec<ThreadId> = threads.iter().filter(|thread| !found.contains_key(thread)).cloned().collect();
        found.extend(self.read_abouts(&missing, Read::Consistent).await?);
        Ok(found)
    }

    async fn read_abouts(&self, threads: &[ThreadId], read: Read) -> Result<HashMap<ThreadId, About>, StoreError> {
        let keys: Vec<_> = threads.iter().map(keys::about).collect();
        let mut abouts = HashMap::with_capacity(keys.len());
        for item in self.table.batch_get(&keys, read).await? {
            let key = convert::key_of(&item)?;
            let corrupt = || StoreError::Corrupt { key: key.clone(), reason: "not in a thread's partition".to_owned() };
            let thread = keys::thread_of(&key.pk).ok_or_else(corrupt)?;
            abouts.insert(thread, convert::record::<AboutRecord>(item)?.into());
        }
        Ok(abouts)
    }

    /// What a thread shows of itself, as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn about(&self, thread: &ThreadId) -> Result<Option<About>, StoreError> {
        let item = self.table.get(&keys::about(thread), Read::Consistent).await?;
        Ok(item.map(convert::record::<AboutRecord>).transpose()?.map(About::from))
    }

    /// Stores what `user` chose for a thread; `false` if they are not in it any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn set_preferences(&self, thread: &Thread, user: &UserId, own: Preferences) -> Result<bool, StoreError> {
        // Nobody leaves a direct thread; a group remembers those who are in it.
        let (key, condition) = if thread.is_group() {
            (keys::about(&thread.id), "attribute_exists(people.#me)")
        } else {
            (keys::head(&thread.id), "attribute_exists(kind)")
        };
        let write = Write::update(key, "SET prefs.#me = :own")
            .only_if(Guard::Head, condition)
            .name("#me", user.clone())
            .value(":own", head::value(record_of(own))?);
        match self.table.write(write).await {
            Ok(_) => Ok(true),
            Err(error) if error.lost(Guard::Head) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Brings a user's new card into a group's copy, if they are in it and it is older.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn refresh_person(&self, thread: &ThreadId, profile: &Profile) -> Result<(), StoreError> {
        let write = Write::update(keys::about(thread), "SET people.#me.card = :card, people.#me.rev = :rev")
            .only_if(Guard::Head, "people.#me.rev < :rev")
            .name("#me", profile.id.clone())
            .value(":card", head::value(&profile.card)?)
            .number(":rev", &profile.revision.0);
        match self.table.write(write).await {
            Err(error) if !error.lost(Guard::Head) => Err(error),
            _ => Ok(()),
        }
    }
}
