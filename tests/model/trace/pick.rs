//! From a number to a user, a member or a thread that exists.

use crate::oracle::{Member, Oracle, Standing, Thread, Tid, Uid};

/// The top bits of a number say how to choose, the others which one.
const MODES: u32 = 5;

/// The element of `list` that a number stands for.
pub(super) fn one<T: Copy>(list: &[T], number: u8) -> Option<T> {
    let place = usize::from(number & ((1 << MODES) - 1)).checked_rem(list.len())?;
    list.get(place).copied()
}

/// How a number chooses: from 0, the most likely to succeed, to 7, anything.
pub(super) fn mode(number: u8) -> u8 {
    number >> MODES
}

/// A thread: mostly one that has members and that `fits`.
pub(super) fn thread(oracle: &Oracle, number: u8, fits: impl Fn(&Thread) -> bool) -> Option<Tid> {
    let all: Vec<Tid> = (0..oracle.threads.len()).collect();
    let alive = |tid: &Tid| !oracle.threads[*tid].members.is_empty() && fits(&oracle.threads[*tid]);
    let fitting: Vec<Tid> = all.iter().copied().filter(alive).collect();
    if mode(number) == 7 { one(&all, number) } else { one(&fitting, number) }
}

/// The user who acts in a thread: mostly one of `able`, sometimes another member, rarely any user.
pub(super) fn actor(oracle: &Oracle, tid: Tid, number: u8, able: &[Uid]) -> Uid {
    let members = oracle.threads[tid].users();
    let chosen = match mode(number) {
        0..=4 => one(able, number).or_else(|| one(&members, number)),
        5 | 6 => one(&members, number),
        _ => None,
    };
    chosen.unwrap_or_else(|| anybody(oracle, number))
}

/// Any user.
pub(super) fn anybody(oracle: &Oracle, number: u8) -> Uid {
    usize::from(number) % oracle.users.len()
}

/// Any user but `who`.
pub(super) fn other(oracle: &Oracle, who: Uid, number: u8) -> Uid {
    let step = 1 + usize::from(number) % (oracle.users.len() - 1);
    (who + step) % oracle.users.len()
}

/// A member and a thread for which `fits` holds.
pub(super) fn member(oracle: &Oracle, number: u8, fits: impl Fn(&Member) -> bool) -> Option<(Tid, Uid)> {
    let places = oracle.threads.iter().enumerate().flat_map(|(tid, thread)| {
        let fitting = thread.members.iter().filter(|member| fits(member));
        fitting.map(|member| (tid, member.user)).collect::<Vec<_>>()
    });
    one(&places.collect::<Vec<_>>(), number)
}

/// Whether a member has a message request to accept or decline.
pub(super) fn waits(member: &Member) -> bool {
    member.standing == Standing::Pending
}
