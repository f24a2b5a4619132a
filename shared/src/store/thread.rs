//! Thread heads: loaded whole, changed on the condition that they are as they were read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_dynamo::to_attribute_value;

use super::error::{Guard, StoreError};
use super::once::{OnceRecord, once_write};
use super::retry::Pauses;
use super::table::{Item, Read};
use super::write::Write;
use super::{ITEM_VERSION, Store, convert, keys, listing, log};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::Entry;
use crate::domain::member::{Member, ReadMark, Role, Standing};
use crate::domain::message::Preview;
use crate::domain::tally::{Slot, Tally};
use crate::domain::thread::{Kind, Revision, Thread};
use crate::domain::time::Timestamp;

/// `THREAD#t` / `HEAD`. A head is paid for at every message, so names are short and members are lists.
#[derive(Debug, Serialize, Deserialize)]
struct HeadRecord {
    v: u8,
    kind: KindRecord,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", with = "serde_dynamo::string_set")]
    blocks: BTreeSet<UserId>,
    rev: u64,
    seq: Seq,
    active_at: Timestamp,
    bumped_at: Timestamp,
    tally: Tally,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<LastRecord>,
    members: BTreeMap<UserId, MemberRecord>,
    by: UserId,
    created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindRecord {
    Direct,
}

/// What a block leaves where there is no thread yet: the same item, without one.
#[derive(Debug, Deserialize)]
struct VacantRecord {
    #[serde(default, with = "serde_dynamo::string_set")]
    blocks: BTreeSet<UserId>,
    rev: u64,
}

/// State, slot, joined at, joined seq, read seq, messages of others read, declined at (0: not). Parts are updated by their
/// index: see [`STATE`] and its neighbours.
#[derive(Debug, Serialize, Deserialize)]
struct MemberRecord(String, Slot, Timestamp, Seq, Seq, u64, Timestamp);

/// Index of a member's role and standing, a letter each: `m`oderator or `-`, then `a`ccepted, `p`ending or `d`eclined.
const STATE: usize = 0;
/// Index of the last entry read.
const READ_SEQ: usize = 4;
/// Index of the messages of others read.
const READ_OTHERS: usize = 5;
/// Index of when it was declined.
const DECLINED_AT: usize = 6;

/// Seq, author, when, answers (0: none), text, whether it was cut.
#[derive(Debug, Serialize, Deserialize)]
struct LastRecord(Seq, UserId, Timestamp, Seq, String, bool);

/// The place of a direct thread that was never opened. A block that came first stands there already: so it is the same
/// item that a block writes and that opening depends on, and neither can miss the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vacancy {
    /// Those of the two who block the other.
    pub blocks: BTreeSet<UserId>,
    /// Which state of the item this is; `None` where there is none.
    pub revision: Option<Revision>,
}

/// What stands where a thread's head may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// No thread.
    Vacant(Vacancy),
    /// This thread.
    Thread(Box<Thread>),
}

impl Head {
    /// Whether `user` blocks the other of this direct thread, opened or not.
    #[must_use]
    pub fn is_blocked_by(&self, user: &UserId) -> bool {
        match self {
            Self::Vacant(vacancy) => vacancy.blocks.contains(user),
            Self::Thread(thread) => thread.is_blocked_by(user),
        }
    }

    /// The thread, if there is one.
    #[must_use]
    pub fn thread(self) -> Option<Thread> {
        match self {
            Self::Thread(thread) => Some(*thread),
            Self::Vacant(_) => None,
        }
    }

    /// The head in an item.
    pub(super) fn parse(item: Option<Item>) -> Result<Self, StoreError> {
        let Some(item) = item else { return Ok(Self::Vacant(Vacancy::default())) };
        if !item.contains_key("kind") {
            let VacantRecord { blocks, rev } = convert::record(item)?;
            return Ok(Self::Vacant(Vacancy { blocks, revision: Some(Revision(rev)) }));
        }
        let key = convert::key_of(&item)?;
        let corrupt = |reason: &str| StoreError::Corrupt { key: key.clone(), reason: reason.to_owned() };
        let id = keys::thread_of(&key.pk).ok_or_else(|| corrupt("not in a thread's partition"))?;
        let record: HeadRecord = convert::record(item)?;
        let mut members = record
            .members
            .into_iter()
            .map(|(user_id, member)| member.parse(user_id).ok_or_else(|| corrupt("a member's state is unknown")))
            .collect::<Result<Vec<_>, _>>()?;
        members.sort_by_key(|member| (member.joined_seq, member.slot));
        Ok(Self::Thread(Box::new(Thread {
            id,
            kind: match record.kind {
                KindRecord::Direct => Kind::Direct { blocks: record.blocks },
            },
            created_by: record.by,
            created_at: record.created_at,
            last_seq: record.seq,
            active_at: record.active_at,
            bumped_at: record.bumped_at,
            tally: record.tally,
            last_message: record.last.map(LastRecord::parse),
            members,
            revision: Revision(record.rev),
        })))
    }
}

impl MemberRecord {
    fn of(member: &Member) -> Self {
        let Member { role, slot, joined_at, joined_seq, standing, mark, .. } = member;
        Self(state(*role, *standing), *slot, *joined_at, *joined_seq, mark.seq, mark.others, declined_at(*standing))
    }

    fn parse(self, user_id: UserId) -> Option<Member> {
        let Self(state, slot, joined_at, joined_seq, seq, others, declined_at) = self;
        let [role, standing] = state.as_bytes() else { return None };
        let role = match role {
            b'm' => Role::Moderator,
            b'-' => Role::Member,
            _ => return None,
        };
        let standing = match standing {
            b'a' => Standing::Accepted,
            b'p' => Standing::Pending,
            b'd' => Standing::Declined { at: declined_at },
            _ => return None,
        };
        Some(Member { user_id, role, slot, joined_at, joined_seq, standing, mark: ReadMark { seq, others } })
    }
}

fn state(role: Role, standing: Standing) -> String {
    let role = match role {
        Role::Moderator => 'm',
        Role::Member => '-',
    };
    let standing = match standing {
        Standing::Accepted => 'a',
        Standing::Pending => 'p',
        Standing::Declined { .. } => 'd',
    };
    format!("{role}{standing}")
}

fn declined_at(standing: Standing) -> Timestamp {
    match standing {
        Standing::Declined { at } => at,
        Standing::Accepted | Standing::Pending => Timestamp::EPOCH,
    }
}

impl LastRecord {
    fn of(preview: &Preview) -> Self {
        let Preview { seq, author_id, created_at, reply_to, text, truncated } = preview.clone();
        Self(seq, author_id, created_at, reply_to.unwrap_or(Seq::ZERO), text, truncated)
    }

    fn parse(self) -> Preview {
        let Self(seq, author_id, created_at, reply_to, text, truncated) = self;
        let reply_to = (reply_to > Seq::ZERO).then_some(reply_to);
        Preview { seq, author_id, created_at, reply_to, text, truncated }
    }
}

fn value(value: impl Serialize) -> Result<AttributeValue, StoreError> {
    to_attribute_value(value).map_err(|error| StoreError::Refused { reason: format!("cannot be stored: {error}") })
}

/// The writes that bring a thread from `before` to `after` and add `entries` to its log. Marks are left alone: they move
/// at any time, and no decision hangs on them.
pub(super) fn change_writes(before: &Thread, after: &Thread, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    let mut sets =
        vec!["seq = :seq, active_at = :active_at, bumped_at = :bumped_at, tally = :tally, rev = :rev".to_owned()];
    let mut head = Write::update(keys::head(&after.id), "")
        .only_if(Guard::Head, "seq = :seen_seq AND rev = :seen_rev")
        .number(":seen_seq", &before.last_seq)
        .number(":seen_rev", &before.revision.0)
        .number(":seq", &after.last_seq)
        .number(":active_at", &after.active_at.ms())
        .number(":bumped_at", &after.bumped_at.ms())
        .number(":rev", &after.revision.0)
        .value(":tally", value(&after.tally)?);
    if let Some(last) = &after.last_message {
        sets.push("#last = :last".to_owned());
        head = head.name("#last", "last").value(":last", value(LastRecord::of(last))?);
    }
    for (index, member) in after.members.iter().enumerate() {
        if before.member(&member.user_id).map(|before| before.standing) == Some(member.standing) {
            continue;
        }
        sets.push(format!("members.#m{index}[{STATE}] = :s{index}, members.#m{index}[{DECLINED_AT}] = :d{index}"));
        head = head
            .name(format!("#m{index}"), member.user_id.clone())
            .text(&format!(":s{index}"), state(member.role, member.standing))
            .number(&format!(":d{index}"), &declined_at(member.standing).ms());
    }
    let mut writes = vec![head.expression(format!("SET {}", sets.join(", ")))];
    writes.extend(log::writes(&after.id, entries)?);
    writes.extend(listing::writes(&after.id, &before.listings(), &after.listings())?);
    Ok(writes)
}

impl Store {
    /// A thread's head as it is now; `None` if there is no such thread.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn thread(&self, thread: &ThreadId) -> Result<Option<Thread>, StoreError> {
        Ok(Head::parse(self.table.get(&keys::head(thread), Read::Consistent).await?)?.thread())
    }

    /// The head to decide on again after `error`, if that was the loss of its condition.
    ///
    /// The first loss brings the present head along, so the repeat costs no read. Whoever loses again is one of many: they
    /// pause and read the head when they wake, since what they have is old by then. Without the pause the many would spend
    /// the time of the one that gets through.
    ///
    /// # Errors
    /// `error` itself where it is about something else, or where no time is left; see [`StoreError`].
    pub async fn head_after(
        &self,
        error: StoreError,
        thread: &ThreadId,
        pauses: &mut Pauses,
    ) -> Result<Head, StoreError> {
        match error {
            StoreError::Lost { guard: Guard::Head, item: Some(item) } if pauses.is_first_loss() => {
                Head::parse(Some(*item))
            }
            StoreError::Lost { guard: Guard::Head, .. } if pauses.pause_after_loss().await => {
                Head::parse(self.table.get(&keys::head(thread), Read::Consistent).await?)
            }
            other => Err(other),
        }
    }

    /// The heads of those of `threads` that exist; they may be some milliseconds late.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn threads(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        let keys: Vec<_> = threads.iter().map(keys::head).collect();
        let items = self.table.batch_get(&keys, Read::Eventual).await?;
        let heads = items.into_iter().map(|item| Head::parse(Some(item))).collect::<Result<Vec<_>, _>>()?;
        Ok(heads.into_iter().filter_map(Head::thread).map(|thread| (thread.id.clone(), thread)).collect())
    }

    /// Stores a new thread with its first entries, all or nothing, where there was nothing but `vacancy`.
    ///
    /// # Errors
    /// [`Guard::Head`] with what is there now, [`Guard::Once`] if the request was carried out before.
    pub async fn create_thread(
        &self,
        vacancy: &Vacancy,
        thread: &Thread,
        entries: &[Entry],
        once: Option<&OnceRecord>,
    ) -> Result<(), StoreError> {
        let record = HeadRecord {
            v: ITEM_VERSION,
            kind: match thread.kind {
                Kind::Direct { .. } => KindRecord::Direct,
            },
            blocks: match &thread.kind {
                Kind::Direct { blocks } => blocks.clone(),
            },
            rev: thread.revision.0,
            seq: thread.last_seq,
            active_at: thread.active_at,
            bumped_at: thread.bumped_at,
            tally: thread.tally.clone(),
            last: thread.last_message.as_ref().map(LastRecord::of),
            members: thread.members.iter().map(|member| (member.user_id.clone(), MemberRecord::of(member))).collect(),
            by: thread.created_by.clone(),
            created_at: thread.created_at,
        };
        let head = Write::put(keys::head(&thread.id), convert::item(&record)?);
        let head = match vacancy.revision {
            None => head.only_if(Guard::Head, "attribute_not_exists(pk)"),
            Some(revision) => head
                .only_if(Guard::Head, "attribute_not_exists(kind) AND rev = :seen_rev")
                .number(":seen_rev", &revision.0),
        };
        let mut writes = once.map(once_write).transpose()?.into_iter().collect::<Vec<_>>();
        writes.push(head);
        writes.extend(log::writes(&thread.id, entries)?);
        writes.extend(listing::writes(&thread.id, &[], &thread.listings())?);
        self.table.transact(writes).await
    }

    /// Brings a thread from `before` to `after` and adds `entries` to its log, all or nothing.
    ///
    /// # Errors
    /// [`Guard::Head`] with the thread as it is now if it is not `before` any more, [`Guard::Once`] if the request was
    /// carried out before.
    pub async fn change_thread(
        &self,
        before: &Thread,
        after: &Thread,
        entries: &[Entry],
        once: Option<&OnceRecord>,
    ) -> Result<(), StoreError> {
        // The key first: where both conditions fail, that the request was carried out before is what counts.
        let mut writes = once.map(once_write).transpose()?.into_iter().collect::<Vec<_>>();
        writes.extend(change_writes(before, after, entries)?);
        self.table.transact(writes).await
    }

    /// Moves a member's read mark forward. One that is there or further already stays.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn move_mark(&self, thread: &ThreadId, user: &UserId, mark: ReadMark) -> Result<(), StoreError> {
        let write = Write::update(
            keys::head(thread),
            format!("SET members.#me[{READ_SEQ}] = :seq, members.#me[{READ_OTHERS}] = :others"),
        )
        .only_if(Guard::Head, format!("members.#me[{READ_SEQ}] < :seq"))
        .name("#me", user.clone())
        .number(":seq", &mark.seq)
        .number(":others", &mark.others);
        match self.table.write(write).await {
            Err(error) if error.lost(Guard::Head) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
