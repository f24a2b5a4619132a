//! What each member decides alone (rules 7, 12).

use super::{Oracle, Outcome, Signal, Standing, Tid, Uid};

impl Oracle {
    pub(super) fn accept(&mut self, who: Uid, tid: Tid) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = self.threads[tid].users();
        let mut accepted = None;
        self.end_rest(who, tid);
        if let Some(member) = self.threads[tid].member_mut(who).filter(|member| !member.accepted()) {
            member.standing = Standing::Accepted;
            accepted = Some((who, tid, Signal::Accepted));
        }
        Outcome::done(200, touched).in_thread(tid, 0).signalling(accepted)
    }

    pub(super) fn decline(&mut self, who: Uid, tid: Tid) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = self.threads[tid].users();
        let Some(member) = self.threads[tid].member_mut(who).filter(|member| !member.accepted()) else {
            return Outcome::refused("conflict", touched).in_thread(tid, 0);
        };
        let declined = (member.standing != Standing::Declined).then_some((who, tid, Signal::Declined));
        member.standing = Standing::Declined;
        let anew = declined.is_some() || std::mem::take(&mut member.resting);
        if let Some(inviter) = self.inviter(tid, who).filter(|_| anew) {
            self.users[who].rests.insert(inviter);
        }
        Outcome::done(204, touched).in_thread(tid, 0).signalling(declined)
    }

    /// Who accepts a thread wants to hear of the other again: a direct one, or a group that they declined.
    pub(super) fn end_rest(&mut self, who: Uid, tid: Tid) {
        let declined = self.threads[tid].member(who).is_some_and(|member| member.standing == Standing::Declined);
        let inviter = self.inviter(tid, who).filter(|_| declined);
        let other = self.threads[tid].others(who).next().map(|other| other.user);
        let other = other.filter(|_| !self.threads[tid].group && !self.is_accepted(tid, who));
        for ended in inviter.into_iter().chain(other) {
            self.users[who].rests.remove(&ended);
        }
    }

    fn is_accepted(&self, tid: Tid, who: Uid) -> bool {
        self.threads[tid].member(who).is_some_and(super::Member::accepted)
    }

    /// Who added `who` to a group.
    pub(super) fn inviter(&self, tid: Tid, who: Uid) -> Option<Uid> {
        let thread = &self.threads[tid];
        let joined = thread.member(who).filter(|_| thread.group)?.joined;
        thread.entry(joined).map(|entry| entry.by).filter(|by| *by != who)
    }

    pub(super) fn decide(&mut self, who: Uid, tid: Tid, stay: bool) -> Outcome {
        if !stay {
            return self.leave(who, tid);
        }
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = self.threads[tid].users();
        if let Some(member) = self.threads[tid].member_mut(who) {
            member.notice.clear();
        }
        Outcome::done(204, touched).in_thread(tid, 0)
    }

    pub(super) fn prefer(&mut self, who: Uid, tid: Tid, muted: Option<&'static str>, pinned: bool) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = self.threads[tid].users();
        if let Some(member) = self.threads[tid].member_mut(who) {
            (member.muted, member.pinned) = (muted, pinned);
        }
        Outcome::done(200, touched).in_thread(tid, 0)
    }
}
