//! Deleting a chat, for oneself or for everyone (rule 20).

use super::{Oracle, Outcome, Signal, Standing, Tid, Uid};

impl Oracle {
    pub(super) fn clear(&mut self, who: Uid, tid: Tid) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let inviter = self.inviter(tid, who);
        let thread = &mut self.threads[tid];
        let (touched, last) = (thread.users(), thread.last_seq());
        let outcome = Outcome::done(204, touched).in_thread(tid, 0);
        let Some(member) = thread.member_mut(who) else { return outcome };
        let deleted = (who, tid, Signal::Deleted { for_everyone: false });
        let told = (member.standing != Standing::Declined).then_some(deleted);
        let again = match member.standing {
            Standing::Accepted => member.is_unlisted(),
            Standing::Declined => !member.resting && member.cleared == last,
            Standing::Pending => false,
        };
        if again {
            return outcome;
        }
        member.cleared = last;
        if !member.accepted() {
            // Nobody lists it; accepting it does.
            member.listed_since = last + 1;
        }
        // What was deleted was not read, as far as others see.
        member.shown = Some(member.shown.unwrap_or(member.mark));
        member.mark = last;
        let anew = member.standing == Standing::Pending || std::mem::take(&mut member.resting);
        if !member.accepted() {
            member.standing = Standing::Declined;
            if anew {
                self.users[who].rests.extend(inviter);
            }
        }
        outcome.signalling(told)
    }

    /// A message came: it brings the thread back to those who deleted it and see the message.
    pub(super) fn bring_back(&mut self, tid: Tid) {
        let thread = &self.threads[tid];
        let last = thread.last_seq();
        let sees = thread.members.iter().filter(|member| !thread.hides(member, last));
        for who in sees.map(|member| member.user).collect::<Vec<_>>() {
            if let Some(member) = self.threads[tid].member_mut(who) {
                member.listed_since = last;
            }
        }
    }

    pub(super) fn end(&mut self, who: Uid, tid: Tid) -> Outcome {
        let thread = &self.threads[tid];
        if thread.ended_by == Some(who) {
            return Outcome::done(204, [who]).in_thread(tid, 0);
        }
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = thread.users();
        if !thread.moderators().contains(&who) {
            return Outcome::refused("forbidden", touched).in_thread(tid, 0);
        }
        let hears = thread.members.iter().filter(|member| member.standing != Standing::Declined);
        let told: Vec<_> = hears.map(|member| (member.user, tid, Signal::Deleted { for_everyone: true })).collect();
        let thread = &mut self.threads[tid];
        thread.members.clear();
        thread.ended_by = Some(who);
        Outcome::done(204, touched).in_thread(tid, 0).signalling(told)
    }
}
