//! From a number to somebody or something that is there.

use crate::world::{Member, Standing, Thread, Tid, Uid, World};

/// The top bits of a number say how to choose, the others whom.
const MODES: u32 = 5;

/// The one of `list` that a number stands for.
pub(super) fn one<T: Copy>(list: &[T], number: u8) -> Option<T> {
    let place = usize::from(number & ((1 << MODES) - 1)).checked_rem(list.len())?;
    list.get(place).copied()
}

/// A number's way of choosing: from 0, the most sensible, to 7, any there is.
pub(super) fn mode(number: u8) -> u8 {
    number >> MODES
}

/// A thread: mostly one that somebody is in and that `fits`.
pub(super) fn thread(world: &World, number: u8, fits: impl Fn(&Thread) -> bool) -> Option<Tid> {
    let all: Vec<Tid> = (0..world.threads.len()).collect();
    let alive = |tid: &Tid| !world.threads[*tid].members.is_empty() && fits(&world.threads[*tid]);
    let fitting: Vec<Tid> = all.iter().copied().filter(alive).collect();
    if mode(number) == 7 { one(&all, number) } else { one(&fitting, number) }
}

/// Who acts in a thread: mostly one of `able`, sometimes another member, rarely anybody.
pub(super) fn actor(world: &World, tid: Tid, number: u8, able: &[Uid]) -> Uid {
    let members = world.threads[tid].users();
    let chosen = match mode(number) {
        0..=4 => one(able, number).or_else(|| one(&members, number)),
        5 | 6 => one(&members, number),
        _ => None,
    };
    chosen.unwrap_or_else(|| anybody(world, number))
}

/// Any user.
pub(super) fn anybody(world: &World, number: u8) -> Uid {
    usize::from(number) % world.people.len()
}

/// Any user but `who`.
pub(super) fn other(world: &World, who: Uid, number: u8) -> Uid {
    let step = 1 + usize::from(number) % (world.people.len() - 1);
    (who + step) % world.people.len()
}

/// A member and a thread, of those for which `fits` holds.
pub(super) fn member(world: &World, number: u8, fits: impl Fn(&Member) -> bool) -> Option<(Tid, Uid)> {
    let places = world.threads.iter().enumerate().flat_map(|(tid, thread)| {
        let fitting = thread.members.iter().filter(|member| fits(member));
        fitting.map(|member| (tid, member.user)).collect::<Vec<_>>()
    });
    one(&places.collect::<Vec<_>>(), number)
}

/// Whether a member has a request to answer.
pub(super) fn waits(member: &Member) -> bool {
    member.standing == Standing::Pending
}
