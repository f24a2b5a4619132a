//! What people are to each other: profiles, follows, blocks, settings (rules 1–4, 7, 12).

use super::{Expected, Outcome, Signal, Standing, Tid, Uid, World};

impl World {
    pub(super) fn register(&mut self, who: Uid) -> Outcome {
        self.people[who].registered = true;
        Outcome::done(200, [who])
    }

    pub(super) fn follow(&mut self, who: Uid, whom: Uid) -> Outcome {
        if let Some(problem) = self.stranger(who, whom) {
            return Outcome::refused(problem, [who, whom]);
        }
        if self.blocks(who, whom) {
            return Outcome::refused("you-block-them", [who, whom]);
        }
        let new = self.people[who].follows.insert(whom);
        let mut accepted = Vec::new();
        for (tid, thread) in self.threads.iter_mut().enumerate() {
            let theirs = thread.group || thread.member(whom).is_some();
            let waiting = |member: &&mut super::Member| {
                let of_group = new && member.standing == Standing::Pending && member.added_by == Some(whom);
                theirs && !member.accepted() && (!thread.group || of_group)
            };
            if let Some(member) = thread.members.iter_mut().filter(|member| member.user == who).find(waiting) {
                member.standing = Standing::Accepted;
                accepted.push((who, tid, Signal::Accepted));
            }
        }
        Outcome::done(204, [who, whom]).signalling(accepted)
    }

    pub(super) fn unfollow(&mut self, who: Uid, whom: Uid) -> Outcome {
        if !self.people[who].registered {
            return Outcome::refused("profile-required", [who, whom]);
        }
        self.people[who].follows.remove(&whom);
        Outcome::done(204, [who, whom])
    }

    pub(super) fn block(&mut self, who: Uid, whom: Uid) -> Outcome {
        if let Some(problem) = self.stranger(who, whom) {
            return Outcome::refused(problem, [who, whom]);
        }
        self.people[who].follows.remove(&whom);
        let mut noticed = Vec::new();
        if self.people[who].blocks.insert(whom) {
            for tid in self.shared_groups(who, whom) {
                self.notice(tid, who, whom);
                noticed.extend(self.noticed(tid, who));
            }
        }
        Outcome::done(200, [who, whom]).signalling(noticed)
    }

    pub(super) fn unblock(&mut self, who: Uid, whom: Uid) -> Outcome {
        if !self.people[who].registered {
            return Outcome::refused("profile-required", [who, whom]);
        }
        self.people[who].blocks.remove(&whom);
        for member in self.threads.iter_mut().filter_map(|thread| thread.member_mut(who)) {
            member.hides.retain(|(hidden, _)| *hidden != whom);
            member.notice.remove(&whom);
        }
        Outcome::done(204, [who, whom])
    }

    pub(super) fn close(&mut self, who: Uid, closed: bool) -> Outcome {
        self.setting(who, |person| person.closed = closed)
    }

    pub(super) fn receipts(&mut self, who: Uid, shown: bool) -> Outcome {
        self.setting(who, |person| person.receipts = shown)
    }

    fn setting(&mut self, who: Uid, change: impl FnOnce(&mut super::Person)) -> Outcome {
        let person = &mut self.people[who];
        if !person.registered {
            return Outcome::refused("profile-required", [who]);
        }
        change(person);
        Outcome::done(200, [who])
    }

    /// `who` and `whom`, whom they block, are together in a group: from now on their messages are hidden from them, and they
    /// have to decide. `whom` learns nothing.
    pub(super) fn notice(&mut self, tid: Tid, who: Uid, whom: Uid) {
        let Some(since) = self.threads[tid].member(whom).map(|member| member.joined) else { return };
        if let Some(member) = self.threads[tid].member_mut(who) {
            member.hides.insert((whom, since));
            member.notice.insert(whom);
        }
    }

    /// What `who` hears of that. Who declined the group hears nothing of it; the notice is there all the same.
    pub(super) fn noticed(&self, tid: Tid, who: Uid) -> Option<(Uid, Tid, Signal)> {
        let member = self.threads[tid].member(who).filter(|member| member.standing != Standing::Declined)?;
        Some((who, tid, Signal::Notice(member.notice.iter().copied().collect())))
    }

    /// Why `who` can have nothing to do with `whom`: one of the two has no profile.
    pub(super) fn stranger(&self, who: Uid, whom: Uid) -> Option<&'static str> {
        match (self.people[who].registered, self.people[whom].registered) {
            (false, _) => Some("profile-required"),
            (true, false) => Some("not-found"),
            (true, true) => None,
        }
    }

    /// How a thread that `who` brings `whom` into would stand with them, or the problem (rule 5).
    pub(super) fn contact(&self, who: Uid, whom: Uid) -> Result<Standing, &'static str> {
        if self.blocks(who, whom) {
            return Err("you-block-them");
        }
        if self.blocks(whom, who) {
            return Err("contact-closed");
        }
        match (self.follows(whom, who), self.people[whom].closed) {
            (true, _) => Ok(Standing::Accepted),
            (false, false) => Ok(Standing::Pending),
            (false, true) => Err("contact-closed"),
        }
    }

    /// What `GET /users/{id}` tells `who` would happen if they wrote to `whom` (rule 4).
    pub(crate) fn contact_shown(&self, who: Uid, whom: Uid) -> &'static str {
        let blocked = self.blocks(who, whom) || self.blocks(whom, who);
        let existing = self.direct(who, whom).and_then(|tid| self.threads[tid].member(whom));
        let standing = match existing {
            Some(member) if !blocked => Ok(member.standing),
            _ => self.contact(who, whom),
        };
        match standing {
            Ok(Standing::Accepted) => "inbox",
            Ok(Standing::Pending | Standing::Declined) => "requests",
            Err(_) => "closed",
        }
    }

    /// The refusal of an act in `tid` by `who`, who is not in it.
    pub(super) fn outsider(&self, tid: Tid, who: Uid) -> Option<Outcome> {
        let problem = match self.people[who].registered {
            false => "profile-required",
            true if self.threads[tid].member(who).is_none() => "not-found",
            true => return None,
        };
        Some(Outcome::new(Expected::refused(problem), [who]).in_thread(tid, 0))
    }
}
