//! The shape of a thread's head in the table.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::convert::{self, HEAD_VERSION};
use super::deletions;
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys;
use super::last::{LastRecord, last_times};
use super::member_codec::{self, SlotContent};
use super::preferences::{self, PreferencesRecord};
use super::rest;
use super::tail::{self, TailRecord};
use super::update::{Update, number};
use crate::domain::counts::{MessageCounts, Slot};
use crate::domain::details::ThreadDetails;
use crate::domain::idempotency::KeyTag;
use crate::domain::ids::{Seq, UserId};
use crate::domain::member::ReadMark;
use crate::domain::pins::Pins;
use crate::domain::revision::Revision;
use crate::domain::tail::Tail;
use crate::domain::thread::{Kind, Rests, Thread};
use crate::domain::time::Timestamp;

/// `THREAD#t` / `HEAD`. Every message pays for the size of the head, so names are short, members are texts and marks a plain
/// list. With 15 members and some messages in its tail it has to stay below 2 KiB.
#[derive(Debug, Serialize, Deserialize)]
struct HeadRecord {
    v: u8,
    kind: KindRecord,
    rev: u64,
    seq: Seq,
    active: Timestamp,
    bumped: Timestamp,
    counts: MessageCounts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<LastRecord>,
    /// When `last` was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<Timestamp>,
    /// When `last` was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<Timestamp>,
    /// The time of the last entry, where that was no activity; `active` is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// Deleted messages that somebody has not read, two each: their place, and one more than the slot of their author (0 if that is not
    /// known).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<u64>,
    /// The pinned messages, in the order in which they were pinned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pins: Vec<Seq>,
    /// By slot; see [`member_codec`].
    members: Vec<String>,
    /// By slot, two each: the last entry read, and the messages up to there that count.
    marks: Vec<u64>,
    /// The last entry that is an item. `active`, `counts` and `last` are of there; `seq` is the end of the tail.
    #[serde(default)]
    base: Seq,
    /// See [`tail`]. Heads of releases before version 2 have none.
    #[serde(default)]
    tail: Option<Vec<TailRecord>>,
    #[serde(default)]
    recent: Vec<KeyTag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<Timestamp>,
    // Only direct threads have the rest. A group has its details in `DETAILS`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", with = "serde_dynamo::string_set")]
    blocks: BTreeSet<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefs: Option<PreferencesRecord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindRecord {
    Direct,
    Group,
}

/// The head of a direct thread that was never opened; a block creates it.
#[derive(Debug, Deserialize)]
struct AbsentRecord {
    #[serde(default, with = "serde_dynamo::string_set")]
    blocks: BTreeSet<UserId>,
    rev: u64,
    /// When the group ended that was here, and who ended it.
    #[serde(default)]
    ended: Option<Timestamp>,
    #[serde(default)]
    by: Option<UserId>,
}

/// The place of a direct thread that was never opened. A block may be stored there already. A block and an opening write the
/// same item, so neither can miss the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AbsentHead {
    /// The users of the two who block the other.
    pub blocks: BTreeSet<UserId>,
    /// When one of the two declined a group of the other.
    pub rests: Rests,
    /// `None` if the item does not exist.
    pub revision: Option<Revision>,
    /// The end of the group that was here, for a day.
    pub ended: Option<End>,
}

/// The end of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub at: Timestamp,
    /// Who deleted it for everyone, or left it last.
    pub by: UserId,
}

/// The item at the place of a thread's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    Absent(AbsentHead),
    Thread(Box<Thread>),
}

impl Head {
    /// Whether `user` blocks the other user of this direct thread, opened or not.
    #[must_use]
    pub fn is_blocked_by(&self, user: &UserId) -> bool {
        match self {
            Self::Absent(absent) => absent.blocks.contains(user),
            Self::Thread(thread) => thread.is_blocked_by(user),
        }
    }

    /// When `user` last declined a request of the other user of this direct thread, opened or not.
    #[must_use]
    pub fn declined_by(&self, user: &UserId) -> Option<Timestamp> {
        match self {
            Self::Absent(absent) => absent.rests.get(user).copied(),
            Self::Thread(thread) => thread.declined_by(user),
        }
    }

    /// The thread, if there is one.
    #[must_use]
    pub fn thread(self) -> Option<Thread> {
        match self {
            Self::Thread(thread) => Some(*thread),
            Self::Absent(_) => None,
        }
    }

    /// The head that a failed condition brought back, if it was the condition of a head.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be read.
    pub fn of_failed_condition(error: &StoreError) -> Result<Option<Self>, StoreError> {
        match error {
            StoreError::ConditionFailed {
                condition: Condition::Head | Condition::Members | Condition::Append,
                item: Some(item),
            } => Self::parse(Some((**item).clone())).map(Some),
            _ => Ok(None),
        }
    }

    /// The head in an item.
    pub(super) fn parse(item: Option<Item>) -> Result<Self, StoreError> {
        let Some(item) = item else { return Ok(Self::Absent(AbsentHead::default())) };
        let rests = rest::parse(&item);
        if !item.contains_key("kind") {
            let AbsentRecord { blocks, rev, ended, by } = convert::record_of_version(item, HEAD_VERSION)?;
            let ended = ended.zip(by).map(|(at, by)| End { at, by });
            return Ok(Self::Absent(AbsentHead { blocks, rests, revision: Some(Revision(rev)), ended }));
        }
        let key = convert::key_of(&item)?;
        let corrupt = |reason: &str| StoreError::Corrupt { key: key.clone(), reason: reason.to_owned() };
        let id = keys::thread_of(&key.pk).ok_or_else(|| corrupt("not in a thread's partition"))?;
        let record: HeadRecord = convert::record_of_version(item, HEAD_VERSION)?;
        let (mut members, mut departed) = (Vec::new(), Vec::new());
        for (index, text) in record.members.iter().enumerate() {
            let mark = |part: usize| record.marks.get(2 * index + part).copied();
            let mark = mark(0).and_then(|seq| Seq::try_from(seq).ok()).zip(mark(1));
            let slot = u8::try_from(index).ok().and_then(|index| Slot::try_from(index).ok());
            let content = slot
                .zip(mark)
                .and_then(|(slot, (seq, counted))| member_codec::parse(text, slot, ReadMark { seq, counted }));
            match content.ok_or_else(|| corrupt("a member cannot be read"))? {
                SlotContent::Member(member) => members.push(member),
                SlotContent::Departed(gone) => departed.push(gone),
                SlotContent::Empty => {}
            }
        }
        members.sort_by_key(|member| (member.joined_seq, member.slot));
        let kind = match (record.kind, record.by.zip(record.created)) {
            (KindRecord::Group, _) => Kind::Group { departed },
            (KindRecord::Direct, Some((created_by, created_at))) => {
                let preferences = preferences::parse(record.prefs.unwrap_or_default());
                let details = ThreadDetails { preferences, ..ThreadDetails::new(&created_by, created_at) };
                Kind::Direct { blocks: record.blocks, rests, details }
            }
            (KindRecord::Direct, None) => return Err(corrupt("a direct thread without a creator")),
        };
        let (base, end) = (record.base, record.seq);
        let open = record.tail.is_some();
        let mut thread = Thread {
            id,
            kind,
            last_seq: if open { base } else { end },
            last_entry_at: record.active.max(record.at.unwrap_or(record.active)),
            active_at: record.active,
            bumped_at: record.bumped,
            counts: record.counts,
            deletions: deletions::parse(&record.gone).ok_or_else(|| corrupt("its deletions cannot be read"))?,
            pins: Pins::stored(record.pins),
            last_message: record.last.map(|last| last.parse(record.edited, record.deleted)),
            members,
            revision: Revision(record.rev),
            tail: Tail { recent: record.recent, turn: record.turn, open, ..Tail::default() },
        };
        tail::extend(&mut thread, record.tail.unwrap_or_default()).ok_or_else(|| corrupt("its tail cannot be read"))?;
        if thread.last_seq != end {
            return Err(corrupt("its tail does not end where its log does"));
        }
        Ok(Self::Thread(Box::new(thread)))
    }
}

/// The members of a thread as texts, by slot.
pub(super) fn encoded_members(thread: &Thread) -> Vec<String> {
    let here = thread.members.iter().map(|member| (member.slot, member_codec::of_member(member)));
    let gone = thread.departed().iter().map(|gone| (gone.slot, member_codec::of_departed(gone)));
    let mut encoded_members = Vec::new();
    for (slot, text) in here.chain(gone) {
        let index = usize::from(u8::from(slot));
        if encoded_members.len() <= index {
            encoded_members.resize(index + 1, String::new());
        }
        encoded_members[index] = text;
    }
    encoded_members
}

fn marks(thread: &Thread) -> Vec<u64> {
    let mut marks = vec![0; 2 * encoded_members(thread).len()];
    for member in &thread.members {
        let [seq, counted] = mark_places(member.slot);
        (marks[seq], marks[counted]) = (member.mark.seq.get(), member.mark.counted);
    }
    marks
}

/// The indexes of a slot's mark in the list: the last entry read, and the messages up to there that count.
pub(super) fn mark_places(slot: Slot) -> [usize; 2] {
    let index = usize::from(u8::from(slot));
    [2 * index, 2 * index + 1]
}

/// Sets the time of the last entry, where that was no activity.
pub(super) fn set_last_entry_at(head: &mut Update, thread: &Thread) {
    match quiet_at(thread) {
        Some(at) => head.set(&["at"], number(at.ms())),
        None => head.remove(&["at"]),
    };
}

fn quiet_at(thread: &Thread) -> Option<Timestamp> {
    Some(thread.last_entry_at).filter(|at| *at > thread.active_at)
}

/// The item of a new thread.
pub(super) fn item(thread: &Thread) -> Result<Item, StoreError> {
    let (kind, blocks, own) = match &thread.kind {
        Kind::Direct { blocks, details, .. } => (KindRecord::Direct, blocks.clone(), Some(details)),
        Kind::Group { .. } => (KindRecord::Group, BTreeSet::new(), None),
    };
    let [(_, edited), (_, deleted)] = last_times(thread.last_message.as_ref());
    let mut item = convert::item(&HeadRecord {
        v: HEAD_VERSION,
        kind,
        rev: thread.revision.0,
        seq: thread.last_seq,
        active: thread.active_at,
        bumped: thread.bumped_at,
        counts: thread.counts.clone(),
        last: thread.last_message.as_ref().map(LastRecord::of),
        edited,
        deleted,
        at: quiet_at(thread),
        gone: deletions::encoded(&thread.deletions),
        pins: thread.pins.as_slice().to_vec(),
        members: encoded_members(thread),
        marks: marks(thread),
        base: thread.last_seq,
        tail: Some(Vec::new()),
        recent: thread.tail.recent.clone(),
        turn: None,
        blocks,
        by: own.map(|details| details.created_by.clone()),
        created: own.map(|details| details.created_at),
        prefs: own.map(preferences::records),
    })?;
    if let Kind::Direct { rests, .. } = &thread.kind {
        item.extend(rest::attributes(rests));
    }
    Ok(item)
}

/// Bytes of an attribute as `DynamoDB` counts them for capacity ("Item sizes and formats" in its developer guide). A text has
/// the bytes of its UTF-8, a number one byte for two digits and one more. A list or map has three, and one more for each element.
pub(super) fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.trim_start_matches('0').len().div_ceil(2) + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(values) => 3 + values.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        // A head holds nothing else but flags.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact::ContactContext;
    use crate::domain::group::{Blocks, Candidate, NewGroup, create};
    use crate::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
    use crate::domain::ids::ThreadId;
    use crate::domain::limits::{MAX_MEMBERS, MAX_PINS, MAX_PREVIEW_BYTES, RECENT_KEYS};
    use crate::domain::member::{Role, Standing};
    use crate::domain::message::{LoggedMessage, Message, MessageContent, MessageText, Preview, PreviewState};
    use crate::domain::profile::ContactPolicy;
    use crate::domain::tail::TailMessage;

    /// A full group: 15 members, thousands of messages, the longest preview.
    fn full(ids: &[String]) -> Thread {
        let user = |text: &String| UserId::try_from(text.clone()).unwrap();
        let policy = ContactPolicy::Everyone;
        let contact = ContactContext { blocking: false, blocked: false, followed: true, policy, rests: None };
        let candidates: Vec<Candidate> = ids[1..].iter().map(|id| Candidate::new(user(id), contact)).collect();
        let at = Timestamp::from_ms(1_732_406_400_123).unwrap();
        let id = ThreadId::from_random([7; 17]);
        let creator = user(&ids[0]);
        let group = NewGroup { id, creator: &creator, title: None, now: at };
        let mut thread = create(group, &candidates, &Blocks::default()).unwrap().thread;
        thread.last_seq = Seq::try_from(9_999).unwrap();
        thread.revision = Revision(999);
        for number in 0..MAX_PINS {
            assert!(thread.pins.add(Seq::try_from(9_000 + number as u64).unwrap()));
        }
        for member in &mut thread.members {
            member.joined_seq = Seq::try_from(9_100).unwrap();
            member.role = Role::Moderator;
            member.mark = ReadMark { seq: Seq::try_from(9_990).unwrap(), counted: 9_100 };
            member.standing = Standing::Accepted;
            for _ in 0..600 {
                thread.counts = thread.counts.with_one_more(member.slot);
            }
        }
        thread.last_message = Some(Preview {
            seq: thread.last_seq,
            author_id: user(&ids[0]),
            created_at: at,
            state: PreviewState::Written {
                reply_to: Some(thread.last_seq),
                text: "x".repeat(MAX_PREVIEW_BYTES),
                truncated: true,
                edited_at: Some(at),
                attachments: 10,
            },
        });
        thread
    }

    /// A message of 60 characters as a tail has it, with a UUID as its key.
    fn short_message(attempt: u32) -> TailMessage {
        let text = MessageText::try_from("m".repeat(60)).unwrap();
        let content = MessageContent { text, reply_to: None, mentions: vec![], attachments: vec![] };
        let (created_at, author_id) =
            (Timestamp::from_ms(1_732_406_400_123).unwrap(), "x".to_owned().try_into().unwrap());
        let message = Message::new(Seq::ONE, author_id, created_at, content);
        let key = IdempotencyKey::try_from("0191e5c0-7a3b-7c1d-9e2f-001122334455".to_owned()).unwrap();
        let request = Idempotency { key, fingerprint: Fingerprint::of("POST", "/", serde_json::Value::Null) };
        let logged = LoggedMessage { message, counts: MessageCounts::default(), slot: Some(Slot::FIRST) };
        TailMessage { logged, slot: Slot::FIRST, request, attempt }
    }

    #[test]
    fn a_full_head_stays_below_2_kib_with_a_tail_and_the_ids_of_common_identity_providers() {
        let uuid = |number: usize| format!("0191e5c0-7a3b-7c1d-9e2f-0011223344{number:02x}");
        let of_30_characters = |number: usize| format!("auth0|64f0c0ffee64f0c0ffee00{number:02}");
        for id in [uuid as fn(usize) -> String, of_30_characters] {
            let ids: Vec<String> = (0..MAX_MEMBERS).map(id).collect();
            let thread = full(&ids);
            let mut stored = item(&thread).unwrap();
            let key = keys::head(&thread.id);
            stored.insert("pk".to_owned(), AttributeValue::S(key.pk));
            stored.insert("sk".to_owned(), AttributeValue::S(key.sk));
            assert_eq!(Head::parse(Some(stored.clone())).unwrap().thread(), Some(thread.clone()));
            let bytes = |item: &Item| item.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>();
            assert!(bytes(&stored) <= 1_144, "{} characters of id make {} bytes", ids[0].len(), bytes(&stored));

            let tail: Vec<TailRecord> =
                (0..4).filter_map(|number| TailRecord::of(&short_message(u32::MAX - number))).collect();
            let recent: Vec<KeyTag> = vec![short_message(0).request.tag(&thread.members[0].user_id); RECENT_KEYS];
            stored.insert("tail".to_owned(), convert::value(tail).unwrap());
            stored.insert("recent".to_owned(), convert::value(recent).unwrap());
            stored.insert("seq".to_owned(), AttributeValue::N((thread.last_seq.get() + 4).to_string()));
            assert!(bytes(&stored) <= 2_048, "{} characters of id make {} bytes", ids[0].len(), bytes(&stored));
            let read = Head::parse(Some(stored)).unwrap().thread().unwrap();
            assert_eq!((read.settled_seq(), read.tail.messages.len()), (thread.last_seq, 4));
            assert_eq!(read.counts.total(), thread.counts.total() + 4);
        }
    }
}
