//! Deleted messages that somebody has not read, as the head keeps them: two numbers for each.

use super::convert;
use super::error::StoreError;
use super::update::Update;
use crate::domain::counts::Slot;
use crate::domain::deletions::{Deletion, Deletions};
use crate::domain::ids::Seq;
use crate::domain::thread::Thread;

/// Sets which deleted messages somebody has not read, if that changed.
pub(super) fn set(head: &mut Update, before: &Thread, after: &Thread) -> Result<(), StoreError> {
    if before.deletions != after.deletions {
        head.set(&["gone"], convert::value(encoded(&after.deletions))?);
    }
    Ok(())
}

pub(super) fn encoded(deletions: &Deletions) -> Vec<u64> {
    let slot = |slot: Option<Slot>| slot.map_or(0, |slot| u64::from(u8::from(slot)) + 1);
    deletions.iter().flat_map(|deletion| [deletion.seq.get(), slot(deletion.slot)]).collect()
}

pub(super) fn parse(numbers: &[u64]) -> Option<Deletions> {
    let slot = |number: &u64| match number.checked_sub(1) {
        None => Some(None),
        Some(slot) => Slot::try_from(u8::try_from(slot).ok()?).ok().map(Some),
    };
    let deletion = |pair: &[u64]| match pair {
        [seq, number] => Some(Deletion { seq: Seq::try_from(*seq).ok()?, slot: slot(number)? }),
        _ => None,
    };
    numbers.chunks(2).map(deletion).collect::<Option<Vec<_>>>().map(Deletions::stored)
}
