//! The shape of a thread's head in the table.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_dynamo::to_attribute_value;

use super::error::StoreError;
use super::table::Item;
use super::{ITEM_VERSION, convert, keys};
use crate::domain::ids::{Seq, UserId};
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
pub(super) const STATE: usize = 0;
/// Index of the last entry read.
pub(super) const READ_SEQ: usize = 4;
/// Index of the messages of others read.
pub(super) const READ_OTHERS: usize = 5;
/// Index of when it was declined.
pub(super) const DECLINED_AT: usize = 6;

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

/// A member's role and standing, a letter each.
pub(super) fn state(role: Role, standing: Standing) -> String {
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

/// When a member declined; the epoch if they did not.
pub(super) fn declined_at(standing: Standing) -> Timestamp {
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

/// The item of a thread that is new.
pub(super) fn item(thread: &Thread) -> Result<Item, StoreError> {
    convert::item(&HeadRecord {
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
    })
}

/// A thread's last message as an update sets it.
pub(super) fn last(preview: &Preview) -> Result<AttributeValue, StoreError> {
    value(LastRecord::of(preview))
}

/// A tally as an update sets it.
pub(super) fn tally(tally: &Tally) -> Result<AttributeValue, StoreError> {
    value(tally)
}

fn value(value: impl Serialize) -> Result<AttributeValue, StoreError> {
    to_attribute_value(value).map_err(|error| StoreError::Refused { reason: format!("cannot be stored: {error}") })
}
