//! The rest of a user whose request was declined (rule 7). It is in the head of the two users' direct thread, opened or not, as
//! their blocks are: who opens that thread or adds a user to a group reads it there, and depends on it.

use aws_sdk_dynamodb::types::AttributeValue;

use super::convert::HEAD_VERSION;
use super::item::Item;
use super::keys;
use super::update::{Update, number};
use super::write::{Write, Writes};
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::thread::{Kind, Rests, Thread};
use crate::domain::time::Timestamp;
use crate::domain::transition::Transition;

const PREFIX: &str = "rest@";

/// The attribute for what `user` declined of the other.
pub(super) fn attribute(user: &UserId) -> String {
    format!("{PREFIX}{user}")
}

/// The rests of a new head.
pub(super) fn attributes(rests: &Rests) -> Item {
    rests.iter().map(|(user, at)| (attribute(user), number(at.ms()))).collect()
}

/// The rests in a head.
pub(super) fn parse(item: &Item) -> Rests {
    let rest = |(name, value): (&String, &AttributeValue)| {
        let user = UserId::try_from(name.strip_prefix(PREFIX)?.to_owned()).ok()?;
        Some((user, Timestamp::from_ms(value.as_n().ok()?.parse().ok()?).ok()?))
    };
    item.iter().filter_map(rest).collect()
}

/// Those whose decline of groups of the other ends with a transition of their direct thread.
pub(super) fn ended<'a>(before: &'a Thread, after: &'a Thread) -> Vec<&'a UserId> {
    match (&before.kind, &after.kind) {
        (Kind::Direct { rests: before, .. }, Kind::Direct { rests: after, .. }) => {
            before.keys().filter(|user| !after.contains_key(*user)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a transition of a group declines it for `user`.
pub(super) fn declines(transition: &Transition, user: &UserId) -> bool {
    let declined = |thread: &Thread| thread.member(user).is_some_and(|member| member.standing.declined_at().is_some());
    !declined(&transition.before) && declined(&transition.after)
}

/// Whose request a user declined.
#[derive(Debug, Clone, Copy)]
pub struct Declined<'a> {
    /// The user who declined.
    pub by: &'a UserId,
    /// They and the user who added them to the group; `None` for a direct thread, whose own head has it, or where nobody knows.
    pub pair: Option<&'a Pair>,
    pub at: Timestamp,
}

impl Writes {
    /// Rests the user whose request was declined. Who adds the one who declined to a group at the same time loses the race.
    pub fn rest(&mut self, Declined { by, pair, at }: Declined<'_>) {
        self.user(by).raise();
        self.extend(pair.map(|pair| change(pair, |head| head.set(&[&attribute(by)], number(at.ms())))));
    }

    /// Ends the rest of the user whose request `by` declined: they think better of it. `pair` is as in [`Declined`].
    pub fn end_rest(&mut self, by: &UserId, pair: Option<&Pair>) {
        self.user(by).raise();
        self.extend(pair.map(|pair| change(pair, |head| head.remove(&[&attribute(by)]))));
    }
}

fn change(pair: &Pair, change: impl FnOnce(&mut Update) -> &mut Update) -> Write {
    let mut head = Update::new(keys::head(&ThreadId::direct(pair)));
    // Who opens the thread at the same time has to see it.
    head.add("rev", number(1)).set_if_absent("v", number(HEAD_VERSION));
    change(&mut head).build()
}
