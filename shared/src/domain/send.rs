//! Whether a message may be sent, and what the thread is afterwards.

use super::contact::Refusal;
use super::ids::{Seq, UserId};
use super::limits::MAX_REQUEST_MESSAGES;
use super::log::{Entry, What};
use super::member::{Member, Standing};
use super::message::{Draft, Logged, Message, Preview};
use super::thread::Thread;
use super::time::Timestamp;

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendRefusal {
    /// The author is not in the thread: `not-found`.
    NotAMember,
    /// A block stands between the two: `contact-closed` or `you-block-them`.
    Contact(Refusal),
    /// The request was not accepted yet and holds all it may: `request-pending`.
    RequestPending,
    /// It mentions someone who is not in the thread: `invalid-request`.
    MentionsStranger,
    /// It answers something that is no message of this thread, or was said before the author joined: `invalid-request`.
    AnswersNothing,
}

/// A message that may be stored: the thread afterwards and the entry to write, in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The head as it will be.
    pub thread: Thread,
    /// The message as the log will hold it.
    pub logged: Logged,
    /// Members to whose requests it brings the thread back.
    pub returned_to: Vec<UserId>,
    /// Whether it takes the thread into the author's inbox, for it answers a request.
    pub accepts: bool,
}

impl Sending {
    /// The log's entry.
    #[must_use]
    pub fn entry(&self) -> Entry {
        let message = &self.logged.message;
        Entry {
            seq: message.seq,
            at: message.created_at,
            actor_id: message.author_id.clone(),
            what: What::Message(self.logged.clone()),
        }
    }
}

/// Decides on `author`'s `draft` in `thread` at `now`. `answered` is the place of the message that was found where the draft
/// says it answers one.
///
/// Answering a request accepts it; a message into a declined one brings it back once its rest is over (rule 7).
///
/// # Errors
/// The [`SendRefusal`] that the author is told.
pub fn send(
    thread: &Thread,
    author: &UserId,
    draft: &Draft,
    answered: Option<Seq>,
    now: Timestamp,
) -> Result<Sending, SendRefusal> {
    let member = thread.member(author).ok_or(SendRefusal::NotAMember)?;
    if thread.is_blocked_by(author) {
        return Err(SendRefusal::Contact(Refusal::YouBlockThem));
    }
    if thread.others(author).any(|other| thread.is_blocked_by(&other.user_id)) {
        return Err(SendRefusal::Contact(Refusal::ContactClosed));
    }
    let accepted = thread.others(author).any(|other| other.standing.is_accepted());
    let waiting = thread.others(author).map(|other| thread.tally.total().saturating_sub(other.invitation.said_before));
    if !accepted && waiting.max().is_some_and(|said| said >= MAX_REQUEST_MESSAGES) {
        return Err(SendRefusal::RequestPending);
    }
    if draft.mentions.iter().any(|user_id| thread.member(user_id).is_none()) {
        return Err(SendRefusal::MentionsStranger);
    }
    if draft.reply_to != answered.filter(|seq| member.sees(*seq)) {
        return Err(SendRefusal::AnswersNothing);
    }

    // Clocks of different machines differ a little; the log's times never go back.
    let at = now.max(thread.active_at);
    let message = Message {
        seq: thread.last_seq.next(),
        author_id: author.clone(),
        created_at: at,
        text: draft.text.clone(),
        reply_to: draft.reply_to,
        mentions: draft.mentions.clone(),
    };
    let tally = thread.tally.with_one_more(member.slot);
    let after = after(thread, &message, tally.clone());
    let came_back = |now: &&Member| {
        let before = thread.member(&now.user_id).and_then(|before| before.standing.listed_in());
        before.is_none() && now.standing.listed_in().is_some() && now.user_id != *author
    };
    let returned_to = after.members.iter().filter(came_back).map(|member| member.user_id.clone()).collect();
    let accepts = !member.standing.is_accepted();
    Ok(Sending { thread: after, logged: Logged { message, tally }, returned_to, accepts })
}

fn after(thread: &Thread, message: &Message, tally: super::tally::Tally) -> Thread {
    let mut next = thread.clone();
    for member in &mut next.members {
        member.stand(if member.user_id == message.author_id {
            Standing::Accepted
        } else {
            member.standing.after_message(message.created_at)
        });
    }
    let standings = |thread: &Thread| thread.members.iter().map(|member| member.standing).collect::<Vec<_>>();
    if standings(&next) != standings(thread) {
        next.revision = thread.revision.next();
    }
    next.last_seq = message.seq;
    next.active_at = message.created_at;
    next.bumped_at = thread.bumped_at(message.created_at);
    next.tally = tally;
    next.last_message = Some(Preview::of(message));
    next
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::{Pair, ThreadId};
    use crate::domain::member::Mailbox;
    use crate::domain::open::open;
    use crate::domain::thread::{Kind, Revision};

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn draft() -> Draft {
        Draft { text: "hello".to_owned().try_into().unwrap(), reply_to: None, mentions: vec![] }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn opened(standing: Standing) -> Thread {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        open(id, &ann, &bob, standing, Revision::default(), at(0)).0
    }

    #[test]
    fn rule_07_a_request_holds_three_messages_and_an_answer_accepts_it() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = opened(Standing::Pending);
        for seq in 2..=4 {
            thread = send(&thread, &ann, &draft(), None, at(seq)).unwrap().thread;
        }
        assert_eq!(send(&thread, &ann, &draft(), None, at(9)), Err(SendRefusal::RequestPending));
        thread = send(&thread, &bob, &draft(), None, at(9)).unwrap().thread;
        assert_eq!(thread.member(&bob).unwrap().standing, Standing::Accepted);
        assert!(send(&thread, &ann, &draft(), None, at(10)).is_ok());
    }

    #[test]
    fn rule_07_a_declined_request_comes_back_after_a_day_and_its_budget_does_not() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = send(&opened(Standing::Pending), &ann, &draft(), None, at(1)).unwrap().thread;
        thread.members[1].standing = Standing::Declined { at: at(2) };
        let soon = send(&thread, &ann, &draft(), None, at(3)).unwrap().thread;
        assert_eq!(soon.listings().len(), 1, "only in the sender's box");
        let later = send(&soon, &ann, &draft(), None, at(2).plus(Duration::from_hours(24))).unwrap().thread;
        assert_eq!(later.member(&bob).unwrap().standing.listed_in(), Some(Mailbox::Requests));
        assert_eq!(later.bumped_at, later.active_at);
        assert_eq!(send(&later, &ann, &draft(), None, later.active_at), Err(SendRefusal::RequestPending));
    }

    #[test]
    fn rule_06_a_block_refuses_both_and_tells_only_the_blocker() {
        let (ann, bob) = (user("ann"), user("bob"));
        let mut thread = opened(Standing::Accepted);
        let Kind::Direct { blocks, .. } = &mut thread.kind else { panic!("it is direct") };
        blocks.insert(ann.clone());
        assert_eq!(send(&thread, &ann, &draft(), None, at(1)), Err(SendRefusal::Contact(Refusal::YouBlockThem)));
        assert_eq!(send(&thread, &bob, &draft(), None, at(1)), Err(SendRefusal::Contact(Refusal::ContactClosed)));
        assert_eq!(send(&thread, &user("eve"), &draft(), None, at(1)), Err(SendRefusal::NotAMember));
    }

    #[test]
    fn rule_14_the_log_counts_on_and_its_times_never_go_back() {
        let ann = user("ann");
        let first = send(&opened(Standing::Accepted), &ann, &draft(), None, at(5_000)).unwrap();
        let second = send(&first.thread, &ann, &draft(), None, at(4_000)).unwrap();
        assert_eq!((first.logged.message.seq.get(), second.logged.message.seq.get()), (2, 3));
        assert_eq!(second.logged.message.created_at, at(5_000));
    }

    #[test]
    fn boxes_move_at_the_first_message_of_a_day_only() {
        let ann = user("ann");
        let today = send(&opened(Standing::Accepted), &ann, &draft(), None, at(86_399_999)).unwrap().thread;
        assert_eq!(today.bumped_at, at(0));
        let tomorrow = send(&today, &ann, &draft(), None, at(86_400_000)).unwrap().thread;
        assert_eq!(tomorrow.bumped_at, at(86_400_000));
    }

    #[test]
    fn an_answer_must_be_to_a_message_that_is_there() {
        let thread = opened(Standing::Accepted);
        let seq = Some(Seq::try_from(2).unwrap());
        let answer = Draft { reply_to: seq, ..draft() };
        assert_eq!(send(&thread, &user("ann"), &answer, None, at(1)), Err(SendRefusal::AnswersNothing));
        assert_eq!(send(&thread, &user("ann"), &answer, seq, at(1)).unwrap().logged.message.reply_to, seq);
    }

    #[test]
    fn a_mention_must_be_of_a_member() {
        let mut stranger = draft();
        stranger.mentions = vec![user("eve")];
        assert_eq!(
            send(&opened(Standing::Accepted), &user("ann"), &stranger, None, at(1)),
            Err(SendRefusal::MentionsStranger)
        );
    }
}
