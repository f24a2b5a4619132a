//! Thread heads: read whole, and changed on the condition that they are still as they were read.

use std::collections::HashMap;

use super::access::Store;
use super::convert::HEAD_VERSION;
use super::error::{Condition, StoreError};
use super::head::{self, AbsentHead, Head, mark_places};
use super::keys::Edge;
use super::table::Read;
use super::tail::TailRecord;
use super::update::{Update, number};
use super::write::{Write, Writes};
use super::{convert, deletions, entry, hidden, keys, last, mailbox, rest};
use crate::domain::clear::clears;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::log::Entry;
use crate::domain::member::ReadMark;
use crate::domain::thread::{Kind, Thread};
use crate::domain::time::Timestamp;
use crate::domain::transition::{NewThread, Transition};

/// The writes of a transition: the head, the new entries of its log, and the mailbox entries that move. Entries of a log follow
/// items alone, so the tail is settled before.
pub(super) fn transition_writes(transition: &Transition) -> Result<Writes, StoreError> {
    let Transition { before, after, entries } = transition;
    let mut head = changed_head(transition)?;
    let mut settling = Vec::new();
    if !entries.is_empty() {
        settling.extend(Some(before.clone()).filter(|before| !before.tail.messages.is_empty()));
        head.set(&["v"], number(HEAD_VERSION))
            .set(&["active"], number(after.active_at.ms()))
            .set(&["counts"], convert::value(&after.counts)?)
            .set(&["base"], number(after.last_seq))
            .set(&["tail"], convert::value(Vec::<TailRecord>::new())?);
        head::set_last_entry_at(&mut head, after);
        deletions::set(&mut head, before, after)?;
        if let Some(last) = &after.last_message {
            last::set_last(&mut head, last)?;
        }
        if after.tail.recent != before.tail.recent || !before.tail.open {
            head.set(&["recent"], convert::value(&after.tail.recent)?);
        }
    }
    let waits = entries.is_empty() && !clears(transition);
    let condition = if waits { Condition::Members } else { Condition::Head };
    let mut writes = vec![head.only_if(condition)];
    writes.extend(entry::append(&after.id, entries)?);
    writes.extend(moved_listings(transition)?);
    writes.extend(hidden::writes(before, after)?);
    let mut writes = Writes { settling, ..Writes::all(writes) };
    writes.count_memberships(Some(before), after);
    Ok(writes)
}

/// What a transition changes in the head, beside the end of its log. A change without entries does not wait for messages, unless
/// it depends on where mailboxes have the thread.
pub(super) fn changed_head(transition: &Transition) -> Result<Update, StoreError> {
    let Transition { before, after, entries } = transition;
    let mut head = Update::new(keys::head(&after.id));
    head.set(&["rev"], number(after.revision.0)).require_equal("rev", number(before.revision.0));
    if !entries.is_empty() {
        head.set(&["seq"], number(after.last_seq))
            .set(&["bumped"], number(after.bumped_at.ms()))
            .remove(&["turn"])
            .require_equal("seq", number(before.last_seq));
    } else if before.mailbox_listings() != after.mailbox_listings() {
        head.require_equal("bumped", number(before.bumped_at.ms()));
    }
    if clears(transition) {
        head.require_equal("seq", number(before.last_seq));
    }
    if head::encoded_members(before) != head::encoded_members(after) {
        head.set(&["members"], convert::value(head::encoded_members(after))?);
    }
    if before.pins != after.pins {
        head.set(&["pins"], convert::value(after.pins.as_slice())?);
    }
    for user in rest::ended(before, after) {
        head.remove(&[&rest::attribute(user)]);
    }
    set_marks(&mut head, before, after, entries);
    Ok(head)
}

pub(super) fn moved_listings(transition: &Transition) -> Result<Vec<Write>, StoreError> {
    let Transition { before, after, .. } = transition;
    mailbox::writes(&after.id, &before.mailbox_listings(), &after.mailbox_listings())
}

/// Sets only the marks that the decision changes, because marks move at any time. A mark counts only messages that its member
/// does not hide. If a decision without entries changes what is hidden, its condition is that the mark is still the one whose
/// messages were counted.
fn set_marks(head: &mut Update, before: &Thread, after: &Thread, entries: &[Entry]) {
    for member in &after.members {
        let known = before.member(&member.user_id);
        if known.is_some_and(|known| known.mark == member.mark && (known.hides == member.hides || !entries.is_empty()))
        {
            continue;
        }
        let [seq, counted] = mark_places(member.slot);
        head.set_element("marks", seq, number(member.mark.seq)).set_element(
            "marks",
            counted,
            number(member.mark.counted),
        );
        if let Some(known) = known {
            let (marks, seen) = (head.path(&["marks"]), head.value(number(known.mark.seq)));
            head.require(format!("{marks}[{seq}] = {seen}"));
        }
    }
}

impl Writes {
    /// Stores a new direct thread. Conditions: its head is still `absent`, and the recipient still follows the creator, or
    /// still does not, as `followed` says. Fails with [`Condition::Head`] and [`Condition::Followed`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn open_thread(new: &NewThread, absent: &AbsentHead, followed: bool) -> Result<Self, StoreError> {
        let NewThread { thread, entries } = new;
        let head = Write::put(keys::head(&thread.id), head::item(thread)?);
        let head = match absent.revision {
            None => head.only_if(Condition::Head, "attribute_not_exists(pk)"),
            Some(revision) => {
                head.only_if(Condition::Head, "attribute_not_exists(kind) AND rev = :seen").number(":seen", &revision.0)
            }
        };
        let mut writes = vec![head];
        if let Kind::Direct { details, .. } = &thread.kind {
            for recipient in thread.others(&details.created_by) {
                let follow = Write::check(keys::edge(Edge::Follow, &recipient.user_id, &details.created_by));
                let seen = if followed { "attribute_exists(pk)" } else { "attribute_not_exists(pk)" };
                writes.push(follow.only_if(Condition::Followed, seen));
            }
        }
        writes.extend(entry::append(&thread.id, entries)?);
        writes.extend(mailbox::writes(&thread.id, &[], &thread.mailbox_listings())?);
        Ok(Self::all(writes))
    }

    /// Stores a transition that changes nothing but the thread itself. Fails with [`Condition::Head`], or with
    /// [`Condition::Members`] if it has no entry.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn change_thread(transition: &Transition) -> Result<Self, StoreError> {
        transition_writes(transition)
    }

    /// Moves the read mark of `user` forward, if members and blocks are still as they were in `thread`. Fails with
    /// [`Condition::Members`], also if the mark is further already.
    #[must_use]
    pub fn move_mark(thread: &Thread, user: &UserId, mark: ReadMark) -> Self {
        let Some(member) = thread.member(user) else { return Self::none() };
        let [seq, counted] = mark_places(member.slot);
        let mut head = Update::new(keys::head(&thread.id));
        head.set_element("marks", seq, number(mark.seq))
            .set_element("marks", counted, number(mark.counted))
            .require_equal("rev", number(thread.revision.0));
        let (marks, new) = (head.path(&["marks"]), head.value(number(mark.seq)));
        head.require(format!("{marks}[{seq}] < {new}"));
        Self::repeatable(head.only_if(Condition::Members))
    }

    /// Stores a read mark with which it changes what others see of it. Fails with [`Condition::Members`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn move_shown_mark(transition: &Transition) -> Result<Self, StoreError> {
        Ok(Self::repeatable(changed_head(transition)?.only_if(Condition::Members)))
    }
}

impl Store {
    /// The head of a thread as it is now; `None` if there is no such thread.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn thread(&self, thread: &ThreadId) -> Result<Option<Thread>, StoreError> {
        Ok(self.head(thread).await?.thread())
    }

    /// The head of a thread, or its absent head, as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn head(&self, thread: &ThreadId) -> Result<Head, StoreError> {
        Head::parse(self.table.get(&keys::head(thread), Read::Consistent).await?)
    }

    /// Takes the turn of a thread until `until`: messages that are appended alone wait so long, or for the next other write to its
    /// log by anybody. Returns the
    /// head, or `None` if somebody else has the turn, or the thread is gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn take_turn(
        &self,
        thread: &ThreadId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Head>, StoreError> {
        let mut head = Update::new(keys::head(thread));
        let (turn, present) = (head.path(&["turn"]), head.value(number(now.ms())));
        head.set(&["turn"], number(until.ms()))
            .require_exists(&["kind"])
            .require(format!("(attribute_not_exists({turn}) OR {turn} < {present})"));
        let item = self.updated(head.only_if(Condition::Turn), Condition::Turn).await?;
        item.map(|item| Head::parse(Some(item))).transpose()
    }

    /// The heads of those of `threads` that exist. They may be some milliseconds late, but none that exists is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn threads(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        parse_threads(self.table.batch_get_complete(&head_keys(threads)).await?)
    }

    /// The heads of those of `threads` that exist, as they are now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn present_threads(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        parse_threads(self.table.batch_get(&head_keys(threads), Read::Consistent).await?)
    }
}

fn head_keys(threads: &[ThreadId]) -> Vec<keys::Key> {
    threads.iter().map(keys::head).collect()
}

fn parse_threads(items: Vec<super::item::Item>) -> Result<HashMap<ThreadId, Thread>, StoreError> {
    let heads = items.into_iter().map(|item| Head::parse(Some(item))).collect::<Result<Vec<_>, _>>()?;
    Ok(heads.into_iter().filter_map(Head::thread).map(|thread| (thread.id.clone(), thread)).collect())
}
