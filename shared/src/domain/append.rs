//! Appending a message to the tail of a thread: whether it can be, and what else has to change with it.

use super::idempotency::{Idempotency, KeyTag};
use super::limits::MAX_TAIL_CONTENT_BYTES;
use super::message::{LoggedMessage, MessageContent};
use super::send::Sending;
use super::tail::TailMessage;
use super::transition::Transition;

/// The decision to append a message.
#[derive(Debug, Clone)]
pub struct Append {
    /// The thread before and after. Where the message is all that changes, others may append in between, and it gets a later
    /// place.
    pub transition: Transition,
    pub message: TailMessage,
    pub tag: KeyTag,
    /// Whether nothing changes but the end of the log, and the position in inboxes where its span is over. Otherwise the append is
    /// part of a transaction, at the place that was decided.
    pub alone: bool,
}

/// Appends the message of `sending`; `None` if the tail does not take it, and it has to be stored as an item at once.
#[must_use]
pub fn append(sending: &Sending, request: &Idempotency, attempt: u32) -> Option<Append> {
    let Transition { before, after, entries } = &sending.transition;
    let author = before.member(&sending.message.author_id)?;
    // How much room a message request has depends on all messages before.
    let alone =
        after.revision == before.revision && before.others(&author.user_id).any(|other| other.standing.is_accepted());
    let fits = sending.message.written().is_some_and(|written| fits(&written.content));
    if !before.tail.open || !fits || (before.tail.is_full() && !alone) {
        return None;
    }
    let logged =
        LoggedMessage { message: sending.message.clone(), counts: after.counts.clone(), slot: Some(author.slot) };
    let message = TailMessage { logged, slot: author.slot, request: request.clone(), attempt };
    let tag = request.tag(&sending.message.author_id);
    let mut after = after.clone();
    after.tail = before.tail.with(message.clone(), tag.clone());
    let transition = Transition { before: before.clone(), after, entries: entries.clone() };
    Some(Append { transition, message, tag, alone })
}

/// Whether a message is short enough for the tail: all messages after it pay for its size until it is an item. What it attaches is
/// bound to it in the same write, which takes a transaction.
fn fits(content: &MessageContent) -> bool {
    let mentions: usize = content.mentions.iter().map(|user_id| user_id.as_str().len()).sum();
    content.attachments.is_empty() && content.text.as_str().len() + mentions <= MAX_TAIL_CONTENT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::idempotency::{Fingerprint, IdempotencyKey};
    use crate::domain::ids::{Pair, ThreadId, UserId};
    use crate::domain::limits::{MAX_TAIL_MESSAGES, RECENT_KEYS};
    use crate::domain::member::Standing;
    use crate::domain::open::{Opening, open};
    use crate::domain::revision::Revision;
    use crate::domain::send::send;
    use crate::domain::thread::Thread;
    use crate::domain::time::Timestamp;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn thread(standing: Standing) -> Thread {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        open(id, Opening { actor: &ann, recipient: &bob, standing, declined: None }, Revision::default(), at(0)).thread
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn request(key: &str) -> Idempotency {
        let key = IdempotencyKey::try_from(key.to_owned()).unwrap();
        Idempotency { key, fingerprint: Fingerprint::of("POST", "/", serde_json::Value::Null) }
    }

    /// A message whose key is its first word.
    fn say(thread: &Thread, author: &str, text: &str, now: Timestamp) -> Option<Append> {
        let content = MessageContent {
            text: text.to_owned().try_into().unwrap(),
            reply_to: None,
            mentions: vec![],
            attachments: vec![],
        };
        append(&send(thread, &user(author), &content, None, now).unwrap(), &request(text.split(' ').next().unwrap()), 1)
    }

    fn is_alone(thread: &Thread, author: &str, now: Timestamp) -> bool {
        say(thread, author, "hello", now).unwrap().alone
    }

    #[test]
    fn a_message_is_alone_unless_something_else_changes_with_it() {
        assert!(is_alone(&thread(Standing::Accepted), "ann", at(1)));
        assert!(is_alone(&thread(Standing::Accepted), "ann", at(86_400_000)), "inboxes move beside it");
        assert!(!is_alone(&thread(Standing::pending(at(0))), "ann", at(1)), "a message request has room for three");
        assert!(!is_alone(&thread(Standing::pending(at(0))), "bob", at(1)), "an answer accepts it");
    }

    #[test]
    fn the_tail_takes_what_is_short_while_it_is_open() {
        let mut thread = thread(Standing::Accepted);
        let long = |bytes: usize| format!("long {}", "x".repeat(bytes - "long ".len()));
        assert!(say(&thread, "ann", &long(MAX_TAIL_CONTENT_BYTES), at(1)).is_some());
        assert!(say(&thread, "ann", &long(MAX_TAIL_CONTENT_BYTES + 1), at(1)).is_none());
        thread.tail.open = false;
        assert!(say(&thread, "ann", "hello", at(1)).is_none());
    }

    #[test]
    fn a_full_tail_lets_messages_wait_and_takes_nothing_else() {
        let mut thread = thread(Standing::Accepted);
        for number in 0..MAX_TAIL_MESSAGES {
            thread = say(&thread, "ann", &number.to_string(), at(1)).unwrap().transition.after;
        }
        assert!(thread.tail.is_full() && is_alone(&thread, "ann", at(2)));
        assert!(is_alone(&thread, "ann", at(86_400_000)), "also where inboxes move");
        let mut waiting = thread.clone();
        waiting.members[1].standing = Standing::pending(at(0));
        assert!(say(&waiting, "bob", "an answer", at(2)).is_none());
        assert_eq!((thread.settled_seq().get(), thread.last_seq.get()), (1, 1 + MAX_TAIL_MESSAGES as u64));
    }

    #[test]
    fn rule_15_a_key_is_found_in_the_tail_for_24_hours() {
        let thread = say(&thread(Standing::Accepted), "ann", "hello", at(1)).unwrap().transition.after;
        let found = |author: &str, key: &str, now| thread.tail.sent_with(&user(author), &request(key), now).is_some();
        let day = 24 * 60 * 60 * 1_000;
        assert!(found("ann", "hello", at(day)));
        assert!(!found("ann", "hello", at(day + 1)));
        assert!(!found("bob", "hello", at(2)) && !found("ann", "another", at(2)));
    }

    #[test]
    fn rule_15_a_head_remembers_the_last_keys_when_it_forgets() {
        let mut tail = thread(Standing::Accepted).tail;
        for number in 0..100 {
            tail.remember(request(&number.to_string()).tag(&user("ann")));
        }
        let last: Vec<KeyTag> =
            (100 - RECENT_KEYS..100).map(|number| request(&number.to_string()).tag(&user("ann"))).collect();
        assert_eq!(tail.recent, last);
        assert_ne!(request("k").tag(&user("ann")), request("k").tag(&user("bob")));
    }
}
