//! Users: profiles, follows, blocks, settings (rules 1–4, 7, 12).

use super::{Expected, Oracle, Outcome, Signal, Standing, Tid, Uid};

impl Oracle {
    pub(super) fn register(&mut self, who: Uid) -> Outcome {
        self.users[who].registered = true;
        Outcome::done(200, [who])
    }

    pub(super) fn follow(&mut self, who: Uid, whom: Uid) -> Outcome {
        if let Some(problem) = self.unregistered(who, whom) {
            return Outcome::refused(problem, [who, whom]);
        }
        if self.blocks(who, whom) {
            return Outcome::refused("you-block-them", [who, whom]);
        }
        let new = self.users[who].follows.insert(whom);
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
                if !thread.group {
                    self.users[who].rests.remove(&whom);
                }
            }
        }
        Outcome::done(204, [who, whom]).signalling(accepted)
    }

    pub(super) fn unfollow(&mut self, who: Uid, whom: Uid) -> Outcome {
        if !self.users[who].registered {
            return Outcome::refused("profile-required", [who, whom]);
        }
        self.users[who].follows.remove(&whom);
        Outcome::done(204, [who, whom])
    }

    pub(super) fn block(&mut self, who: Uid, whom: Uid) -> Outcome {
        if let Some(problem) = self.unregistered(who, whom) {
            return Outcome::refused(problem, [who, whom]);
        }
        self.users[who].follows.remove(&whom);
        let mut noticed = Vec::new();
        if self.users[who].blocks.insert(whom) {
            noticed.extend(self.decline_requests(who, whom));
            for tid in self.shared_groups(who, whom) {
                self.notice(tid, who, whom);
                noticed.extend(self.noticed(tid, who));
            }
        }
        Outcome::done(200, [who, whom]).signalling(noticed)
    }

    /// The requests that `whom` made to `who`, who blocks them now: direct ones, and groups that they were added to.
    fn decline_requests(&mut self, who: Uid, whom: Uid) -> Vec<(Uid, Tid, Signal)> {
        let mut declined = Vec::new();
        for (tid, thread) in self.threads.iter_mut().enumerate() {
            let (group, theirs) = (thread.group, thread.member(whom).is_some());
            let Some(member) = thread.member_mut(who).filter(|member| member.standing == Standing::Pending) else {
                continue;
            };
            if theirs && (!group || member.added_by == Some(whom)) {
                member.standing = Standing::Declined;
                if group {
                    self.users[who].rests.insert(whom);
                }
                declined.push((who, tid, Signal::Declined));
            }
        }
        declined
    }

    pub(super) fn unblock(&mut self, who: Uid, whom: Uid) -> Outcome {
        if !self.users[who].registered {
            return Outcome::refused("profile-required", [who, whom]);
        }
        self.users[who].blocks.remove(&whom);
        for member in self.threads.iter_mut().filter_map(|thread| thread.member_mut(who)) {
            member.hides.retain(|(hidden, _)| *hidden != whom);
            member.notice.remove(&whom);
        }
        Outcome::done(204, [who, whom])
    }

    pub(super) fn close(&mut self, who: Uid, closed: bool) -> Outcome {
        self.setting(who, |user| user.closed = closed)
    }

    pub(super) fn receipts(&mut self, who: Uid, shown: bool) -> Outcome {
        self.setting(who, |user| user.receipts = shown)
    }

    fn setting(&mut self, who: Uid, change: impl FnOnce(&mut super::User)) -> Outcome {
        let user = &mut self.users[who];
        if !user.registered {
            return Outcome::refused("profile-required", [who]);
        }
        change(user);
        Outcome::done(200, [who])
    }

    /// `who` is in a group together with `whom`, whom they block: from now on `who` sees their messages collapsed, and has to
    /// decide. `whom` does not learn of it.
    pub(super) fn notice(&mut self, tid: Tid, who: Uid, whom: Uid) {
        let Some(since) = self.threads[tid].member(whom).map(|member| member.joined) else { return };
        if let Some(member) = self.threads[tid].member_mut(who) {
            member.hides.insert((whom, since));
            member.notice.insert(whom);
        }
    }

    /// The signal of a notice. A member who declined the group gets the notice, but no signal.
    pub(super) fn noticed(&self, tid: Tid, who: Uid) -> Option<(Uid, Tid, Signal)> {
        let member = self.threads[tid].member(who).filter(|member| member.standing != Standing::Declined)?;
        Some((who, tid, Signal::Notice(member.notice.iter().copied().collect())))
    }

    /// The number of messages that wait for `who`: none in a direct thread with somebody they block.
    pub(crate) fn unread(&self, who: Uid, tid: Tid) -> usize {
        let thread = &self.threads[tid];
        let blocked = !thread.group && thread.users().into_iter().any(|other| self.blocks(who, other));
        thread.member(who).filter(|_| !blocked).map_or(0, |member| thread.unread(member))
    }

    /// The problem if one of the two has no profile.
    pub(super) fn unregistered(&self, who: Uid, whom: Uid) -> Option<&'static str> {
        match (self.users[who].registered, self.users[whom].registered) {
            (false, _) => Some("profile-required"),
            (true, false) => Some("not-found"),
            (true, true) => None,
        }
    }

    /// The standing of `whom` in a thread that `who` brings them into, or the problem (rule 5).
    pub(super) fn contact(&self, who: Uid, whom: Uid) -> Result<Standing, &'static str> {
        if self.blocks(who, whom) {
            return Err("you-block-them");
        }
        if self.blocks(whom, who) {
            return Err("contact-closed");
        }
        match (self.follows(whom, who), self.users[whom].closed) {
            (true, _) => Ok(Standing::Accepted),
            (false, false) if self.has_declined(whom, who) => Ok(Standing::Declined),
            (false, false) => Ok(Standing::Pending),
            (false, true) => Err("contact-closed"),
        }
    }

    /// Whether `who` declined a request of `whom`, which rests them for a day.
    fn has_declined(&self, who: Uid, whom: Uid) -> bool {
        let direct = self.direct(who, whom).and_then(|tid| self.threads[tid].member(who));
        let this = direct.is_some_and(|member| member.standing == Standing::Declined);
        this || self.users[who].rests.contains(&whom)
    }

    /// What `GET /users/{id}` tells `who` about writing to `whom` (rule 4).
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

    /// The refusal of an action in `tid` if `who` is not in it.
    pub(super) fn refuse_non_member(&self, tid: Tid, who: Uid) -> Option<Outcome> {
        let problem = match self.users[who].registered {
            false => "profile-required",
            true if self.threads[tid].member(who).is_none() => "not-found",
            true => return None,
        };
        Some(Outcome::new(Expected::refused(problem), [who]).in_thread(tid, 0))
    }
}
