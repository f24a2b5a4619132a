//! Joining a group, and meeting blocked users there (rules 8, 9, 11, 12).

use std::collections::BTreeSet;

use super::create::distinct;
use super::{EntryContent, Member, Oracle, Outcome, Signal, Standing, Tid, Uid};

/// A member who joins with the entry at `joined`.
pub(super) fn new_member(user: Uid, joined: u64, standing: Standing, added_by: Option<Uid>) -> Member {
    Member {
        user,
        moderator: false,
        joined,
        standing,
        added_by,
        resting: standing == Standing::Declined,
        used: 0,
        mark: joined - 1,
        cleared: 0,
        listed_since: 0,
        shown: None,
        hides: BTreeSet::new(),
        notice: BTreeSet::new(),
        muted: None,
        pinned: false,
    }
}

impl Oracle {
    pub(super) fn add(&mut self, who: Uid, tid: Tid, users: &[Uid]) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let thread = &self.threads[tid];
        let everyone: Vec<Uid> = thread.users().into_iter().chain(users.iter().copied()).collect();
        if thread.member(who).is_none_or(|member| !member.moderator) {
            return Outcome::refused("forbidden", everyone).in_thread(tid, 0);
        }
        let new = distinct(users, |user| thread.member(user).is_none());
        let standings = match self.invite(who, &new, thread.members.len()) {
            Ok(standings) => standings,
            Err(expected) => return Outcome::new(expected, everyone).in_thread(tid, 0),
        };
        if new.is_empty() {
            return Outcome::done(200, everyone).in_thread(tid, 0);
        }
        let requested = self.join(tid, who, &standings);
        self.log(tid, who, EntryContent::Added { users: new.clone() });
        let noticed = self.notice_blocks(tid, &new);
        Outcome::done(200, everyone).in_thread(tid, 1).signalling(requested).signalling(noticed)
    }

    /// Adds users to a group; the next entry is their first.
    fn join(&mut self, tid: Tid, by: Uid, standings: &[(Uid, Standing)]) -> Vec<(Uid, Tid, Signal)> {
        let joined = self.threads[tid].last_seq() + 1;
        let mut requested = Vec::new();
        let mut standings = standings.to_vec();
        let known = |user: &Uid| self.known_order.iter().position(|known| known == user);
        standings.sort_by_key(|(user, _)| known(user));
        for (user, standing) in standings {
            // A user who left before has to accept, whoever adds them; and what they declined rests.
            let left = self.threads[tid].left.contains(&user);
            let stay = self.threads[tid].stays.get(&user).copied().unwrap_or_default();
            let standing = match standing {
                _ if stay.declined => Standing::Declined,
                Standing::Accepted if left => Standing::Pending,
                standing => standing,
            };
            if standing == Standing::Pending {
                requested.push((user, tid, Signal::Requested));
            }
            let member = new_member(user, joined, standing, Some(by));
            self.threads[tid].members.push(Member { used: stay.used, ..member });
        }
        requested
    }

    /// `new` have joined the group: members who block one of the others are noticed.
    pub(super) fn notice_blocks(&mut self, tid: Tid, new: &[Uid]) -> Vec<(Uid, Tid, Signal)> {
        let here = self.threads[tid].users();
        let mut noticed = BTreeSet::new();
        for who in &here {
            for whom in here.iter().filter(|whom| new.contains(who) || new.contains(whom)) {
                if self.blocks(*who, *whom) {
                    self.notice(tid, *who, *whom);
                    noticed.insert(*who);
                }
            }
        }
        noticed.into_iter().filter_map(|who| self.noticed(tid, who)).collect()
    }
}
