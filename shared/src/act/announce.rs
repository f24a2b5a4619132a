//! Who hears what of something that was done.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::group::Changed;
use crate::domain::ids::UserId;
use crate::domain::log::Entry;
use crate::domain::member::{Mailbox, Member};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::push::Delivery;
use crate::view::{Signal, entry, hidden_entry, signal};

/// Tells `user`'s devices, and them alone, that the thread is in their inbox now.
#[must_use]
pub fn accepted(thread: &Thread, user: &UserId, now: Timestamp) -> Delivery {
    about(Signal::ThreadAccepted, thread, Some(user), now, json!({}), vec![user.clone()])
}

/// Tells `users` that the thread is in their requests, by what `actor` did.
#[must_use]
pub fn requested(thread: &Thread, actor: &UserId, now: Timestamp, users: Vec<UserId>) -> Delivery {
    about(Signal::RequestReceived, thread, Some(actor), now, json!({}), users)
}

/// Tells everyone in the thread what came into its log; what somebody says whom they block, collapsed (rule 12).
#[must_use]
pub fn logged(thread: &Thread, new: &Entry) -> Vec<Delivery> {
    let audience = thread.audience();
    let hides = |user: &UserId| thread.member(user).is_some_and(|member| thread.hides(member, &new.actor_id, new.seq));
    let (hiding, seeing): (Vec<UserId>, Vec<UserId>) = audience.into_iter().partition(hides);
    let mut deliveries = vec![Delivery::new(&entry(&thread.id, new), seeing)];
    if !hiding.is_empty() {
        deliveries.push(Delivery::new(&hidden_entry(&thread.id, new), hiding));
    }
    deliveries
}

/// Why somebody is not in a group any more, for their own devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Eviction {
    Left,
    Removed,
}

/// What everyone hears of a change of a group by `actor`; `before` is the group as it was, if it is not new.
#[must_use]
pub fn group_changed(before: Option<&Thread>, changed: &Changed, actor: &UserId) -> Vec<Delivery> {
    let Changed { thread, entries } = changed;
    let now = thread.active_at;
    let was_here = |user: &UserId| before.is_some_and(|before| before.member(user).is_some());
    let mut deliveries: Vec<Delivery> = entries.iter().flat_map(|new| logged(thread, new)).collect();

    let waiting =
        |member: &&Member| member.standing.listed_in() == Some(Mailbox::Requests) && !was_here(&member.user_id);
    let waiting: Vec<UserId> = thread.members.iter().filter(waiting).map(|member| member.user_id.clone()).collect();
    if !waiting.is_empty() {
        deliveries.push(requested(thread, actor, now, waiting));
    }
    deliveries.extend(blocked_present(before, thread, now));
    for gone in
        before.iter().flat_map(|before| &before.members).filter(|member| thread.member(&member.user_id).is_none())
    {
        let reason = if gone.user_id == *actor { Eviction::Left } else { Eviction::Removed };
        let data = json!({"reason": reason});
        deliveries.push(about(Signal::MemberEvicted, thread, None, now, data, vec![gone.user_id.clone()]));
    }
    deliveries
}

/// Tells those, and nobody else, who have someone they block in the group now and did not have before (rule 12).
#[must_use]
pub fn blocked_present(before: Option<&Thread>, thread: &Thread, now: Timestamp) -> Vec<Delivery> {
    let told = thread.members.iter().filter(|member| {
        let known = before.and_then(|before| before.member(&member.user_id)).map(|known| known.notice);
        // Who declined the group hears nothing of it.
        member.notice.bits() & !known.unwrap_or_default().bits() != 0 && member.standing.listed_in().is_some()
    });
    let tell = |member: &Member| {
        let data = json!({"blocked_user_ids": thread.noticed(member)});
        about(Signal::BlockedMemberPresent, thread, None, now, data, vec![member.user_id.clone()])
    };
    told.map(tell).collect()
}

fn about(
    kind: Signal,
    thread: &Thread,
    actor: Option<&UserId>,
    now: Timestamp,
    data: Value,
    users: Vec<UserId>,
) -> Delivery {
    Delivery::new(&signal(kind, Some(&thread.id), actor, now, data), users)
}
