//! Sending and reading (rules 6, 7, 14, 16, 19).

use std::collections::BTreeSet;

use super::{EntryContent, Expected, Message, Oracle, Outcome, Signal, Standing, Tid, Uid};

/// How many messages a message request holds until it is accepted.
const MAX_PENDING_MESSAGES: usize = 3;
/// How often a message can be edited. No case takes a day.
const MAX_EDITS: usize = 10;

impl Oracle {
    pub(super) fn send(
        &mut self,
        who: Uid,
        tid: Tid,
        text: &str,
        reply_to: Option<u64>,
        mentions: &BTreeSet<Uid>,
    ) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let touched = self.threads[tid].users();
        let codes = self.unsendable(who, tid, reply_to, mentions);
        if !codes.is_empty() {
            return Outcome::new(Expected::any_of(codes), touched).in_thread(tid, 0);
        }
        let message = Message::new(text, reply_to, mentions.clone());
        self.log(tid, who, EntryContent::Sent(message));
        // Replying to a message request accepts it.
        let mut accepted = None;
        self.end_rest(who, tid);
        if let Some(member) = self.threads[tid].member_mut(who).filter(|member| !member.accepted()) {
            member.standing = Standing::Accepted;
            accepted = Some((who, tid, Signal::Accepted));
        }
        self.bring_back(tid);
        Outcome::done(201, touched).in_thread(tid, 1).signalling(accepted)
    }

    pub(super) fn edit(&mut self, who: Uid, tid: Tid, seq: u64, text: &str) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let thread = &self.threads[tid];
        let touched = thread.users();
        let refuse = |code| Outcome::refused(code, touched.clone()).in_thread(tid, 0);
        let sees = thread.member(who).is_some_and(|member| seq >= member.first());
        let Some((by, message)) = thread.message(seq).filter(|_| sees) else { return refuse("not-found") };
        if by != who {
            return refuse("forbidden");
        }
        if !thread.group {
            let other = thread.others(who).next().map(|other| other.user);
            if other.is_some_and(|other| self.blocks(who, other)) {
                return refuse("you-block-them");
            }
            if other.is_some_and(|other| self.blocks(other, who)) {
                return refuse("contact-closed");
            }
        }
        if thread.members.len() > 1 && !thread.others(who).any(super::Member::accepted) {
            return refuse("request-pending");
        }
        if message.deleted {
            return refuse("conflict");
        }
        if message.text == text {
            return Outcome::done(200, touched).in_thread(tid, 0);
        }
        if message.edits >= MAX_EDITS {
            return refuse("edit-window-closed");
        }
        if let Some(message) = self.threads[tid].message_mut(seq) {
            text.clone_into(&mut message.text);
            message.edits += 1;
        }
        self.log_quietly(tid, who, EntryContent::Edited { message: seq });
        Outcome::done(200, touched).in_thread(tid, 1)
    }

    pub(super) fn delete(&mut self, who: Uid, tid: Tid, seq: u64) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let thread = &self.threads[tid];
        let touched = thread.users();
        let refuse = |code| Outcome::refused(code, touched.clone()).in_thread(tid, 0);
        let own = thread.member(who).filter(|member| seq >= member.first());
        let Some((member, (by, message))) = own.zip(thread.message(seq)) else { return refuse("not-found") };
        if by != who && !(thread.group && member.moderator) {
            return refuse("forbidden");
        }
        if message.deleted {
            return Outcome::done(204, touched).in_thread(tid, 0);
        }
        if let Some(message) = self.threads[tid].message_mut(seq) {
            *message = Message { deleted: true, ..Message::new("", None, BTreeSet::new()) };
        }
        self.threads[tid].pins.retain(|pinned| *pinned != seq);
        self.log_quietly(tid, who, EntryContent::Deleted { message: seq });
        Outcome::done(204, touched).in_thread(tid, 1)
    }

    /// Everything that is wrong with a message.
    fn unsendable(&self, who: Uid, tid: Tid, reply_to: Option<u64>, mentions: &BTreeSet<Uid>) -> Vec<&'static str> {
        let thread = &self.threads[tid];
        if !thread.group {
            // In a direct thread a block goes before everything else; in a group it refuses nothing.
            let others: Vec<Uid> = thread.others(who).map(|member| member.user).collect();
            if others.iter().any(|other| self.blocks(who, *other)) {
                return vec!["you-block-them"];
            }
            if others.iter().any(|other| self.blocks(*other, who)) {
                return vec!["contact-closed"];
            }
        }
        let mut codes = Vec::new();
        let pending = thread.others(who).map(|other| thread.requested(other)).max().unwrap_or(0);
        if pending >= MAX_PENDING_MESSAGES && !thread.others(who).any(super::Member::accepted) {
            codes.push("request-pending");
        }
        let sees = |seq: u64| thread.member(who).is_some_and(|member| seq >= member.first());
        let answers_nothing = reply_to.is_some_and(|seq| thread.message(seq).is_none() || !sees(seq));
        if answers_nothing || mentions.iter().any(|user| thread.member(*user).is_none()) {
            codes.push("invalid-request");
        }
        codes
    }

    pub(super) fn read(&mut self, who: Uid, tid: Tid, seq: u64) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let in_private = !self.users[who].receipts;
        let thread = &mut self.threads[tid];
        let touched = thread.users();
        if seq > thread.last_seq() {
            return Outcome::refused("invalid-request", touched).in_thread(tid, 0);
        }
        if let Some(member) = thread.member_mut(who).filter(|member| member.mark < seq) {
            member.shown = in_private.then_some(member.shown.unwrap_or(member.mark));
            member.mark = seq;
        }
        Outcome::done(200, touched).in_thread(tid, 0)
    }
}
