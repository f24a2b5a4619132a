//! Managing a group: removing, leaving, roles, the title (rule 10).

use super::thread::Stay;
use super::{EntryContent, Expected, Oracle, Outcome, Signal, Standing, Tid, Uid};

impl Oracle {
    pub(super) fn remove(&mut self, who: Uid, tid: Tid, whom: Uid) -> Outcome {
        if let Some(refused) = self.refuse_non_moderator(who, tid, None) {
            return refused;
        }
        if self.threads[tid].member(whom).is_none() {
            let thread = &self.threads[tid];
            let since = thread.member(who).map_or(0, |member| member.joined);
            let gone = (since..=thread.last_seq()).any(|seq| {
                let what = thread.entry(seq).map(|entry| &entry.what);
                matches!(what, Some(EntryContent::Removed { user } | EntryContent::Left { user }) if *user == whom)
            });
            let touched = self.threads[tid].users().into_iter().chain([whom]);
            let expected = if gone { Expected::Done(204) } else { Expected::refused("not-found") };
            return Outcome::new(expected, touched).in_thread(tid, 0);
        }
        self.remove_member(who, tid, whom, EntryContent::Removed { user: whom }, Signal::Removed)
    }

    pub(super) fn leave(&mut self, who: Uid, tid: Tid) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            // Who is out already may say so again.
            let gone = self.users[who].registered && self.threads[tid].ever().contains(&who);
            return if gone { Outcome::done(204, [who]).in_thread(tid, 0) } else { refused };
        }
        if !self.threads[tid].group {
            return Outcome::refused("forbidden", self.threads[tid].users()).in_thread(tid, 0);
        }
        let stay = self.threads[tid].stays.get(&who).copied().unwrap_or_default();
        let again = !self.threads[tid].left.insert(who) && (stay.left || !stay.accepted);
        let inviter = self.inviter(tid, who);
        if let Some(member) =
            self.threads[tid].member_mut(who).filter(|member| again && member.standing == Standing::Pending)
        {
            member.standing = Standing::Declined;
            self.users[who].rests.extend(inviter);
        }
        self.remove_member(who, tid, who, EntryContent::Left { user: who }, Signal::Left)
    }

    fn remove_member(&mut self, who: Uid, tid: Tid, whom: Uid, what: EntryContent, signal: Signal) -> Outcome {
        let touched = self.threads[tid].users();
        let thread = &mut self.threads[tid];
        // Who declined the group hears nothing of it, but of what they do themselves.
        let hears = who == whom || thread.member(whom).is_some_and(|member| member.standing != Standing::Declined);
        if let Some(member) = thread.member(whom) {
            let used = if member.accepted() { 0 } else { thread.requested(member) };
            let (left, accepted) = (who == whom, member.accepted());
            let stay = Stay { declined: member.standing == Standing::Declined, left, accepted, used };
            thread.stays.insert(whom, stay);
        }
        thread.members.retain(|member| member.user != whom);
        if thread.members.is_empty() {
            thread.ended_by = Some(who);
        }
        for member in &mut thread.members {
            member.notice.remove(&whom);
            if member.added_by == Some(whom) {
                member.added_by = None;
            }
        }
        self.log(tid, who, what);
        let succeeded = self.ensure_moderator(tid, who, whom);
        Outcome::done(204, touched).in_thread(tid, 1 + succeeded).signalling(hears.then_some((whom, tid, signal)))
    }

    pub(super) fn role(&mut self, who: Uid, tid: Tid, whom: Uid, moderator: bool) -> Outcome {
        if let Some(refused) = self.refuse_non_moderator(who, tid, Some(whom)) {
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
        self.log(tid, who, EntryContent::Role { user: whom, moderator });
        let succeeded = self.ensure_moderator(tid, who, whom);
        Outcome::done(200, touched).in_thread(tid, 1 + succeeded)
    }

    pub(super) fn rename(&mut self, who: Uid, tid: Tid, title: Option<&str>) -> Outcome {
        if let Some(refused) = self.refuse_non_moderator(who, tid, None) {
            return refused;
        }
        let thread = &mut self.threads[tid];
        let touched = thread.users();
        let title = title.map(str::to_owned);
        if thread.title == title {
            return Outcome::done(200, touched).in_thread(tid, 0);
        }
        thread.title.clone_from(&title);
        self.log(tid, who, EntryContent::Renamed { title });
        Outcome::done(200, touched).in_thread(tid, 1)
    }

    /// The refusal if `who` is no moderator, or if `whom` is not in the group.
    fn refuse_non_moderator(&self, who: Uid, tid: Tid, whom: Option<Uid>) -> Option<Outcome> {
        if let Some(refused) = self.refuse_non_member(tid, who) {
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

    /// A group always has a moderator: if it has none, the longest-standing member except `but` becomes one, in the same write.
    /// Returns the number of entries that took.
    fn ensure_moderator(&mut self, tid: Tid, by: Uid, but: Uid) -> usize {
        let thread = &self.threads[tid];
        if !thread.moderators().is_empty() {
            return 0;
        }
        let Some(successor) = thread.others(but).next().map(|member| member.user) else { return 0 };
        if let Some(member) = self.threads[tid].member_mut(successor) {
            member.moderator = true;
        }
        self.log(tid, by, EntryContent::Role { user: successor, moderator: true });
        1
    }
}
