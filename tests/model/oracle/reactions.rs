//! Reactions (rule 18).

use serde_json::{Value, json};

use super::{EntryContent, Member, Message, Oracle, Outcome, Tid, Uid};

/// How many kinds a message can have.
const MAX_KINDS: usize = 20;

/// A reaction to a message.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    pub(crate) emoji: &'static str,
    pub(crate) by: Uid,
    /// The entry that added it.
    pub(crate) seq: u64,
}

impl Oracle {
    pub(super) fn react(&mut self, who: Uid, tid: Tid, (seq, emoji): (u64, &'static str), add: bool) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let status = if add { 200 } else { 204 };
        let thread = &self.threads[tid];
        let touched = thread.users();
        let refuse = |code| Outcome::refused(code, touched.clone()).in_thread(tid, 0);
        let own = thread.member(who).filter(|member| seq >= member.first());
        let Some((member, (_, message))) = own.zip(thread.message(seq)) else { return refuse("not-found") };
        if message.deleted {
            return if add { refuse("conflict") } else { Outcome::done(status, touched).in_thread(tid, 0) };
        }
        if add && let Some(code) = self.unanswerable(member, tid) {
            return refuse(code);
        }
        let there = message.reactions.iter().any(|reaction| reaction.by == who && reaction.emoji == emoji);
        if there == add {
            return Outcome::done(status, touched).in_thread(tid, 0);
        }
        let mut kinds: Vec<&str> = message.reactions.iter().map(|reaction| reaction.emoji).chain([emoji]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if add && kinds.len() > MAX_KINDS {
            return refuse("conflict");
        }
        let reaction = Reaction { emoji, by: who, seq: thread.last_seq() + 1 };
        if let Some(message) = self.threads[tid].message_mut(seq) {
            if add {
                message.reactions.push(reaction);
            } else {
                message.reactions.retain(|reaction| reaction.by != who || reaction.emoji != emoji);
            }
        }
        self.log_quietly(tid, who, EntryContent::Reacted { message: seq, emoji, add });
        Outcome::done(status, touched).in_thread(tid, 1)
    }

    /// Why a member neither reacts nor pins at all.
    pub(super) fn unanswerable(&self, member: &Member, tid: Tid) -> Option<&'static str> {
        let thread = &self.threads[tid];
        let who = member.user;
        let other = thread.others(who).next().map(|other| other.user).filter(|_| !thread.group);
        if other.is_some_and(|other| self.blocks(who, other)) {
            return Some("you-block-them");
        }
        if other.is_some_and(|other| self.blocks(other, who)) {
            return Some("contact-closed");
        }
        let heard = thread.members.len() == 1 || thread.others(who).any(Member::accepted);
        (!member.accepted() || !heard).then_some("request-pending")
    }

    /// Whether a reader sees nothing of the reaction that the entry at `seq` added.
    pub(super) fn hides_reaction(&self, reader: &Member, tid: Tid, by: Uid, seq: u64) -> bool {
        let thread = &self.threads[tid];
        let blocks = !thread.group && self.blocks(reader.user, by);
        blocks || thread.hides(reader, seq)
    }

    /// The reactions that a reader sees.
    pub(super) fn reactions_seen(&self, reader: &Member, tid: Tid, message: &Message) -> Vec<Value> {
        let seen =
            message.reactions.iter().filter(|reaction| !self.hides_reaction(reader, tid, reaction.by, reaction.seq));
        let seen: Vec<&super::reactions::Reaction> = seen.collect();
        let mut kinds: Vec<&str> = Vec::new();
        for reaction in &seen {
            if !kinds.contains(&reaction.emoji) {
                kinds.push(reaction.emoji);
            }
        }
        let view = |emoji: &str| {
            let with = || seen.iter().filter(|reaction| reaction.emoji == emoji);
            json!({"emoji": emoji, "count": with().count(), "mine": with().any(|reaction| reaction.by == reader.user)})
        };
        kinds.into_iter().map(view).collect()
    }
}
