//! From an operation to an act in the present state.

use std::collections::BTreeSet;

use super::pick::{actor, anybody, member, mode, one, other, thread, waits};
use super::{Op, Verb};
use crate::world::{Act, Thread, Tid, Uid, World};

/// What an operation comes to.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Act),
    /// An earlier POST again; `changed` with the same key and another body.
    Again {
        which: u8,
        changed: bool,
    },
}

/// The titles of groups, and none.
const TITLES: [Option<&str>; 4] = [None, Some("tea"), Some("cake"), Some("pie 🥧")];
/// Times to which threads are muted, and none.
const MUTES: [Option<&str>; 3] = [None, Some("2040-01-01T00:00:00.000Z"), Some("2041-06-30T23:59:59.999Z")];
/// Groups in a case: fewer have more to tell.
const MOST_GROUPS: usize = 5;

/// What `op` comes to in `world`. `serial` makes texts differ; `room` knows the rooms of this case by number.
pub(crate) fn resolve(op: &Op, world: &World, serial: usize, room: impl Fn(u8) -> String) -> Step {
    let Op { verb, who, what, .. } = op;
    let text = format!("m{serial}");
    let act = match verb {
        Verb::Again => return Step::Again { which: *who, changed: mode(*what) == 7 },
        Verb::Register => {
            let unregistered = world.everyone().find(|user| !world.people[*user].registered);
            Some(Act::Register { who: unregistered.unwrap_or_else(|| anybody(world, *who)) })
        }
        Verb::Follow => {
            // Mostly whoever brought them into a group that waits.
            let waiting = member(world, *who, |member| waits(member) && member.added_by.is_some());
            let inviter = waiting.and_then(|(tid, who)| Some((who, world.threads[tid].member(who)?.added_by?)));
            let (who, whom) = match mode(*what) {
                0..=2 => inviter.unwrap_or_else(|| pair(world, op)),
                3 | 4 => moderator_and_other(world, op).unwrap_or_else(|| pair(world, op)),
                _ => pair(world, op),
            };
            Some(Act::Follow { who, whom })
        }
        Verb::Unfollow => {
            let (who, whom) = edge(world, op, |user| &world.people[user].follows);
            Some(Act::Unfollow { who, whom })
        }
        Verb::Block => {
            let (who, whom) = neighbours(world, op);
            Some(Act::Block { who, whom })
        }
        Verb::Unblock => {
            let (who, whom) = edge(world, op, |user| &world.people[user].blocks);
            Some(Act::Unblock { who, whom })
        }
        Verb::Close => Some(Act::Close { who: anybody(world, *who), closed: mode(*what) < 4 }),
        Verb::Receipts => Some(Act::Receipts { who: anybody(world, *who), shown: mode(*what) > 3 }),
        Verb::Open => {
            let (who, whom) = pair(world, op);
            Some(Act::Open { who, whom, text: (mode(*what) % 2 == 1).then_some(text.clone()) })
        }
        Verb::Create if world.threads.iter().filter(|thread| thread.group).count() < MOST_GROUPS => None,
        Verb::Create => member(world, *who, waits).map(|(thread, who)| Act::Accept { who, thread }),
        Verb::Accept | Verb::Decline | Verb::Decide => consent(op, world),
        _ => in_thread(op, world, &text),
    };
    Step::Do(act.unwrap_or_else(|| create(op, world, text, room)))
}

/// What is done in a thread; nothing if there is none yet.
fn in_thread(op: &Op, world: &World, text: &str) -> Option<Act> {
    let Op { verb, who, place, what, .. } = op;
    let any_kind = matches!(verb, Verb::Send | Verb::Read | Verb::Prefer);
    let tid = thread(world, *place, |thread| any_kind || thread.group)?;
    let there = &world.threads[tid];
    let members = there.users();
    let able = if any_kind || *verb == Verb::Leave { members.clone() } else { there.moderators() };
    let who = actor(world, tid, *who, &able);
    let others: Vec<Uid> = members.iter().copied().filter(|member| *member != who).collect();
    let whom = |preferred: &[Uid]| match mode(*what) {
        0..=5 => one(preferred, *what).or_else(|| one(&members, *what)).unwrap_or_else(|| anybody(world, *what)),
        6 => one(&members, *what).unwrap_or_else(|| anybody(world, *what)),
        _ => anybody(world, *what),
    };
    Some(match verb {
        Verb::Add => Act::Add { who, thread: tid, users: newcomers(op, world, tid, who) },
        Verb::Remove => match whom(&others) {
            whom if whom == who => Act::Leave { who, thread: tid },
            whom => Act::Remove { who, thread: tid, whom },
        },
        Verb::Leave => Act::Leave { who, thread: tid },
        Verb::Promote => Act::Role { who, thread: tid, whom: whom(&others), moderator: true },
        Verb::Demote => Act::Role { who, thread: tid, whom: whom(&there.moderators()), moderator: false },
        Verb::Rename => Act::Rename { who, thread: tid, title: one(&TITLES, *what)?.map(str::to_owned) },
        Verb::Read => {
            let beyond = u64::from(mode(*what) == 7);
            let seq = match mode(*what) {
                0..=3 => u64::from(*what) % (there.last_seq() + 1),
                _ => there.last_seq() + beyond,
            };
            Act::Read { who, thread: tid, seq }
        }
        Verb::Prefer => Act::Prefer { who, thread: tid, muted: one(&MUTES, *what)?, pinned: mode(*what) % 2 == 1 },
        _ => send(op, world, tid, who, text.to_owned()),
    })
}

fn send(op: &Op, world: &World, tid: Tid, who: Uid, text: String) -> Act {
    let there = &world.threads[tid];
    let messages: Vec<u64> = there.messages_after(0).collect();
    let reply_to = op.list.first().and_then(|number| match mode(*number) {
        0..=3 => None,
        7 => Some(u64::from(*number) % (there.last_seq() + 2)),
        _ => one(&messages, *number),
    });
    let members = there.users();
    let mention = |number: &u8| match mode(*number) {
        7 => Some(anybody(world, *number)),
        _ => one(&members, *number),
    };
    let mentions: BTreeSet<Uid> = op.list.iter().skip(2).filter_map(mention).collect();
    Act::Send { who, thread: tid, text, reply_to, mentions }
}

/// Up to four whom to add: mostly people who are not in the group.
fn newcomers(op: &Op, world: &World, tid: Tid, who: Uid) -> Vec<Uid> {
    let there = &world.threads[tid];
    let outside: Vec<Uid> = world.everyone().filter(|user| there.member(*user).is_none() && *user != who).collect();
    let newcomer = |number: &u8| match mode(*number) {
        7 => other(world, who, *number),
        _ => one(&outside, *number).unwrap_or_else(|| other(world, who, *number)),
    };
    let mut users: Vec<Uid> = op.list.iter().take(4).map(newcomer).collect();
    if users.is_empty() {
        users.push(newcomer(&op.what));
    }
    users
}

/// Accepting, declining, deciding: mostly where there is something to answer.
fn consent(op: &Op, world: &World) -> Option<Act> {
    let asked = match op.verb {
        Verb::Decide => member(world, op.who, |member| !member.notice.is_empty()),
        _ => member(world, op.who, waits),
    };
    let anywhere = || {
        let tid = thread(world, op.place, |_| true)?;
        Some((tid, actor(world, tid, op.who, &world.threads[tid].users())))
    };
    let (thread, who) = asked.filter(|_| mode(op.place) < 6).or_else(anywhere)?;
    Some(match op.verb {
        Verb::Accept => Act::Accept { who, thread },
        Verb::Decline => Act::Decline { who, thread },
        _ => Act::Decide { who, thread, stay: mode(op.what) < 5 },
    })
}

fn create(op: &Op, world: &World, text: String, room: impl Fn(u8) -> String) -> Act {
    let who = anybody(world, op.who);
    // Now and then one that is nearly full, or would be too full.
    let many = if mode(op.what) > 4 { 9 + usize::from(op.what % 7) } else { 0 };
    let mut others: Vec<Uid> = op.list.iter().map(|number| other(world, who, *number)).collect();
    others.extend((0..many.min(world.people.len() - 1)).map(|step| (who + 1 + step) % world.people.len()));
    if others.is_empty() {
        others.push(other(world, who, op.what));
    }
    Act::Create {
        who,
        others,
        title: one(&TITLES, op.place).flatten().map(str::to_owned),
        room: (mode(op.place) % 2 == 1).then(|| room(op.place % 2)),
        text: (mode(op.what) % 2 == 1).then_some(text),
    }
}

/// Two people.
fn pair(world: &World, op: &Op) -> (Uid, Uid) {
    let who = anybody(world, op.who);
    (who, other(world, who, op.what))
}

/// Two people, mostly of the same group; or one who is in it and one who may be soon.
fn neighbours(world: &World, op: &Op) -> (Uid, Uid) {
    let there = thread(world, op.place, |thread: &Thread| thread.group && thread.members.len() > 1);
    let near = there.and_then(|tid| {
        let members = world.threads[tid].users();
        let who = one(&members, op.who)?;
        let together = mode(op.who) < 4;
        let others: Vec<Uid> = world.everyone().filter(|other| members.contains(other) == together).collect();
        let whom = one(&others, op.what).filter(|whom| *whom != who)?;
        Some(if together || mode(op.what) < 4 { (who, whom) } else { (whom, who) })
    });
    near.filter(|_| mode(op.who) < 7).unwrap_or_else(|| pair(world, op))
}

/// Somebody who is not in a group, and a moderator who might bring them in.
fn moderator_and_other(world: &World, op: &Op) -> Option<(Uid, Uid)> {
    let there = &world.threads[thread(world, op.place, |thread| thread.group)?];
    let outside: Vec<Uid> = world.everyone().filter(|user| there.member(*user).is_none()).collect();
    Some((one(&outside, op.who)?, one(&there.moderators(), op.what)?))
}

/// Two people, mostly such as an edge leads from one to the other.
fn edge<'a>(world: &World, op: &Op, targets: impl Fn(Uid) -> &'a BTreeSet<Uid>) -> (Uid, Uid) {
    let edges: Vec<(Uid, Uid)> =
        world.everyone().flat_map(|who| targets(who).iter().map(move |whom| (who, *whom))).collect();
    one(&edges, op.who).filter(|_| mode(op.who) < 7).unwrap_or_else(|| pair(world, op))
}
