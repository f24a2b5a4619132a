//! Thread heads: loaded whole, changed on the condition that they are as they were read.

use std::collections::HashMap;

use super::error::{Guard, StoreError};
use super::head::{self, DECLINED_AT, Head, READ_OTHERS, READ_SEQ, STATE, Vacancy, declined_at, state};
use super::keys::Edge;
use super::once::{OnceRecord, once_write};
use super::retry::Pauses;
use super::table::Read;
use super::write::Write;
use super::{Store, keys, listing, log};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::log::Entry;
use crate::domain::member::ReadMark;
use crate::domain::thread::Thread;

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
        .value(":tally", head::tally(&after.tally)?);
    if let Some(last) = &after.last_message {
        sets.push("#last = :last".to_owned());
        head = head.name("#last", "last").value(":last", head::last(last)?);
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
            StoreError::Lost { guard: Guard::Head, .. } if pauses.wait_for_others().await => {
                Head::parse(self.table.get(&keys::head(thread), Read::Consistent).await?)
            }
            other => Err(other),
        }
    }

    /// The heads of those of `threads` that exist; they may be some milliseconds late, but none that exists is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn threads(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        let mut found = self.read_threads(threads, Read::Eventual).await?;
        let missing: Vec<ThreadId> = threads.iter().filter(|thread| !found.contains_key(thread)).cloned().collect();
        found.extend(self.read_threads(&missing, Read::Consistent).await?);
        Ok(found)
    }

    async fn read_threads(&self, threads: &[ThreadId], read: Read) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        let keys: Vec<_> = threads.iter().map(keys::head).collect();
        let items = self.table.batch_get(&keys, read).await?;
        let heads = items.into_iter().map(|item| Head::parse(Some(item))).collect::<Result<Vec<_>, _>>()?;
        Ok(heads.into_iter().filter_map(Head::thread).map(|thread| (thread.id.clone(), thread)).collect())
    }

    /// Stores a new direct thread with its first entries, all or nothing, where there was nothing but `vacancy`, and only if
    /// whoever it is opened with still follows the opener, or still does not.
    ///
    /// # Errors
    /// [`Guard::Head`] with what is there now, [`Guard::Followed`] if that changed, [`Guard::Once`] if the request was carried
    /// out before.
    pub async fn create_thread(
        &self,
        vacancy: &Vacancy,
        followed: bool,
        thread: &Thread,
        entries: &[Entry],
        once: Option<&OnceRecord>,
    ) -> Result<(), StoreError> {
        let head = Write::put(keys::head(&thread.id), head::item(thread)?);
        let head = match vacancy.revision {
            None => head.only_if(Guard::Head, "attribute_not_exists(pk)"),
            Some(revision) => head
                .only_if(Guard::Head, "attribute_not_exists(kind) AND rev = :seen_rev")
                .number(":seen_rev", &revision.0),
        };
        let mut writes = once.map(once_write).transpose()?.into_iter().collect::<Vec<_>>();
        writes.push(head);
        for recipient in thread.others(&thread.created_by) {
            let follow = Write::check(keys::edge(Edge::Follow, &recipient.user_id, &thread.created_by));
            let seen = if followed { "attribute_exists(pk)" } else { "attribute_not_exists(pk)" };
            writes.push(follow.only_if(Guard::Followed, seen));
        }
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

    /// Moves a member's read mark forward; one that is there or further already stays. Answers whether it moved, and the
    /// thread as it is then.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn move_mark(
        &self,
        thread: &ThreadId,
        user: &UserId,
        mark: ReadMark,
    ) -> Result<(bool, Option<Thread>), StoreError> {
        let write = Write::update(
            keys::head(thread),
            format!("SET members.#me[{READ_SEQ}] = :seq, members.#me[{READ_OTHERS}] = :others"),
        )
        .only_if(Guard::Mark, format!("members.#me[{READ_SEQ}] < :seq"))
        .name("#me", user.clone())
        .number(":seq", &mark.seq)
        .number(":others", &mark.others);
        match self.table.write(write).await {
            Ok(item) => Ok((true, Head::parse(item)?.thread())),
            Err(StoreError::Lost { guard: Guard::Mark, item: Some(item) }) => {
                Ok((false, Head::parse(Some(*item))?.thread()))
            }
            Err(error) if error.lost(Guard::Mark) => Ok((false, self.thread(thread).await?)),
            Err(error) => Err(error),
        }
    }
}
