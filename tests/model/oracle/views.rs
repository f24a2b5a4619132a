//! What a member sees: with names instead of ids, and without what the oracle cannot know, such as times.

use serde_json::{Value, json};

use super::{Entry, EntryContent, Mailbox, Member, Message, Oracle, Standing, Tid, Uid, name};

/// How much of a message is shown where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In the log and the history.
    Whole,
    /// As a thread's last message.
    Preview,
    /// With `reveal=true`.
    Revealed,
}

/// Where the read marks of other members are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Wherever the rules allow it.
    Shown,
    /// In a list of threads, which shows none of groups.
    InList,
}

impl Oracle {
    /// A thread as `viewer` sees it; nothing if they are not in it.
    pub(crate) fn thread_seen(&self, viewer: Uid, tid: Tid, marks: Marks) -> Option<Value> {
        let thread = &self.threads[tid];
        let own = thread.member(viewer)?;
        let last = thread.messages_after(own.first() - 1).next_back();
        let notice: Vec<&str> = own.notice.iter().map(|user| name(*user)).collect();
        Some(json!({
            "kind": if thread.group { "group" } else { "direct" },
            "title": thread.title,
            "room": thread.room,
            "members": self.members_seen(viewer, tid, marks),
            "box": if own.standing == Standing::Accepted { Mailbox::Inbox.name() } else { Mailbox::Requests.name() },
            "last_seq": thread.last_seq(),
            "last_message": last.and_then(|seq| self.message_seen(viewer, tid, seq, Form::Preview)),
            "unread": self.unread(viewer, tid),
            "notice": if notice.is_empty() { Value::Null } else { json!(notice) },
            "muted_until": own.muted,
            "pinned": own.pinned,
            "created_by": name(thread.creator),
        }))
    }

    /// The members as `viewer` sees them, the longest-standing first.
    pub(crate) fn members_seen(&self, viewer: Uid, tid: Tid, marks: Marks) -> Vec<Value> {
        let thread = &self.threads[tid];
        thread.members.iter().map(|member| self.member_seen(viewer, thread.group, member, marks)).collect()
    }

    fn member_seen(&self, viewer: Uid, group: bool, member: &Member, marks: Marks) -> Value {
        let own = member.user == viewer;
        let receipts = self.users[viewer].receipts && self.users[member.user].receipts;
        let shown = own || (member.accepted() && receipts && !(group && marks == Marks::InList));
        json!({
            "user": name(member.user),
            "role": role(member.moderator),
            "read_seq": shown.then_some(member.shown.filter(|_| !own).unwrap_or(member.mark)),
        })
    }

    /// The message at `seq` as `viewer` sees it; nothing if there is none for them.
    pub(crate) fn message_seen(&self, viewer: Uid, tid: Tid, seq: u64, form: Form) -> Option<Value> {
        let thread = &self.threads[tid];
        let own = thread.member(viewer).filter(|own| seq >= own.first())?;
        let (by, message) = thread.message(seq)?;
        let hidden = thread.hides(own, seq) && form != Form::Revealed;
        let mut view = message_view(seq, by, message, hidden, form);
        if !hidden && form != Form::Preview {
            view["reactions"] = json!(self.reactions_seen(own, tid, message));
        }
        Some(view)
    }

    /// The entry at `seq` as `viewer` sees it; nothing if it is not for them.
    pub(crate) fn event_seen(&self, viewer: Uid, tid: Tid, seq: u64) -> Option<Value> {
        let thread = &self.threads[tid];
        let own = thread.member(viewer).filter(|own| seq >= own.first())?;
        let entry = thread.entry(seq)?;
        let event = |kind: &str, data: Value| json!({"type": kind, "seq": seq, "by": name(entry.by), "data": data});
        match entry.what {
            EntryContent::Sent(_) => Some(event("message.created", self.message_seen(viewer, tid, seq, Form::Whole)?)),
            EntryContent::Edited { message } => Some(event("message.edited", self.message_told(own, tid, message)?)),
            EntryContent::Deleted { message } => Some(event("message.deleted", self.message_told(own, tid, message)?)),
            EntryContent::Pinned { message, add } => {
                let kind = if add { "message.pinned" } else { "message.unpinned" };
                Some(event(kind, self.message_told(own, tid, message)?))
            }
            EntryContent::Reacted { message: at, emoji, add } => {
                let (_, message) = thread.message(at)?;
                let sees = at >= own.first();
                let hidden = !sees || self.hides_reaction(own, tid, entry.by, seq);
                let reactions = if sees { self.reactions_seen(own, tid, message) } else { Vec::new() };
                let emoji = (!hidden && !message.deleted).then_some(emoji);
                let data = json!({"message": at, "emoji": emoji, "reactions": reactions, "hidden": hidden});
                Some(event(if add { "reaction.added" } else { "reaction.removed" }, data))
            }
            _ => Some(event_view(seq, entry, thread.hides(own, seq))),
        }
    }

    /// The message at `seq` as an event tells of it that has its own place in the log.
    fn message_told(&self, reader: &Member, tid: Tid, seq: u64) -> Option<Value> {
        if seq >= reader.first() {
            return self.message_seen(reader.user, tid, seq, Form::Whole);
        }
        let (by, message) = self.threads[tid].message(seq)?;
        Some(message_view(seq, by, message, true, Form::Whole))
    }

    /// The log as `viewer` sees it.
    pub(crate) fn events_seen(&self, viewer: Uid, tid: Tid) -> Vec<Value> {
        (1..=self.threads[tid].last_seq()).filter_map(|seq| self.event_seen(viewer, tid, seq)).collect()
    }

    /// The messages as `viewer` sees them, oldest first.
    pub(crate) fn history_seen(&self, viewer: Uid, tid: Tid) -> Vec<Value> {
        let seqs = 1..=self.threads[tid].last_seq();
        seqs.filter_map(|seq| self.message_seen(viewer, tid, seq, Form::Whole)).collect()
    }
}

fn role(moderator: bool) -> &'static str {
    if moderator { "moderator" } else { "member" }
}

fn message_view(seq: u64, by: Uid, message: &Message, hidden: bool, form: Form) -> Value {
    let mentions: Vec<&str> = match form {
        _ if hidden => Vec::new(),
        Form::Preview => Vec::new(),
        Form::Whole | Form::Revealed => message.mentions.iter().map(|user| name(*user)).collect(),
    };
    json!({
        "seq": seq,
        "author": name(by),
        "text": if hidden || message.deleted { Value::Null } else { json!(message.text) },
        "reply_to": if hidden { None } else { message.reply_to },
        "mentions": mentions,
        "hidden": hidden,
        "edited": !hidden && message.edits > 0,
        "deleted": message.deleted,
        "reactions": [],
    })
}

/// An entry of a log; `hidden` is whether its reader hides who wrote it.
pub(crate) fn event_view(seq: u64, entry: &Entry, hidden: bool) -> Value {
    let names = |users: &[Uid]| users.iter().map(|user| name(*user)).collect::<Vec<_>>();
    let shown = |title: &Option<String>| title.clone().filter(|_| !hidden);
    let (kind, data) = match &entry.what {
        EntryContent::Created { users, title } => {
            ("thread.created", json!({"users": names(users), "title": shown(title)}))
        }
        EntryContent::Sent(message) => ("message.created", message_view(seq, entry.by, message, hidden, Form::Whole)),
        // What they say is in the message: see `event_seen`.
        EntryContent::Edited { message } => ("message.edited", json!({"seq": message})),
        EntryContent::Deleted { message } => ("message.deleted", json!({"seq": message})),
        EntryContent::Pinned { message, .. } => ("pin", json!({"seq": message})),
        EntryContent::Reacted { message, .. } => ("reaction", json!({"message": message})),
        EntryContent::Added { users } => ("member.added", json!({"users": names(users)})),
        EntryContent::Removed { user } => ("member.removed", json!({"user": name(*user)})),
        EntryContent::Left { user } => ("member.left", json!({"user": name(*user)})),
        EntryContent::Role { user, moderator } => {
            ("member.role_changed", json!({"user": name(*user), "role": role(*moderator)}))
        }
        EntryContent::Renamed { title } => ("thread.renamed", json!({"title": shown(title)})),
    };
    json!({"type": kind, "seq": seq, "by": name(entry.by), "data": data})
}
