//! What a member of a thread sees of an entry of its log: not everybody sees the same.

use super::log::{Entry, EntryContent};
use super::member::Member;
use super::message::Message;
use super::reactions::{Reaction, ReactionCount};
use super::thread::Thread;

/// How one of the members sees an entry, as far as it is not the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEntry {
    /// Whether nothing is told of what somebody wrote (rules 11, 12).
    pub hidden: bool,
    /// The reactions to the message that the entry is about.
    pub reactions: Vec<ReactionCount>,
}

impl SeenEntry {
    /// How `reader` sees `entry`.
    #[must_use]
    pub fn by(reader: &Member, thread: &Thread, entry: &Entry) -> Self {
        let message = match &entry.content {
            EntryContent::Message(logged) => Some(&logged.message),
            EntryContent::Edited(message)
            | EntryContent::Deleted(message)
            | EntryContent::Reacted { message, .. }
            | EntryContent::Pinned { message, .. } => Some(message),
            EntryContent::Change(_) => None,
        };
        let seen = message.filter(|message| reader.sees(message.seq));
        let reactions = seen.map(|message| reaction_counts(reader, thread, message)).unwrap_or_default();
        Self { hidden: thread.hides_entry(reader, entry), reactions }
    }
}

/// The reactions to `message` of those whom `reader` does not block (rule 18).
pub fn reactions_seen<'a>(
    reader: &'a Member,
    thread: &'a Thread,
    message: &'a Message,
) -> impl Iterator<Item = &'a Reaction> {
    let reactions = message.written().into_iter().flat_map(|written| written.reactions.iter());
    reactions.filter(|reaction| !thread.hides_reaction(reader, &reaction.user_id, reaction.seq))
}

/// The counts of these reactions, in the order in which the kinds came.
#[must_use]
pub fn reaction_counts(reader: &Member, thread: &Thread, message: &Message) -> Vec<ReactionCount> {
    let mut counts: Vec<ReactionCount> = Vec::new();
    for Reaction { emoji, user_id, .. } in reactions_seen(reader, thread, message) {
        let mine = *user_id == reader.user_id;
        match counts.iter_mut().find(|known| known.emoji == *emoji) {
            Some(known) => (known.count, known.mine) = (known.count + 1, known.mine || mine),
            None => counts.push(ReactionCount { emoji: emoji.clone(), count: 1, mine }),
        }
    }
    counts
}
