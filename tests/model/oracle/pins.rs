//! Pinned messages, and searching (rules 32, 33).

use serde_json::Value;

use super::{EntryContent, Form, Oracle, Outcome, Tid, Uid};

/// How many messages can be pinned.
const MAX_PINS: usize = 10;

impl Oracle {
    pub(super) fn pin(&mut self, who: Uid, tid: Tid, seq: u64, add: bool) -> Outcome {
        if let Some(refused) = self.refuse_non_member(tid, who) {
            return refused;
        }
        let thread = &self.threads[tid];
        let touched = thread.users();
        let refuse = |code| Outcome::refused(code, touched.clone()).in_thread(tid, 0);
        let own = thread.member(who).filter(|member| seq >= member.first());
        let Some((member, (_, message))) = own.zip(thread.message(seq)) else { return refuse("not-found") };
        if thread.group && !member.moderator {
            return refuse("forbidden");
        }
        match self.unanswerable(member, tid) {
            Some("request-pending") if !add => {}
            // Of two things that are wrong, either may be told.
            Some(code) if message.deleted && add => {
                return Outcome::new(super::Expected::any_of(vec![code, "conflict"]), touched).in_thread(tid, 0);
            }
            Some(code) => return refuse(code),
            None => {}
        }
        if message.deleted && add {
            return refuse("conflict");
        }
        if thread.pins.contains(&seq) == add {
            return Outcome::done(204, touched).in_thread(tid, 0);
        }
        let mut pins = thread.pins.clone();
        pins.retain(
            |pinned| if add { thread.members.iter().any(|member| *pinned >= member.first()) } else { *pinned != seq },
        );
        if add && pins.len() >= MAX_PINS {
            return refuse("conflict");
        }
        pins.extend(add.then_some(seq));
        self.threads[tid].pins = pins;
        self.log_quietly(tid, who, EntryContent::Pinned { message: seq, add });
        Outcome::done(204, touched).in_thread(tid, 1)
    }

    /// The pinned messages that `viewer` sees, the last pinned first.
    pub(crate) fn pins_seen(&self, viewer: Uid, tid: Tid) -> Vec<Value> {
        let newest_first = self.threads[tid].pins.iter().rev();
        newest_first.filter_map(|seq| self.message_seen(viewer, tid, *seq, Form::Whole)).collect()
    }

    /// The messages whose text begins with `word` that `viewer` finds, the newest first.
    pub(crate) fn found(&self, viewer: Uid, tid: Tid, word: &str) -> Vec<Value> {
        let begins = |message: &Value| message["text"].as_str().is_some_and(|text| text.starts_with(word));
        self.history_seen(viewer, tid).into_iter().rev().filter(begins).collect()
    }
}
