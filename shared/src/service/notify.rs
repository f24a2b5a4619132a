//! Who hears what of something that was done.

use std::sync::Arc;

use crate::delivery::{Event, EventKind, EvictionReason, Notification};
use crate::domain::ids::UserId;
use crate::domain::log::Entry;
use crate::domain::mailbox::Mailbox;
use crate::domain::member::Member;
use crate::domain::seen::SeenEntry;
use crate::domain::send::Sending;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::transition::{NewThread, Transition};

/// Tells the devices of `user`, and nobody else, that the thread is in their inbox now.
pub(super) fn accepted(thread: &Thread, user: &UserId, now: Timestamp) -> Notification {
    about(thread, Some(user), now, EventKind::ThreadAccepted).to(vec![user.clone()])
}

/// Tells the devices of `user`, and nobody else, that they declined the thread.
pub(super) fn declined(thread: &Thread, user: &UserId, now: Timestamp) -> Notification {
    about(thread, Some(user), now, EventKind::ThreadDeclined).to(vec![user.clone()])
}

/// Tells `users` that the thread is gone: for them alone, or for everyone by what `actor` did.
pub(super) fn deleted(thread: &Thread, users: Vec<UserId>, actor: Option<&UserId>, now: Timestamp) -> Notification {
    about(thread, actor, now, EventKind::ThreadDeleted { for_everyone: actor.is_some() }).to(users)
}

/// Tells `users` that the thread is in their requests, by what `actor` did.
pub(super) fn requested(thread: &Thread, actor: &UserId, now: Timestamp, users: Vec<UserId>) -> Notification {
    about(thread, Some(actor), now, EventKind::RequestReceived).to(users)
}

/// Tells the audience of the thread what its log got, each as they see it: the messages of a blocked member without their text (rule 12),
/// and reactions without those of blocked members (rule 18).
pub(super) fn logged(thread: &Thread, entry: &Entry) -> Vec<Notification> {
    let mut audiences: Vec<(SeenEntry, Vec<UserId>)> = Vec::new();
    for user_id in thread.audience() {
        let Some(member) = thread.member(&user_id) else { continue };
        let seen = SeenEntry::by(member, thread, entry);
        match audiences.iter_mut().find(|(known, _)| *known == seen) {
            Some((_, users)) => users.push(user_id),
            None => audiences.push((seen, vec![user_id])),
        }
    }
    let entry = Arc::new(entry.clone());
    let notify = |(seen, users)| {
        let kind = EventKind::Logged { entry: Arc::clone(&entry), seen };
        about(thread, Some(&entry.actor_id), entry.at, kind).to(users)
    };
    audiences.into_iter().map(notify).collect()
}

/// What everyone hears of a new group or direct thread. `entries` are those that tell of its beginning.
pub(super) fn thread_created(new: &NewThread, actor: &UserId, entries: &[Entry]) -> Vec<Notification> {
    members_changed(None, &new.thread, entries, actor)
}

/// What everyone hears of a change of a group by `actor`.
pub(super) fn group_changed(transition: &Transition, actor: &UserId) -> Vec<Notification> {
    members_changed(Some(&transition.before), &transition.after, &transition.entries, actor)
}

fn members_changed(before: Option<&Thread>, after: &Thread, entries: &[Entry], actor: &UserId) -> Vec<Notification> {
    let now = after.active_at;
    let was_member = |user: &UserId| before.is_some_and(|before| before.member(user).is_some());
    let mut notifications: Vec<Notification> = entries.iter().flat_map(|entry| logged(after, entry)).collect();

    let waiting = |member: &&Member| member.listed_in() == Some(Mailbox::Requests) && !was_member(&member.user_id);
    let waiting: Vec<UserId> = after.members.iter().filter(waiting).map(|member| member.user_id.clone()).collect();
    if !waiting.is_empty() {
        notifications.push(requested(after, actor, now, waiting));
    }
    notifications.extend(blocked_members_present(before, after, now));
    // Who declined the group hears nothing of it, but for what their own devices did.
    let heard = |member: &&Member| member.hears() || member.user_id == *actor;
    let evicted = before.iter().flat_map(|before| &before.members).filter(heard);
    for member in evicted.filter(|member| after.member(&member.user_id).is_none()) {
        let reason = if member.user_id == *actor { EvictionReason::Left } else { EvictionReason::Removed };
        let event = about(after, None, now, EventKind::MemberEvicted { reason });
        notifications.push(event.to(vec![member.user_id.clone()]));
    }
    notifications
}

/// Tells those members, and nobody else, who have somebody they block in the group now and did not have before (rule 12).
pub(super) fn blocked_members_present(before: Option<&Thread>, after: &Thread, now: Timestamp) -> Vec<Notification> {
    let told = after.members.iter().filter(|member| {
        let known = before.and_then(|before| before.member(&member.user_id)).map(|known| known.notice);
        // A member who declined the group hears nothing of it.
        member.notice.bits() & !known.unwrap_or_default().bits() != 0 && member.hears()
    });
    let tell = |member: &Member| {
        let kind = EventKind::BlockedMemberPresent { blocked_user_ids: after.undecided(member) };
        about(after, None, now, kind).to(vec![member.user_id.clone()])
    };
    told.map(tell).collect()
}

/// What everyone hears of a message that was stored.
pub(super) fn sent(sending: &Sending) -> Vec<Notification> {
    let thread = &sending.transition.after;
    let (author, now) = (&sending.message.author_id, sending.message.created_at);
    let mut notifications = Vec::new();
    if sending.accepts {
        notifications.push(accepted(thread, author, now));
    }
    if !sending.returned_to.is_empty() {
        notifications.push(requested(thread, author, now, sending.returned_to.clone()));
    }
    notifications.extend(sending.transition.entries.iter().flat_map(|entry| logged(thread, entry)));
    notifications
}

/// An event of `thread`.
pub(super) fn about(thread: &Thread, actor: Option<&UserId>, at: Timestamp, kind: EventKind) -> Event {
    Event { thread_id: thread.id.clone(), actor_id: actor.cloned(), at, kind }
}
