//! A page of a mailbox: which of its entries are looked at, which threads are shown, and where the next page begins.
//!
//! The last activity of a thread in an inbox lies within a span of its position. So a thread further down can have been active more
//! recently than one on the page only if its position is less than a span older. Those are looked at as well, and all of them are
//! sorted by their activity. Message requests stay where they came: there the entries are the page.
//!
//! What was shown is told by ids and not by times: a thread is then neither lost nor shown twice, whatever the order.

use std::collections::HashSet;

use super::ids::{ThreadId, UserId};
use super::limits::{ASTRAY_AFTER, MAX_OVERTAKING, MIN_INBOX_WINDOW};
use super::mailbox::{Activity, Mailbox, MailboxEntry, MailboxPosition};
use super::thread::Thread;
use super::time::Timestamp;

/// Where a page begins: behind `start`. Of the entries there, the threads `ahead` were shown before their turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    pub start: Option<MailboxPosition>,
    pub ahead: Vec<ThreadId>,
}

/// How many entries a page of `limit` threads reads: in an inbox more than were shown before their turn, and than the page shows. One
/// more tells whether the mailbox goes on.
#[must_use]
pub fn reach(mailbox: Mailbox, limit: usize) -> usize {
    match mailbox {
        Mailbox::Inbox => MIN_INBOX_WINDOW.max(limit + MAX_OVERTAKING + 1),
        Mailbox::Requests => limit + 1,
    }
}

/// The entries whose threads a page has to look at, of those behind its place, newest position first.
#[must_use]
pub fn candidates<'a>(
    mailbox: Mailbox,
    entries: &'a [MailboxEntry],
    place: &Place,
    limit: usize,
) -> Vec<&'a MailboxEntry> {
    let open = entries.iter().filter(|entry| !place.ahead.contains(&entry.position.thread_id));
    let mut candidates: Vec<&MailboxEntry> = open.collect();
    let further = candidates.split_off(limit.min(candidates.len()));
    if let Some(last) = candidates.last().map(|last| last.position.bumped_at)
        && mailbox == Mailbox::Inbox
    {
        let may_be_newer = |entry: &&MailboxEntry| entry.position.bumped_at.plus(entry.span()) > last;
        candidates.extend(further.into_iter().filter(may_be_newer).take(MAX_OVERTAKING));
    }
    candidates
}

/// The threads of a page in their order, and where the next one begins; `None` after the last. `entries` are those that were read,
/// `more` says whether the mailbox goes on behind them. `looked_at` are the candidates, `open` those of them that are to be shown, now or
/// on a later page: the others are passed over.
#[must_use]
pub fn page(
    (entries, more): (&[MailboxEntry], bool),
    place: Place,
    looked_at: &[ThreadId],
    mut open: Vec<Activity>,
    limit: usize,
) -> (Vec<ThreadId>, Option<Place>) {
    open.sort_by(|one, other| one.order().cmp(&other.order()));
    let mut once = HashSet::new();
    open.retain(|activity| once.insert(activity.thread_id.clone()));
    let passed_over = looked_at.iter().filter(|id| !once.contains(id)).cloned();
    let mut done: HashSet<ThreadId> = passed_over.chain(place.ahead).collect();
    let mut shown = Vec::new();
    while shown.len() < limit && !open.is_empty() {
        let waiting = overtaken(entries, &done);
        let next = waiting.and_then(|waiting| open.iter().position(|activity| activity.thread_id == *waiting));
        let next = open.remove(next.unwrap_or(0)).thread_id;
        done.insert(next.clone());
        shown.push(next);
    }
    let position = |index: usize| entries.get(index).map(|entry| entry.position.clone());
    let next = match entries.iter().position(|entry| !done.contains(&entry.position.thread_id)) {
        Some(first) => {
            let start = first.checked_sub(1).and_then(position).or(place.start);
            Some(Place { start, ahead: ahead(&entries[first..], &done).cloned().collect() })
        }
        None if more => {
            let start = entries.len().checked_sub(1).and_then(position).or(place.start);
            Some(Place { start, ahead: Vec::new() })
        }
        None => None,
    };
    (shown, next)
}

/// The threads that are done among `entries`.
fn ahead<'a>(entries: &'a [MailboxEntry], done: &HashSet<ThreadId>) -> impl Iterator<Item = &'a ThreadId> {
    entries.iter().map(|entry| &entry.position.thread_id).filter(move |id| done.contains(*id))
}

/// The first thread that is not done, if so many behind it are that it has to come next: a cursor has to remember all of them.
fn overtaken<'a>(entries: &'a [MailboxEntry], done: &HashSet<ThreadId>) -> Option<&'a ThreadId> {
    if done.len() < MAX_OVERTAKING {
        return None;
    }
    let first = entries.iter().position(|entry| !done.contains(&entry.position.thread_id))?;
    let overtaking = ahead(&entries[first..], done).count();
    (overtaking >= MAX_OVERTAKING).then_some(&entries[first].position.thread_id)
}

/// Whether an entry at `at` in a mailbox of `user` was left behind by a process that died while it moved the thread, so that it can be
/// taken away: the thread is listed elsewhere now, and never again there.
///
/// Positions only grow, so one below that of the thread never comes back. One above it is of a message that was not stored, and no
/// request goes on for so long. At the position of the thread itself the user may be about to accept it.
#[must_use]
pub fn is_astray(thread: &Thread, user: &UserId, mailbox: Mailbox, at: Timestamp, now: Timestamp) -> bool {
    let listing = thread.listing_of(user).filter(|listing| listing.mailbox == mailbox);
    let old = |at: Timestamp| at.plus(ASTRAY_AFTER) < now;
    let elsewhere = listing.is_none_or(|listing| listing.bumped_at != at) && thread.bumped_at != at;
    elsewhere && old(at) && old(thread.bumped_at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::Pair;
    use crate::domain::limits::{DIRECT_INBOX_SPAN, GROUP_INBOX_SPAN};
    use crate::domain::member::Standing;
    use crate::domain::open::{Opening, open};
    use crate::domain::revision::Revision;

    /// A thread as its members have it: its position, its last activity, and whether it is direct.
    #[derive(Debug, Clone, Copy)]
    struct Seen {
        number: usize,
        position: i64,
        active_at: i64,
        direct: bool,
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    fn ms(span: Duration) -> i64 {
        i64::try_from(span.as_millis()).unwrap()
    }

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn id(number: usize) -> ThreadId {
        ThreadId::try_from(format!("thr_{number:026}")).unwrap()
    }

    fn number(id: &ThreadId) -> usize {
        id.as_str()[4..].parse().unwrap()
    }

    /// The entries of a mailbox as the table has them.
    fn entries(threads: &[Seen]) -> Vec<MailboxEntry> {
        let mut entries: Vec<MailboxEntry> = threads.iter().map(entry).collect();
        entries.sort_by(|one, other| {
            let key = |entry: &MailboxEntry| (entry.position.bumped_at, entry.position.thread_id.clone());
            key(other).cmp(&key(one))
        });
        entries
    }

    fn entry(thread: &Seen) -> MailboxEntry {
        let position = MailboxPosition { bumped_at: at(thread.position), thread_id: id(thread.number) };
        MailboxEntry { position, peer_id: thread.direct.then(|| user("peer")) }
    }

    /// What became of a walk through all pages.
    struct Walk {
        pages: Vec<Vec<usize>>,
        /// The most threads that a page looked at beside its limit.
        beside: usize,
        /// The longest list of a place.
        ahead: usize,
    }

    /// Walks through a mailbox in which nothing moves.
    fn walk(mailbox: Mailbox, threads: &[Seen], limit: usize) -> Walk {
        let all = entries(threads);
        let mut walk = Walk { pages: Vec::new(), beside: 0, ahead: 0 };
        let mut place = Some(Place::default());
        while let Some(here) = place {
            let behind = here.start.as_ref().map_or(0, |start| {
                1 + all.iter().position(|entry| entry.position == *start).expect("a page begins behind an entry")
            });
            let end = all.len().min(behind + reach(mailbox, limit));
            let read = &all[behind..end];
            let looked_at = candidates(mailbox, read, &here, limit);
            let looked_at: Vec<ThreadId> = looked_at.iter().map(|entry| entry.position.thread_id.clone()).collect();
            walk.beside = walk.beside.max(looked_at.len().saturating_sub(limit));
            let active_at = |id: &ThreadId| {
                let wanted = number(id);
                let thread = threads.iter().find(|thread| thread.number == wanted).unwrap();
                at(if mailbox == Mailbox::Inbox { thread.active_at } else { thread.position })
            };
            let activity = |id: &ThreadId| Activity { active_at: active_at(id), thread_id: id.clone() };
            let open = looked_at.iter().map(activity).collect();
            let (shown, next) = page((read, end < all.len()), here, &looked_at, open, limit);
            walk.pages.push(shown.iter().map(number).collect());
            walk.ahead = walk.ahead.max(next.as_ref().map_or(0, |next| next.ahead.len()));
            place = next;
        }
        walk
    }

    /// So many threads one `every` milliseconds, each active once more within its span.
    fn spread(count: usize, every: i64, direct: impl Fn(usize) -> bool) -> Vec<Seen> {
        let thread = |number: usize| {
            let direct = direct(number);
            let span = ms(if direct { DIRECT_INBOX_SPAN } else { GROUP_INBOX_SPAN });
            let position = 100_000_000 + every * i64::try_from(number).unwrap();
            // Neither in the order of positions nor the same for two.
            let later = (i64::try_from(number * 7_919 % 1_009).unwrap() * span / 1_009).max(0);
            Seen { number, position, active_at: position + later, direct }
        };
        (0..count).map(thread).collect()
    }

    fn by_activity(threads: &[Seen]) -> Vec<usize> {
        let mut sorted = threads.to_vec();
        sorted.sort_by_key(|thread| (std::cmp::Reverse(thread.active_at), thread.number));
        sorted.into_iter().map(|thread| thread.number).collect()
    }

    #[test]
    fn rule_14_a_walk_shows_every_thread_once_in_the_order_of_activity_at_every_size_of_pages() {
        let hour = ms(GROUP_INBOX_SPAN);
        for (what, threads) in [
            ("no thread", Vec::new()),
            ("a quiet day", spread(60, hour, |_| true)),
            ("a hundred direct threads within the hour", spread(100, hour / 100, |_| true)),
            ("150 threads within the hour, some of them groups", spread(150, hour / 150, |number| number % 4 != 0)),
            ("fifty groups within the hour", spread(50, hour / 50, |_| false)),
        ] {
            let expected = by_activity(&threads);
            for limit in (1..=60).chain([99, 100]) {
                let Walk { pages, beside, .. } = walk(Mailbox::Inbox, &threads, limit);
                assert_eq!(pages.concat(), expected, "{what}, pages of {limit}");
                let (_, full) = pages.split_last().unwrap();
                assert!(full.iter().all(|page| page.len() == limit), "{what}, pages of {limit}");
                assert!(beside <= MAX_OVERTAKING, "{what}, pages of {limit}");
            }
        }
    }

    #[test]
    fn rule_14_nothing_is_lost_or_doubled_where_too_many_are_active_to_look_at_all() {
        let hour = ms(GROUP_INBOX_SPAN);
        let crowded = spread(700, hour / 700, |number| number % 3 == 0);
        // Entries of an earlier release are at the first activity of a day, and may be active a day later.
        let mut earlier = spread(300, hour / 60, |_| true);
        for thread in &mut earlier {
            thread.active_at = thread.position + 24 * hour - thread.active_at % 997;
        }
        // The newest position, and the longest not active.
        let mut first = spread(400, hour / 400, |_| false);
        for thread in &mut first[..399] {
            thread.active_at = thread.position + hour - 1;
        }
        first[399].active_at = first[399].position;
        for (what, threads) in [("a crowd", crowded), ("entries of days", earlier), ("one that is overtaken", first)] {
            for limit in [1, 2, 7, 49, 50, 51, 100] {
                let Walk { pages, beside, ahead } = walk(Mailbox::Inbox, &threads, limit);
                assert!(beside <= MAX_OVERTAKING, "{what}, pages of {limit}: {beside}");
                assert!(ahead <= MAX_OVERTAKING, "{what}, pages of {limit}: {ahead}");
                let (_, full) = pages.split_last().unwrap();
                assert!(full.iter().all(|page| page.len() == limit), "{what}, pages of {limit}");
                let mut shown = pages.concat();
                shown.sort_unstable();
                assert_eq!(shown, (0..threads.len()).collect::<Vec<_>>(), "{what}, pages of {limit}");
            }
        }
    }

    #[test]
    fn rule_07_requests_are_walked_in_the_order_in_which_they_came_and_nothing_beside_them_is_looked_at() {
        let requests = spread(130, 1, |_| true);
        let expected: Vec<usize> = (0..130).rev().collect();
        for limit in 1..=131 {
            let Walk { pages, beside, ahead } = walk(Mailbox::Requests, &requests, limit);
            assert_eq!(pages.concat(), expected, "pages of {limit}");
            assert_eq!((beside, ahead), (0, 0));
        }
    }

    #[test]
    fn a_page_looks_at_those_further_down_that_may_have_been_active_more_recently() {
        let (direct, group) = (ms(DIRECT_INBOX_SPAN), ms(GROUP_INBOX_SPAN));
        let first = 10 * group;
        let seen = |number, position, direct| Seen { number, position, active_at: position, direct };
        let read = entries(&[
            seen(0, first, true),
            seen(1, first - direct + 1, true),
            seen(2, first - direct, true),
            seen(3, first - group + 1, false),
            seen(4, first - group, false),
        ]);
        let numbers = |mailbox, place: &Place| -> Vec<usize> {
            candidates(mailbox, &read, place, 1).into_iter().map(|entry| number(&entry.position.thread_id)).collect()
        };
        assert_eq!(numbers(Mailbox::Inbox, &Place::default()), [0, 1, 3]);
        assert_eq!(numbers(Mailbox::Requests, &Place::default()), [0]);
        let shown = Place { start: None, ahead: vec![id(0), id(3)] };
        assert_eq!(numbers(Mailbox::Inbox, &shown), [1, 2, 4]);
    }

    #[test]
    fn what_is_passed_over_is_not_looked_at_again_and_two_entries_of_a_thread_show_it_once() {
        let mut read = entries(&spread(4, 1, |_| true));
        read.push(MailboxEntry { position: MailboxPosition { bumped_at: at(1), thread_id: id(2) }, peer_id: None });
        let looked_at: Vec<ThreadId> = read.iter().map(|entry| entry.position.thread_id.clone()).collect();
        let activity = |(number, ms)| Activity { active_at: at(ms), thread_id: id(number) };
        let open: Vec<Activity> = [(2, 8), (2, 8), (0, 9)].into_iter().map(activity).collect();
        let (shown, next) = page((&read, false), Place::default(), &looked_at, open.clone(), 1);
        assert_eq!(shown, [id(0)]);
        let next = next.unwrap();
        assert_eq!((next.start.unwrap().thread_id, next.ahead), (id(3), vec![id(1), id(0)]));
        let (shown, next) = page((&read, false), Place::default(), &looked_at, open, 2);
        assert_eq!((shown, next), (vec![id(0), id(2)], None));
    }

    #[test]
    fn an_entry_is_astray_only_where_the_thread_never_comes_again() {
        let (ann, bob) = (user("ann"), user("bob"));
        let thread_id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        let opening = Opening { actor: &ann, recipient: &bob, standing: Standing::pending(at(5)), declined: None };
        let minute = ms(ASTRAY_AFTER);
        let thread = open(thread_id, opening, Revision::default(), at(2 * minute)).thread;
        let late = at(9 * minute);
        let astray = |user: &UserId, mailbox, place: i64, now| is_astray(&thread, user, mailbox, at(place), now);
        assert!(!astray(&ann, Mailbox::Inbox, 2 * minute, late), "it is listed there");
        assert!(astray(&ann, Mailbox::Inbox, minute, late), "it was listed there");
        assert!(!astray(&ann, Mailbox::Inbox, minute, at(3 * minute)), "it moved a moment ago");
        assert!(astray(&ann, Mailbox::Inbox, 4 * minute, late), "no message moved it there");
        assert!(!astray(&ann, Mailbox::Inbox, 8 * minute, late), "a message may be about to move it there");
        assert!(!astray(&bob, Mailbox::Requests, 5, late));
        assert!(astray(&bob, Mailbox::Inbox, minute, late));
        assert!(!astray(&bob, Mailbox::Inbox, 2 * minute, late), "he may be accepting it");
    }
}
