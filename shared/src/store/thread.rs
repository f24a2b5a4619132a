//! Thread heads: loaded whole, changed on the condition that they are as they were read.

use std::collections::HashMap;

use super::error::{Guard, StoreError};
use super::head::{self, Head, Vacancy, mark_places};
use super::keys::Edge;
use super::once::{OnceRecord, once_write};
use super::retry::Pauses;
use super::table::Read;
use super::write::Write;
use super::{Store, keys, listing, log};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::log::Entry;
use crate::domain::member::ReadMark;
use crate::domain::thread::{Kind, Thread};

/// The writes that bring a thread from `before` to `after` and add `entries` to its log. Marks are left alone but for those
/// that the decision is about: they move at any time. A mark also counts what its member does not hide: where that changes
/// without an entry, the mark must be the one that was counted for.
pub(super) fn change_writes(before: &Thread, after: &Thread, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    let mut head = Write::update(keys::head(&after.id), "")
        .number(":seen_rev", &before.revision.0)
        .number(":rev", &after.revision.0);
    let mut sets = vec!["rev = :rev".to_owned()];
    let mut conditions = vec!["rev = :seen_rev".to_owned()];
    let listings = listing::writes(&after.id, &before.listings(), &after.listings())?;
    // What neither adds to the log nor moves a box's entry goes along with whatever is said meanwhile.
    if !entries.is_empty() || !listings.is_empty() {
        conditions.push("seq = :seen_seq".to_owned());
        sets.push("seq = :seq, active = :active, bumped = :bumped, tally = :tally".to_owned());
        head = head
            .number(":seen_seq", &before.last_seq)
            .number(":seq", &after.last_seq)
            .number(":active", &after.active_at.ms())
            .number(":bumped", &after.bumped_at.ms())
            .value(":tally", head::tally(&after.tally)?);
        if let Some(last) = &after.last_message {
            sets.push("#last = :last".to_owned());
            head = head.name("#last", "last").value(":last", head::last(last)?);
        }
    }
    if head::seats(before) != head::seats(after) {
        sets.push("members = :members".to_owned());
        head = head.value(":members", head::value(head::seats(after))?);
    }
    for member in &after.members {
        let known = before.member(&member.user_id);
        if known.is_some_and(|known| known.mark == member.mark && (known.hides == member.hides || !entries.is_empty()))
        {
            continue;
        }
        let [at, count] = mark_places(member.slot);
        sets.push(format!("marks[{at}] = :m{at}, marks[{count}] = :m{count}"));
        head = head.number(&format!(":m{at}"), &member.mark.seq).number(&format!(":m{count}"), &member.mark.heard);
        if let Some(known) = known {
            conditions.push(format!("marks[{at}] = :seen{at}"));
            head = head.number(&format!(":seen{at}"), &known.mark.seq);
        }
    }
    let head = head.expression(format!("SET {}", sets.join(", "))).only_if(Guard::Head, conditions.join(" AND "));
    let mut writes = vec![head];
    writes.extend(log::writes(&after.id, entries)?);
    writes.extend(listings);
    Ok(writes)
}

/// What became of a read mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It moved; the thread as it is then.
    Forward(Thread),
    /// It was there or further already.
    Stays(Thread),
    /// The thread is another one than the mark was decided on; this is what is there now.
    Stale(Head),
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

    /// The same as they are now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn present_threads(&self, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Thread>, StoreError> {
        self.read_threads(threads, Read::Consistent).await
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
        if let Kind::Direct { about, .. } = &thread.kind {
            for recipient in thread.others(&about.created_by) {
                let follow = Write::check(keys::edge(Edge::Follow, &recipient.user_id, &about.created_by));
                let seen = if followed { "attribute_exists(pk)" } else { "attribute_not_exists(pk)" };
                writes.push(follow.only_if(Guard::Followed, seen));
            }
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

    /// Moves a member's read mark forward, if it was decided on the members and blocks that the thread has now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn move_mark(&self, thread: &Thread, user: &UserId, mark: ReadMark) -> Result<Moved, StoreError> {
        let Some(member) = thread.member(user) else { return Ok(Moved::Stays(thread.clone())) };
        let [at, count] = mark_places(member.slot);
        let write = Write::update(keys::head(&thread.id), format!("SET marks[{at}] = :seq, marks[{count}] = :heard"))
            .only_if(Guard::Mark, format!("marks[{at}] < :seq AND rev = :rev"))
            .number(":seq", &mark.seq)
            .number(":heard", &mark.heard)
            .number(":rev", &thread.revision.0);
        let item = match self.table.write(write).await {
            Ok(item) => {
                return Ok(match Head::parse(item)? {
                    Head::Thread(now) => Moved::Forward(*now),
                    vacant @ Head::Vacant(_) => Moved::Stale(vacant),
                });
            }
            Err(StoreError::Lost { guard: Guard::Mark, item: Some(item) }) => Some(*item),
            Err(error) if error.lost(Guard::Mark) => self.table.get(&keys::head(&thread.id), Read::Consistent).await?,
            Err(error) => return Err(error),
        };
        Ok(match Head::parse(item)? {
            Head::Thread(now) if now.revision == thread.revision => Moved::Stays(*now),
            other => Moved::Stale(other),
        })
    }
}
