//! Editing a message (rule 17): whether it is allowed, and the thread and the message afterwards.

use super::ids::UserId;
use super::limits::{EDIT_WINDOW, MAX_EDITS};
use super::log::EntryContent;
use super::message::{Edited, Message, MessageState, MessageText, Preview, Written};
use super::refusal::{MessageFault, Refusal};
use super::send::unblocked;
use super::thread::Thread;
use super::time::Timestamp;
use super::transition::Transition;

/// What an author changes of a message. What it replies to stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub text: MessageText,
    /// The members it mentions from now on; `None` leaves them as they are.
    pub mentions: Option<Vec<UserId>>,
}

/// `user` edits `message`, as it is now. `None` if that changes nothing: a repeat of an edit is none.
///
/// # Errors
/// `NotFound` unless they see the message, `AuthorOnly`, `YouBlockThem`, `ContactClosed`, `RequestPending`, `MessageDeleted`, `Message`,
/// `EditWindowClosed`.
pub fn edit(
    thread: &Thread,
    user: &UserId,
    message: &Message,
    edit: &Edit,
    now: Timestamp,
) -> Result<Option<(Transition, Message)>, Refusal> {
    thread.member(user).filter(|member| member.sees(message.seq)).ok_or(Refusal::NotFound)?;
    if message.author_id != *user {
        return Err(Refusal::AuthorOnly);
    }
    unblocked(thread, user)?;
    // A message request holds three texts, and not three that change.
    if thread.members.len() > 1 && !thread.others(user).any(|other| other.standing.is_accepted()) {
        return Err(Refusal::RequestPending);
    }
    let written = message.written().ok_or(Refusal::MessageDeleted)?;
    let mut content = written.content.clone();
    content.text = edit.text.clone();
    if let Some(mentions) = &edit.mentions {
        if mentions.iter().any(|user_id| thread.member(user_id).is_none()) {
            return Err(Refusal::Message(MessageFault::Mentions));
        }
        content.mentions.clone_from(mentions);
    }
    if content == written.content {
        return Ok(None);
    }
    let times = written.edited.map_or(0, |edited| edited.times);
    if now >= message.created_at.plus(EDIT_WINDOW) || times >= MAX_EDITS {
        return Err(Refusal::EditWindowClosed);
    }
    let mut builder = Transition::quiet(thread, user, now);
    let edited = Some(Edited { at: builder.thread().last_entry_at, times: times + 1 });
    let state = MessageState::Written(Written { content, edited, reactions: written.reactions.clone() });
    let message = message.changed(state);
    if let Some(last) = &mut builder.thread().last_message
        && last.seq == message.seq
    {
        *last = Preview::of(&message);
    }
    builder.log(EntryContent::Edited(message.clone()));
    Ok(Some((builder.build(), message)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::{Pair, ThreadId};
    use crate::domain::member::Standing;
    use crate::domain::message::MessageContent;
    use crate::domain::open::{Opening, open};
    use crate::domain::revision::Revision;
    use crate::domain::send::send;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn to(text: &str) -> Edit {
        Edit { text: text.to_owned().try_into().unwrap(), mentions: None }
    }

    /// A message of Ann, and the thread that ends with it.
    fn said() -> (Thread, Message) {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        let opening = Opening { actor: &ann, recipient: &bob, standing: Standing::Accepted, declined: None };
        let thread = open(id, opening, Revision::default(), at(0)).thread;
        let draft = MessageContent { text: to("helo").text, reply_to: None, mentions: vec![], attachments: vec![] };
        let sending = send(&thread, &ann, &draft, None, at(1)).unwrap();
        (sending.transition.after, sending.message)
    }

    #[test]
    fn rule_17_the_author_edits_ten_times_within_a_day() {
        let (mut thread, mut message) = said();
        for times in 1..=10 {
            let done = edit(&thread, &user("ann"), &message, &to(&format!("hello {times}")), at(2)).unwrap();
            let (transition, after) = done.unwrap();
            assert_eq!(transition.after.last_message, Some(Preview::of(&after)));
            let written = after.written().unwrap();
            assert_eq!(written.content.text.as_str(), format!("hello {times}"));
            assert_eq!((written.edited.unwrap().times, after.created_at), (times, at(1)));
            (thread, message) = (transition.after, after);
        }
        let again = |text: &str, now| edit(&thread, &user("ann"), &message, &to(text), now);
        assert_eq!(again("hello 10", at(3)), Ok(None), "a repeat is none");
        assert_eq!(again("hello 11", at(3)), Err(Refusal::EditWindowClosed));
        let (thread, message) = said();
        let late = |now| edit(&thread, &user("ann"), &message, &to("late"), now).map(|done| done.is_some());
        let day = Duration::from_hours(24);
        assert_eq!(late(at(0).plus(day)), Ok(true));
        assert_eq!(late(at(1).plus(day)), Err(Refusal::EditWindowClosed));
    }

    #[test]
    fn rule_17_nobody_else_edits_and_who_does_not_see_it_does_not_find_it() {
        let (mut thread, message) = said();
        assert_eq!(edit(&thread, &user("bob"), &message, &to("mine"), at(2)), Err(Refusal::AuthorOnly));
        assert_eq!(edit(&thread, &user("eve"), &message, &to("mine"), at(2)), Err(Refusal::NotFound));
        let mentions = Some(vec![user("eve")]);
        let stranger = Edit { mentions, ..to("hello") };
        let refused = edit(&thread, &user("ann"), &message, &stranger, at(2));
        assert_eq!(refused, Err(Refusal::Message(MessageFault::Mentions)));
        thread.members[0].joined_seq = thread.last_seq.next();
        assert_eq!(edit(&thread, &user("ann"), &message, &to("hello"), at(2)), Err(Refusal::NotFound));
    }
}
