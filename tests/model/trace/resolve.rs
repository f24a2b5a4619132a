//! Turns an operation into an action in the present state.

use std::collections::BTreeSet;

use super::pick::{actor, anybody, member, mode, one, other, thread, waits};
use super::{Operation, Verb};
use crate::oracle::{Action, Oracle, Thread, Tid, Uid};

/// What an operation becomes.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Action),
    /// Repeats an earlier POST with the same key; `changed` sends another body.
    Again {
        which: u8,
        changed: bool,
    },
}

/// The titles of groups, and none.
const TITLES: [Option<&str>; 4] = [None, Some("tea"), Some("cake"), Some("pie 🥧")];
/// Times to which threads are muted, and none.
const MUTES: [Option<&str>; 3] = [None, Some("2040-01-01T00:00:00.000Z"), Some("2041-06-30T23:59:59.999Z")];
/// Reactions.
const EMOJI: [&str; 3] = ["👍", "🎉", "❤️"];
/// Groups in a case. With fewer groups, more happens in each.
const MAX_GROUPS: usize = 5;

/// What `op` becomes in `oracle`. `serial` makes texts differ; `room` gives the id of a room of this case by its number.
pub(crate) fn resolve(op: &Operation, oracle: &Oracle, serial: usize, room: impl Fn(u8) -> String) -> Step {
    let Operation { verb, who, what, .. } = op;
    let text = format!("m{serial}");
    let action = match verb {
        Verb::Again => return Step::Again { which: *who, changed: mode(*what) == 7 },
        Verb::Register => {
            let unregistered = oracle.everyone().find(|user| !oracle.users[*user].registered);
            Some(Action::Register { who: unregistered.unwrap_or_else(|| anybody(oracle, *who)) })
        }
        Verb::Follow => {
            // Mostly the member who added them to a group that is still a message request.
            let waiting = member(oracle, *who, |member| waits(member) && member.added_by.is_some());
            let inviter = waiting.and_then(|(tid, who)| Some((who, oracle.threads[tid].member(who)?.added_by?)));
            let (who, whom) = match mode(*what) {
                0..=2 => inviter.unwrap_or_else(|| pair(oracle, op)),
                3 | 4 => moderator_and_other(oracle, op).unwrap_or_else(|| pair(oracle, op)),
                _ => pair(oracle, op),
            };
            Some(Action::Follow { who, whom })
        }
        Verb::Unfollow => {
            let (who, whom) = edge(oracle, op, |user| &oracle.users[user].follows);
            Some(Action::Unfollow { who, whom })
        }
        Verb::Block => {
            let (who, whom) = neighbours(oracle, op);
            Some(Action::Block { who, whom })
        }
        Verb::Unblock => {
            let (who, whom) = edge(oracle, op, |user| &oracle.users[user].blocks);
            Some(Action::Unblock { who, whom })
        }
        Verb::Close => Some(Action::Close { who: anybody(oracle, *who), closed: mode(*what) < 4 }),
        Verb::Receipts => Some(Action::Receipts { who: anybody(oracle, *who), shown: mode(*what) > 3 }),
        Verb::Open => {
            let (who, whom) = pair(oracle, op);
            Some(Action::Open { who, whom, text: (mode(*what) % 2 == 1).then_some(text.clone()) })
        }
        Verb::Create if oracle.threads.iter().filter(|thread| thread.group).count() < MAX_GROUPS => None,
        Verb::Create => member(oracle, *who, waits).map(|(thread, who)| Action::Accept { who, thread }),
        Verb::Accept | Verb::Decline | Verb::Decide => consent(op, oracle),
        _ => in_thread(op, oracle, &text),
    };
    Step::Do(action.unwrap_or_else(|| create(op, oracle, text, room)))
}

/// What is done in a thread; nothing if there is none yet.
fn in_thread(op: &Operation, oracle: &Oracle, text: &str) -> Option<Action> {
    let Operation { verb, who, place, what, .. } = op;
    let any_kind = matches!(
        verb,
        Verb::Send | Verb::Edit | Verb::Delete | Verb::React | Verb::Pin | Verb::Read | Verb::Prefer | Verb::Clear
    );
    let tid = thread(oracle, *place, |thread| any_kind || thread.group)?;
    let there = &oracle.threads[tid];
    let members = there.users();
    let everybody = any_kind && !(*verb == Verb::Pin && there.group);
    let able = if everybody || *verb == Verb::Leave { members.clone() } else { there.moderators() };
    let who = actor(oracle, tid, *who, &able);
    let others: Vec<Uid> = members.iter().copied().filter(|member| *member != who).collect();
    let whom = |preferred: &[Uid]| match mode(*what) {
        0..=5 => one(preferred, *what).or_else(|| one(&members, *what)).unwrap_or_else(|| anybody(oracle, *what)),
        6 => one(&members, *what).unwrap_or_else(|| anybody(oracle, *what)),
        _ => anybody(oracle, *what),
    };
    Some(match verb {
        Verb::Add => Action::Add { who, thread: tid, users: candidates(op, oracle, tid, who) },
        Verb::Remove => match whom(&others) {
            whom if whom == who => Action::Leave { who, thread: tid },
            whom => Action::Remove { who, thread: tid, whom },
        },
        // Whether somebody may leave again a group that is over depends on how far its erasure is.
        Verb::Leave if members.is_empty() => Action::Read { who, thread: tid, seq: 1 },
        Verb::Leave => Action::Leave { who, thread: tid },
        Verb::Clear => Action::Clear { who, thread: tid },
        Verb::End => Action::End { who, thread: tid },
        Verb::Promote => Action::Role { who, thread: tid, whom: whom(&others), moderator: true },
        Verb::Demote => Action::Role { who, thread: tid, whom: whom(&there.moderators()), moderator: false },
        Verb::Rename => Action::Rename { who, thread: tid, title: one(&TITLES, *what)?.map(str::to_owned) },
        Verb::Edit => {
            let own: Vec<u64> = there.messages_after(0).filter(|seq| by(there, *seq) == Some(who)).collect();
            Action::Edit { who, thread: tid, seq: message(there, &own, *what), text: text.to_owned() }
        }
        Verb::Delete => {
            let own = |seq: &u64| by(there, *seq) == Some(who);
            let messages: Vec<u64> = there.messages_after(0).filter(|seq| mode(*what) > 3 || own(seq)).collect();
            Action::Delete { who, thread: tid, seq: message(there, &messages, *what) }
        }
        Verb::React => {
            let messages: Vec<u64> = there.messages_after(0).collect();
            // The last ones, so that several react to the same.
            let last = &messages[messages.len().saturating_sub(3)..];
            let (emoji, add) = (one(&EMOJI, op.list.first().copied().unwrap_or(*what))?, op.list.len() % 4 != 3);
            Action::React { who, thread: tid, seq: message(there, last, *what), emoji, add }
        }
        Verb::Pin => {
            // Mostly a message that it changes something for.
            let add = mode(*what) > 1;
            let fits = |seq: &u64| there.pins.contains(seq) != add;
            let messages: Vec<u64> = there.messages_after(0).filter(fits).collect();
            let last = &messages[messages.len().saturating_sub(4)..];
            Action::Pin { who, thread: tid, seq: message(there, last, *what), add }
        }
        Verb::Read => {
            let beyond = u64::from(mode(*what) == 7);
            let seq = match mode(*what) {
                0..=3 => u64::from(*what) % (there.last_seq() + 1),
                _ => there.last_seq() + beyond,
            };
            Action::Read { who, thread: tid, seq }
        }
        Verb::Prefer => Action::Prefer { who, thread: tid, muted: one(&MUTES, *what)?, pinned: mode(*what) % 2 == 1 },
        _ => send(op, oracle, tid, who, text.to_owned()),
    })
}

/// Mostly one of `messages`, sometimes any place of the log.
fn message(thread: &Thread, messages: &[u64], what: u8) -> u64 {
    match mode(what) {
        0..=5 => one(messages, what).unwrap_or_else(|| thread.last_seq()),
        _ => u64::from(what) % (thread.last_seq() + 2),
    }
}

/// The author of the message at `seq`.
fn by(thread: &Thread, seq: u64) -> Option<Uid> {
    thread.message(seq).map(|(by, _)| by)
}

fn send(op: &Operation, oracle: &Oracle, tid: Tid, who: Uid, text: String) -> Action {
    let there = &oracle.threads[tid];
    let messages: Vec<u64> = there.messages_after(0).collect();
    let reply_to = op.list.first().and_then(|number| match mode(*number) {
        0..=3 => None,
        7 => Some(u64::from(*number) % (there.last_seq() + 2)),
        _ => one(&messages, *number),
    });
    let members = there.users();
    let mention = |number: &u8| match mode(*number) {
        7 => Some(anybody(oracle, *number)),
        _ => one(&members, *number),
    };
    let mentions: BTreeSet<Uid> = op.list.iter().skip(2).filter_map(mention).collect();
    Action::Send { who, thread: tid, text, reply_to, mentions }
}

/// Up to four users to add, mostly users who are not in the group.
fn candidates(op: &Operation, oracle: &Oracle, tid: Tid, who: Uid) -> Vec<Uid> {
    let there = &oracle.threads[tid];
    let outside: Vec<Uid> = oracle.everyone().filter(|user| there.member(*user).is_none() && *user != who).collect();
    let candidate = |number: &u8| match mode(*number) {
        7 => other(oracle, who, *number),
        _ => one(&outside, *number).unwrap_or_else(|| other(oracle, who, *number)),
    };
    let mut users: Vec<Uid> = op.list.iter().take(4).map(candidate).collect();
    if users.is_empty() {
        users.push(candidate(&op.what));
    }
    users
}

/// Accepting, declining, deciding: mostly where something is to be accepted or decided.
fn consent(op: &Operation, oracle: &Oracle) -> Option<Action> {
    let asked = match op.verb {
        Verb::Decide => member(oracle, op.who, |member| !member.notice.is_empty()),
        _ => member(oracle, op.who, waits),
    };
    let anywhere = || {
        let tid = thread(oracle, op.place, |_| true)?;
        Some((tid, actor(oracle, tid, op.who, &oracle.threads[tid].users())))
    };
    let (thread, who) = asked.filter(|_| mode(op.place) < 6).or_else(anywhere)?;
    Some(match op.verb {
        Verb::Accept => Action::Accept { who, thread },
        Verb::Decline => Action::Decline { who, thread },
        _ => Action::Decide { who, thread, stay: mode(op.what) < 5 },
    })
}

fn create(op: &Operation, oracle: &Oracle, text: String, room: impl Fn(u8) -> String) -> Action {
    let who = anybody(oracle, op.who);
    // Sometimes a group that is nearly full, or would be too full.
    let many = if mode(op.what) > 4 { 9 + usize::from(op.what % 7) } else { 0 };
    let mut others: Vec<Uid> = op.list.iter().map(|number| other(oracle, who, *number)).collect();
    others.extend((0..many.min(oracle.users.len() - 1)).map(|step| (who + 1 + step) % oracle.users.len()));
    if others.is_empty() {
        others.push(other(oracle, who, op.what));
    }
    Action::Create {
        who,
        others,
        title: one(&TITLES, op.place).flatten().map(str::to_owned),
        room: (mode(op.place) % 2 == 1).then(|| room(op.place % 2)),
        text: (mode(op.what) % 2 == 1).then_some(text),
    }
}

/// Two users.
fn pair(oracle: &Oracle, op: &Operation) -> (Uid, Uid) {
    let who = anybody(oracle, op.who);
    (who, other(oracle, who, op.what))
}

/// Two users, mostly of the same group; or one member and one user who may soon be one.
fn neighbours(oracle: &Oracle, op: &Operation) -> (Uid, Uid) {
    let there = thread(oracle, op.place, |thread: &Thread| thread.group && thread.members.len() > 1);
    let near = there.and_then(|tid| {
        let members = oracle.threads[tid].users();
        let who = one(&members, op.who)?;
        let together = mode(op.who) < 4;
        let others: Vec<Uid> = oracle.everyone().filter(|other| members.contains(other) == together).collect();
        let whom = one(&others, op.what).filter(|whom| *whom != who)?;
        Some(if together || mode(op.what) < 4 { (who, whom) } else { (whom, who) })
    });
    near.filter(|_| mode(op.who) < 7).unwrap_or_else(|| pair(oracle, op))
}

/// A user who is not in a group, and a moderator who might add them.
fn moderator_and_other(oracle: &Oracle, op: &Operation) -> Option<(Uid, Uid)> {
    let there = &oracle.threads[thread(oracle, op.place, |thread| thread.group)?];
    let outside: Vec<Uid> = oracle.everyone().filter(|user| there.member(*user).is_none()).collect();
    Some((one(&outside, op.who)?, one(&there.moderators(), op.what)?))
}

/// Two users, mostly with an edge from the first to the second.
fn edge<'a>(oracle: &Oracle, op: &Operation, targets: impl Fn(Uid) -> &'a BTreeSet<Uid>) -> (Uid, Uid) {
    let edges: Vec<(Uid, Uid)> =
        oracle.everyone().flat_map(|who| targets(who).iter().map(move |whom| (who, *whom))).collect();
    one(&edges, op.who).filter(|_| mode(op.who) < 7).unwrap_or_else(|| pair(oracle, op))
}
