//! Pinning a message, and taking its pin away (rule 32): whether it is allowed, and the thread afterwards.

use super::ids::UserId;
use super::log::EntryContent;
use super::member::Role;
use super::message::Message;
use super::pins::PinChange;
use super::react::answers;
use super::refusal::Refusal;
use super::send::unblocked;
use super::thread::Thread;
use super::time::Timestamp;
use super::transition::Transition;

/// `user` pins `message`, as it is now, or takes its pin away. `None` if that changes nothing. What no member sees any more makes room: nobody
/// could take it away.
///
/// # Errors
/// `NotFound` unless they see the message, `ModeratorsPin`, `YouBlockThem`, `ContactClosed`; to pin it, also `MessageDeleted`, `RequestPending`,
/// `TooManyPins`.
pub fn pin(
    thread: &Thread,
    user: &UserId,
    message: &Message,
    change: PinChange,
    now: Timestamp,
) -> Result<Option<Transition>, Refusal> {
    let member = thread.member(user).filter(|member| member.sees(message.seq)).ok_or(Refusal::NotFound)?;
    if thread.is_group() && member.role != Role::Moderator {
        return Err(Refusal::ModeratorsPin);
    }
    unblocked(thread, user)?;
    let pins = change == PinChange::Pin;
    if pins {
        message.written().ok_or(Refusal::MessageDeleted)?;
        answers(thread, member)?;
    }
    if thread.pins.has(message.seq) == pins {
        return Ok(None);
    }
    let mut builder = Transition::quiet(thread, user, now);
    let pinned = &mut builder.thread().pins;
    match change {
        PinChange::Unpin => pinned.remove(message.seq),
        PinChange::Pin => {
            pinned.retain(|seq| thread.members.iter().any(|member| member.sees(seq)));
            if !pinned.add(message.seq) {
                return Err(Refusal::TooManyPins);
            }
        }
    }
    builder.log(EntryContent::Pinned { change, message: message.clone() });
    Ok(Some(builder.build()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Pair, Seq, ThreadId};
    use crate::domain::member::Standing;
    use crate::domain::message::{MessageContent, MessageState};
    use crate::domain::open::{Opening, open};
    use crate::domain::revision::Revision;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn seq(number: u64) -> Seq {
        Seq::try_from(number).unwrap()
    }

    /// A thread of Ann and Bob that ends with the entry 20.
    fn thread() -> Thread {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        let opening = Opening { actor: &ann, recipient: &bob, standing: Standing::Accepted, declined: None };
        Thread { last_seq: seq(20), ..open(id, opening, Revision::default(), at(0)).thread }
    }

    fn message(number: u64) -> Message {
        let content = MessageContent {
            text: "hello".to_owned().try_into().unwrap(),
            reply_to: None,
            mentions: vec![],
            attachments: vec![],
        };
        Message::new(seq(number), user("ann"), at(1), content)
    }

    #[test]
    fn rule_32_ten_are_pinned_once_each_by_either_of_two() {
        let mut thread = thread();
        for (number, name) in (2..=11).zip(["ann", "bob"].into_iter().cycle()) {
            let pinned = pin(&thread, &user(name), &message(number), PinChange::Pin, at(2)).unwrap().unwrap();
            assert_eq!((pinned.entries.len(), pinned.after.active_at), (1, thread.active_at), "it is no activity");
            thread = pinned.after;
        }
        let change = |number, change| pin(&thread, &user("bob"), &message(number), change, at(3));
        assert_eq!(change(5, PinChange::Pin), Ok(None), "a repeat is none, also where there is no room");
        assert_eq!(change(12, PinChange::Pin), Err(Refusal::TooManyPins));
        assert_eq!(change(12, PinChange::Unpin), Ok(None));
        let after = change(5, PinChange::Unpin).unwrap().unwrap().after;
        assert!(!after.pins.has(seq(5)) && after.pins.has(seq(11)));
        assert_eq!(pin(&thread, &user("eve"), &message(5), PinChange::Unpin, at(3)), Err(Refusal::NotFound));
        let gone = message(12).changed(MessageState::Deleted { at: at(2) });
        assert_eq!(pin(&thread, &user("bob"), &gone, PinChange::Pin, at(3)), Err(Refusal::MessageDeleted));
    }

    #[test]
    fn rule_32_what_nobody_sees_any_more_makes_room() {
        let mut thread = thread();
        for number in 2..=11 {
            assert!(thread.pins.add(seq(number)));
        }
        thread.members[0].cleared_seq = seq(11);
        let pinned = |thread: &Thread| pin(thread, &user("ann"), &message(12), PinChange::Pin, at(2));
        assert_eq!(pinned(&thread), Err(Refusal::TooManyPins), "the other one sees them still");
        thread.members[1].cleared_seq = seq(10);
        let after = pinned(&thread).unwrap().unwrap().after;
        assert_eq!(after.pins.as_slice(), [seq(11), seq(12)]);
    }
}
