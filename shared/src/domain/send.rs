//! Sending a message: whether it is allowed, and the thread afterwards.

use super::ids::{Seq, UserId};
use super::limits::MAX_REQUEST_MESSAGES;
use super::log::Entry;
use super::mailbox::Mailbox;
use super::member::{Member, Standing};
use super::message::{LoggedMessage, Message, MessageContent, Preview};
use super::refusal::{MessageFault, Refusal};
use super::thread::{Kind, Thread};
use super::time::Timestamp;
use super::transition::Transition;

/// The decision to store a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The message is its only entry.
    pub transition: Transition,
    pub message: Message,
    /// Members in whose requests mailbox the thread appears again.
    pub returned_to: Vec<UserId>,
    /// Whether the message accepts a message request, and so moves the thread into the author's inbox.
    pub accepts: bool,
}

/// Decides on `draft`, which `author` sends to `thread` at `now`. `replied_to` is the place of the message that the draft
/// replies to, if that message exists.
///
/// Sending into a message request accepts it. A message brings a declined thread back if it was declined at least 24 hours
/// before (rule 7).
///
/// # Errors
/// `NotFound`, `YouBlockThem`, `ContactClosed`, `RequestPending`, `Message`.
pub fn send(
    thread: &Thread,
    author: &UserId,
    draft: &MessageContent,
    replied_to: Option<Seq>,
    now: Timestamp,
) -> Result<Sending, Refusal> {
    send_past(&[], thread, author, (draft, replied_to), now)
}

/// As [`send`], where the requests of the members `full` hold no more groups: to them the thread stays declined.
///
/// # Errors
/// As [`send`].
pub fn send_past(
    full: &[UserId],
    thread: &Thread,
    author: &UserId,
    (draft, replied_to): (&MessageContent, Option<Seq>),
    now: Timestamp,
) -> Result<Sending, Refusal> {
    let member = thread.member(author).ok_or(Refusal::NotFound)?;
    may_send(thread, author)?;
    if draft.mentions.iter().any(|user_id| thread.member(user_id).is_none()) {
        return Err(Refusal::Message(MessageFault::Mentions));
    }
    if draft.reply_to != replied_to.filter(|seq| member.sees(*seq)) {
        return Err(Refusal::Message(MessageFault::ReplyTo));
    }

    // The clocks of different machines differ a little; the times of a log never go back.
    let created_at = now.max(thread.last_entry_at);
    let message = Message::new(thread.last_seq.next(), author.clone(), created_at, draft.clone());
    let after = after(thread, member, &message, full);
    let came_back = |now: &&Member| {
        let before = thread.member(&now.user_id).and_then(Member::listed_in);
        before.is_none() && now.listed_in() == Some(Mailbox::Requests) && now.user_id != *author
    };
    let returned_to = after.members.iter().filter(came_back).map(|member| member.user_id.clone()).collect();
    let logged = LoggedMessage { message: message.clone(), counts: after.counts.clone(), slot: Some(member.slot) };
    let transition = Transition { before: thread.clone(), after, entries: vec![Entry::of(logged)] };
    Ok(Sending { transition, message, returned_to, accepts: !member.standing.is_accepted() })
}

/// Demands that no block keeps `author` from saying something (rule 6).
pub(super) fn unblocked(thread: &Thread, author: &UserId) -> Result<(), Refusal> {
    let others = || thread.others(author).map(|other| other.user_id.clone());
    if thread.is_blocked_by(author) {
        return Err(Refusal::YouBlockThem(others().collect()));
    }
    if others().any(|other| thread.is_blocked_by(&other)) {
        return Err(Refusal::ContactClosed(others().collect()));
    }
    Ok(())
}

/// Whether `author` may send at all: no block, and a message request below its limit (rules 6, 7).
fn may_send(thread: &Thread, author: &UserId) -> Result<(), Refusal> {
    unblocked(thread, author)?;
    let accepted = thread.others(author).any(|other| other.standing.is_accepted());
    let waiting =
        thread.others(author).map(|other| thread.counts.total().saturating_sub(other.invitation.messages_before));
    if !accepted && waiting.max().is_some_and(|messages| messages >= MAX_REQUEST_MESSAGES) {
        return Err(Refusal::RequestPending);
    }
    Ok(())
}

fn after(thread: &Thread, author: &Member, message: &Message, full: &[UserId]) -> Thread {
    let mut next = thread.clone();
    for member in &mut next.members {
        // To who hides the author the message is none that could bring the thread back.
        let hidden = thread.hides(member, &message.author_id, message.seq);
        member.unlisted &= hidden;
        member.set_standing(if member.user_id == message.author_id {
            Standing::Accepted
        } else if hidden || full.contains(&member.user_id) {
            member.standing
        } else {
            member.standing.after_message(message.created_at)
        });
    }
    // Who answers wants to hear of the other again, also in groups.
    if let Kind::Direct { rests, .. } = &mut next.kind
        && !author.standing.is_accepted()
    {
        rests.remove(&author.user_id);
    }
    let places =
        |thread: &Thread| thread.members.iter().map(|member| (member.standing, member.unlisted)).collect::<Vec<_>>();
    if places(&next) != places(thread) {
        next.revision = thread.revision.next();
    }
    next.last_seq = message.seq;
    (next.last_entry_at, next.active_at) = (message.created_at, message.created_at);
    next.bumped_at = thread.bumped_at(message.created_at);
    next.counts = thread.counts.with_one_more(author.slot);
    next.last_message = Some(Preview::of(message));
    next.tail = thread.tail.settled();
    next
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::{Pair, ThreadId};
    use crate::domain::limits::DIRECT_INBOX_SPAN;
    use crate::domain::open::{Opening, open};
    use crate::domain::revision::Revision;
    use crate::domain::thread::Kind;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn draft() -> MessageContent {
        MessageContent {
            text: "hello".to_owned().try_into().unwrap(),
            reply_to: None,
            mentions: vec![],
            attachments: vec![],
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn opened(standing: Standing) -> Thread {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        let opening = Opening { actor: &ann, recipient: &bob, standing, declined: None };
        open(id, opening, Revision::default(), at(0)).thread
    }

    #[test]
    fn rule_07_a_request_holds_three_messages_and_a_reply_accepts_it() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = opened(Standing::pending(at(0)));
        for seq in 2..=4 {
            thread = send(&thread, &ann, &draft(), None, at(seq)).unwrap().transition.after;
        }
        assert_eq!(send(&thread, &ann, &draft(), None, at(9)), Err(Refusal::RequestPending));
        thread = send(&thread, &bob, &draft(), None, at(9)).unwrap().transition.after;
        assert_eq!(thread.member(&bob).unwrap().standing, Standing::Accepted);
        assert!(send(&thread, &ann, &draft(), None, at(10)).is_ok());
    }

    #[test]
    fn rule_07_a_declined_request_comes_back_after_a_day_and_its_budget_does_not() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = send(&opened(Standing::pending(at(0))), &ann, &draft(), None, at(1)).unwrap().transition.after;
        thread.members[1].standing = Standing::Declined { at: at(2) };
        let soon = send(&thread, &ann, &draft(), None, at(3)).unwrap().transition.after;
        assert_eq!(soon.mailbox_listings().len(), 1, "only in the sender's mailbox");
        let later = send(&soon, &ann, &draft(), None, at(2).plus(Duration::from_hours(24))).unwrap().transition.after;
        assert_eq!(later.member(&bob).unwrap().listed_in(), Some(Mailbox::Requests));
        assert_eq!(later.bumped_at, later.active_at);
        assert_eq!(send(&later, &ann, &draft(), None, later.active_at), Err(Refusal::RequestPending));
    }

    #[test]
    fn rule_06_a_block_refuses_both_and_tells_only_the_blocker() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = opened(Standing::Accepted);
        let Kind::Direct { blocks, .. } = &mut thread.kind else { panic!("it is direct") };
        blocks.insert(ann.clone());
        assert_eq!(send(&thread, &ann, &draft(), None, at(1)), Err(Refusal::YouBlockThem(vec![bob.clone()])));
        assert_eq!(send(&thread, &bob, &draft(), None, at(1)), Err(Refusal::ContactClosed(vec![ann.clone()])));
        assert_eq!(send(&thread, &user("eve"), &draft(), None, at(1)), Err(Refusal::NotFound));
    }

    #[test]
    fn rule_14_the_log_counts_on_and_its_times_never_go_back() {
        let ann = user("ann");
        let first = send(&opened(Standing::Accepted), &ann, &draft(), None, at(5_000)).unwrap();
        let second = send(&first.transition.after, &ann, &draft(), None, at(4_000)).unwrap();
        assert_eq!((first.message.seq.get(), second.message.seq.get()), (2, 3));
        assert_eq!(second.message.created_at, at(5_000));
    }

    #[test]
    fn rule_14_an_inbox_moves_with_the_first_message_behind_a_span_only() {
        let (ann, bob) = (user("ann"), user("bob"));
        let span = at(0).plus(DIRECT_INBOX_SPAN).ms();
        let within = send(&opened(Standing::Accepted), &ann, &draft(), None, at(span - 1)).unwrap().transition;
        assert_eq!((within.after.bumped_at, within.moving()), (at(0), None));
        let behind = send(&within.after, &bob, &draft(), None, at(span)).unwrap().transition;
        assert_eq!(behind.after.bumped_at, at(span));
        let moving = behind.moving().unwrap();
        assert_eq!((moving.from, moving.to), (within.after.mailbox_listings(), behind.after.mailbox_listings()));
    }

    #[test]
    fn rule_07_a_request_keeps_the_place_at_which_it_came() {
        let (ann, bob) = (user("ann"), user("bob"));
        let day = at(0).plus(Duration::from_hours(24));
        let asked = opened(Standing::pending(at(0)));
        let later = send(&asked, &ann, &draft(), None, day).unwrap().transition;
        assert_eq!(later.after.listing_of(&bob), asked.listing_of(&bob));
        assert_eq!(later.after.listing_of(&ann).unwrap().bumped_at, day);
        let moved: Vec<UserId> = later.moving().unwrap().to.into_iter().map(|listing| listing.user_id).collect();
        assert_eq!(moved, std::slice::from_ref(&ann));
        // In the inbox it has the place of the thread.
        let answered = send(&later.after, &bob, &draft(), None, day).unwrap().transition.after;
        let listing = answered.listing_of(&bob).unwrap();
        assert_eq!((listing.mailbox, listing.bumped_at), (Mailbox::Inbox, day));
        // One of an earlier release moves with the thread.
        let earlier = opened(Standing::Pending { since: None });
        let moving = send(&earlier, &ann, &draft(), None, day).unwrap().transition.moving().unwrap();
        assert_eq!(moving.to.len(), 2);
    }

    #[test]
    fn a_reply_must_be_to_a_message_that_is_there() {
        let thread = opened(Standing::Accepted);
        let seq = Some(Seq::try_from(2).unwrap());
        let reply = MessageContent { reply_to: seq, ..draft() };
        assert_eq!(send(&thread, &user("ann"), &reply, None, at(1)), Err(Refusal::Message(MessageFault::ReplyTo)));
        assert_eq!(
            send(&thread, &user("ann"), &reply, seq, at(1)).unwrap().message.written().unwrap().content.reply_to,
            seq
        );
    }

    #[test]
    fn a_mention_must_be_of_a_member() {
        let mut stranger = draft();
        stranger.mentions = vec![user("eve")];
        assert_eq!(
            send(&opened(Standing::Accepted), &user("ann"), &stranger, None, at(1)),
            Err(Refusal::Message(MessageFault::Mentions))
        );
    }
}
