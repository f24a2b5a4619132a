//! What the client has loaded: users by id, and conversations with the last event that was shown.

use std::collections::HashMap;

use serde_json::Value;

use super::view;

/// How many names the title of an untitled group shows.
const NAMES: usize = 3;

struct Thread {
    title: String,
    members: Vec<String>,
    muted_until: String,
    seen: u64,
}

pub(super) struct Cache {
    pub(super) me: String,
    names: HashMap<String, String>,
    threads: HashMap<String, Thread>,
    /// The groups in the order in which they were loaded. The first is `#1` while the client runs.
    groups: Vec<String>,
}

impl Cache {
    pub(super) fn new(me: String, name: &str) -> Self {
        let names = HashMap::from([(me.clone(), name.to_owned())]);
        Self { me, names, threads: HashMap::new(), groups: Vec::new() }
    }

    pub(super) fn add_user(&mut self, user: &Value) {
        self.names.insert(view::text(user, "id").to_owned(), view::text(user, "username").to_owned());
    }

    pub(super) fn has_user(&self, user_id: &str) -> bool {
        self.names.contains_key(user_id)
    }

    pub(super) fn name(&self, user_id: &str) -> &str {
        self.names.get(user_id).map_or("unknown user", String::as_str)
    }

    /// The name, or `you` for the user of this client.
    pub(super) fn name_or_you(&self, user_id: &str) -> &str {
        if user_id == self.me { "you" } else { self.name(user_id) }
    }

    /// Stores a thread. The events of a new thread count as seen.
    pub(super) fn add_thread(&mut self, thread: &Value) {
        let users = thread.get("members").and_then(Value::as_array).into_iter().flatten();
        let users: Vec<&Value> = users.filter_map(|member| member.get("user")).collect();
        for user in &users {
            self.add_user(user);
        }
        let id = view::text(thread, "id");
        if view::text(thread, "kind") == "group" && !self.is_group(id) {
            self.groups.push(id.to_owned());
        }
        let last = thread.get("last_seq").and_then(Value::as_u64).unwrap_or_default();
        let stored = Thread {
            title: view::one_line(view::text(thread, "title")),
            members: users.iter().map(|user| view::text(user, "id").to_owned()).collect(),
            muted_until: view::text(thread, "muted_until").to_owned(),
            seen: self.seen(id).unwrap_or(last),
        };
        self.threads.insert(id.to_owned(), stored);
    }

    pub(super) fn forget(&mut self, thread_id: &str) {
        self.threads.remove(thread_id);
    }

    pub(super) fn thread_ids(&self) -> Vec<String> {
        self.threads.keys().cloned().collect()
    }

    /// The `seq` of the last event of a thread that was shown or skipped.
    pub(super) fn seen(&self, thread_id: &str) -> Option<u64> {
        self.threads.get(thread_id).map(|thread| thread.seen)
    }

    pub(super) fn mark_seen(&mut self, thread_id: &str, seq: u64) {
        if let Some(thread) = self.threads.get_mut(thread_id) {
            thread.seen = seq;
        }
    }

    pub(super) fn is_muted(&self, thread_id: &str) -> bool {
        self.threads.get(thread_id).is_some_and(|thread| view::is_ahead(&thread.muted_until))
    }

    pub(super) fn is_group(&self, thread_id: &str) -> bool {
        self.groups.iter().any(|group| group == thread_id)
    }

    /// The group with this number or title.
    pub(super) fn group(&self, handle: &str) -> Option<&str> {
        let number = handle.parse::<usize>().ok().and_then(|number| self.groups.get(number.checked_sub(1)?));
        let titled = |id: &&String| {
            self.threads.get(*id).is_some_and(|thread| thread.title.to_lowercase() == handle.to_lowercase())
        };
        number.or_else(|| self.groups.iter().find(titled)).map(String::as_str)
    }

    /// The argument of `/open` for a thread: `bob`, `#1`.
    pub(super) fn handle(&self, thread_id: &str) -> String {
        match self.groups.iter().position(|group| group == thread_id) {
            Some(index) => format!("#{}", index + 1),
            None => self.others(thread_id),
        }
    }

    /// The title of a thread: `bob`, `#1 Late night`, `#2 bob, cem`.
    pub(super) fn title(&self, thread_id: &str) -> String {
        let handle = self.handle(thread_id);
        match self.threads.get(thread_id).map(|thread| thread.title.as_str()) {
            _ if !self.is_group(thread_id) => handle,
            None | Some("") => format!("{handle} {}", self.others(thread_id)),
            Some(title) => format!("{handle} {title}"),
        }
    }

    fn others(&self, thread_id: &str) -> String {
        let members = self.threads.get(thread_id).into_iter().flat_map(|thread| &thread.members);
        let names: Vec<&str> = members.filter(|id| **id != self.me).map(|id| self.name(id)).collect();
        match names.len() {
            0 => "(nobody else)".to_owned(),
            1..=NAMES => names.join(", "),
            _ => format!("{}, …", names[..NAMES].join(", ")),
        }
    }

    /// Applies an event to the stored thread.
    pub(super) fn apply(&mut self, thread_id: &str, event: &Value) {
        let (Some(thread), data) = (self.threads.get_mut(thread_id), &event["data"]) else { return };
        match view::text(event, "type") {
            "member.added" => {
                thread.members.retain(|id| view::texts(data, "user_ids").all(|new| new != id));
                thread.members.extend(view::texts(data, "user_ids").map(str::to_owned));
            }
            "member.removed" | "member.left" => thread.members.retain(|id| id != view::text(data, "user_id")),
            "thread.renamed" => thread.title = view::one_line(view::text(data, "title")),
            _ => {}
        }
    }
}
