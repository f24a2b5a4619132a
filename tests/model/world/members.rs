//! Running a group, and going: removing, leaving, roles, the title (rule 10).

use super::{Expected, Outcome, Signal, Tid, Uid, What, World};

impl World {
    pub(super) fn remove(&mut self, who: Uid, tid: Tid, whom: Uid) -> Outcome {
        if let Some(refused) = self.no_moderator(who, tid, Some(whom)) {
            return refused;
        }
        self.depart(who, tid, whom, What::Removed { user: whom }, Signal::Removed)
    }

    pub(super) fn leave(&mut self, who: Uid, tid: Tid) -> Outcome {
        if let Some(refused) = self.outsider(tid, who) {
            return refused;
        }
        if !self.threads[tid].group {
            return Outcome::refused("forbidden", self.threads[tid].users()).in_thread(tid, 0);
        }
        self.threads[tid].left.insert(who);
        self.depart(who, tid, who, What::Left { user: who }, Signal::Left)
    }

    fn depart(&mut self, who: Uid, tid: Tid, whom: Uid, what: What, signal: Signal) -> Outcome {
        let touched = self.threads[tid].users();
        let thread = &mut self.threads[tid];
        thread.members.retain(|member| member.user != whom);
        for member in &mut thread.members {
            member.notice.remove(&whom);
            if member.added_by == Some(whom) {
                member.added_by = None;
            }
        }
        self.log(tid, who, what);
        let succeeded = self.succeed(tid, who, whom);
        Outcome::done(204, touched).in_thread(tid, 1 + succeeded).signalling([(whom, tid, signal)])
    }

    pub(super) fn role(&mut self, who: Uid, tid: Tid, whom: Uid, moderator: bool) -> Outcome {
        if let Some(refused) = self.no_moderator(who, tid, Some(whom)) {
            return refused;
        }
        let thread = &mut self.threads[tid];
        let touched = thread.users();
        let Some(member) = thread.members.iter_mut().find(|member| member.user == whom) else {
            return Outcome::refused("not-found", touched).in_thread(tid, 0);
        };
        if member.moderator == moderator {
            return Outcome::done(200, touched).in_thread(tid, 0);
        }
        if touched.len() == 1 {
            return Outcome::refused("conflict", touched).in_thread(tid, 0);
        }
        member.moderator = moderator;
        self.log(tid, who, What::Role { user: whom, moderator });
        let succeeded = self.succeed(tid, who, whom);
        Outcome::done(200, touched).in_thread(tid, 1 + succeeded)
    }

    pub(super) fn rename(&mut self, who: Uid, tid: Tid, title: Option<&str>) -> Outcome {
        if let Some(refused) = self.no_moderator(who, tid, None) {
            return refused;
        }
        let thread = &mut self.threads[tid];
        let touched = thread.users();
        let title = title.map(str::to_owned);
        if thread.title == title {
            return Outcome::done(200, touched).in_thread(tid, 0);
        }
        thread.title.clone_from(&title);
        self.log(tid, who, What::Renamed { title });
        Outcome::done(200, touched).in_thread(tid, 1)
    }

    /// Why `who` may not run the group, if that is so: they are no moderator, or `whom` it is about is not in it.
    fn no_moderator(&self, who: Uid, tid: Tid, whom: Option<Uid>) -> Option<Outcome> {
        if let Some(refused) = self.outsider(tid, who) {
            return Some(refused);
        }
        let thread = &self.threads[tid];
        let mut codes = Vec::new();
        if thread.member(who).is_none_or(|member| !member.moderator) {
            codes.push("forbidden");
        }
        if whom.is_some_and(|whom| thread.member(whom).is_none()) {
            codes.push("not-found");
        }
        let touched = thread.users().into_iter().chain(whom);
        (!codes.is_empty()).then(|| Outcome::new(Expected::any_of(codes), touched).in_thread(tid, 0))
    }

    /// A group is never without a moderator: the longest-standing member but `but` becomes one, in the same write. Gives how
    /// many entries that took.
    fn succeed(&mut self, tid: Tid, by: Uid, but: Uid) -> usize {
        let thread = &self.threads[tid];
        if !thread.moderators().is_empty() {
            return 0;
        }
        let Some(heir) = thread.others(but).next().map(|member| member.user) else { return 0 };
        if let Some(member) = self.threads[tid].member_mut(heir) {
            member.moderator = true;
        }
        self.log(tid, by, What::Role { user: heir, moderator: true });
        1
    }
}
