//! Appending a message to the tail of a head.

use super::convert;
use super::error::{Condition, StoreError};
use super::keys;
use super::tail::TailRecord;
use super::thread::{changed_head, moved_listings};
use super::update::{Update, number, text};
use super::write::Writes;
use crate::domain::append::Append;
use crate::domain::ids::Seq;
use crate::domain::limits::{MAX_TAIL_MESSAGES, RECENT_KEYS};
use crate::domain::time::Timestamp;

impl Writes {
    /// Appends a message to the tail, at its end when the table gets to it. `seen` is the last entry of the log when the key of
    /// the message was known not to be used before, `now` the present. Fails with [`Condition::Append`]. An append that changes
    /// more than the tail fails with [`Condition::Head`]. One that moves the thread in inboxes leaves their entries to
    /// [`super::Store::place`] and [`super::Store::displace`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn append(append: &Append, seen: Seq, now: Timestamp) -> Result<Self, StoreError> {
        let Append { transition, tag, alone, .. } = append;
        if !alone {
            let mut head = changed_head(transition)?;
            add(&mut head, append)?;
            let mut writes = Self::all(vec![head.only_if(Condition::Head)]);
            writes.extend(moved_listings(transition)?);
            writes.count_memberships(Some(&transition.before), &transition.after);
            return Ok(writes);
        }
        let mut head = Update::new(keys::head(&transition.after.id));
        add(&mut head, append)?;
        head.add("seq", number(1)).require_equal("rev", number(transition.before.revision.0));
        let (before, after) = (transition.before.bumped_at, transition.after.bumped_at);
        if before != after {
            // Of two that move the thread at once, one does.
            head.set(&["bumped"], number(after.ms())).require_equal("bumped", number(before.ms()));
        }
        // The head remembers the last keys. While fewer messages came since `seen`, it remembers all of theirs.
        let [seq, recent, tail, turn] = ["seq", "recent", "tail", "turn"].map(|name| head.path(&[name]));
        let end = head.value(number(seen.get() + RECENT_KEYS as u64));
        let (tag, room) = (head.value(text(tag.as_str())), head.value(number(MAX_TAIL_MESSAGES)));
        let now = head.value(number(now.ms()));
        head.require(format!("{seq} < {end} AND NOT contains({recent}, {tag}) AND size({tail}) < {room}"))
            .require(format!("(attribute_not_exists({turn}) OR {turn} < {now})"));
        Ok(Self::repeatable(head.only_if(Condition::Append)))
    }
}

/// Puts a message at the end of the tail, and the tag of its key among the recent ones.
fn add(head: &mut Update, append: &Append) -> Result<(), StoreError> {
    let record = TailRecord::of(&append.message).map(convert::value).transpose()?;
    head.append("tail", record.into_iter().collect()).append("recent", vec![text(append.tag.as_str())]);
    Ok(())
}
