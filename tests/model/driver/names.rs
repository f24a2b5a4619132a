//! Turns views of the API into what the oracle can know: names instead of ids, and no times.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::oracle::{Tid, Uid, name};

/// The users and threads by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    users: HashMap<String, Uid>,
    threads: HashMap<String, Tid>,
}

impl Names {
    pub(crate) fn add_user(&mut self, id: &str, who: Uid) {
        self.users.insert(id.to_owned(), who);
    }

    pub(crate) fn add_thread(&mut self, id: &str, tid: Tid) {
        self.threads.insert(id.to_owned(), tid);
    }

    pub(crate) fn user(&self, id: &Value) -> Option<Uid> {
        self.users.get(id.as_str()?).copied()
    }

    pub(crate) fn tid(&self, id: &Value) -> Option<Tid> {
        self.threads.get(id.as_str()?).copied()
    }

    /// The name of the user with this id. An unknown id stays as it is, and so will not be what was expected.
    fn named(&self, id: &Value) -> Value {
        self.user(id).map_or_else(|| id.clone(), |who| json!(name(who)))
    }

    fn all_named(&self, ids: &Value) -> Value {
        match ids.as_array() {
            Some(ids) => ids.iter().map(|id| self.named(id)).collect(),
            None => ids.clone(),
        }
    }

    /// The same, sorted, where the order of the users means nothing.
    fn set_named(&self, ids: &Value) -> Value {
        let mut named = self.all_named(ids);
        if let Some(named) = named.as_array_mut() {
            named.sort_by_key(Value::to_string);
        }
        named
    }

    /// The users of a list of ids, without unknown ones.
    pub(crate) fn users(&self, ids: &Value) -> Vec<Uid> {
        ids.as_array().into_iter().flatten().filter_map(|id| self.user(id)).collect()
    }

    /// A thread view.
    pub(crate) fn thread(&self, view: &Value) -> Value {
        let last = &view["last_message"];
        json!({
            "kind": view["kind"],
            "title": view["title"],
            "room": view["room"].get("id").unwrap_or(&view["room"]),
            "members": self.members(&view["members"]),
            "box": view["box"],
            "last_seq": view["last_seq"],
            "last_message": if last.is_null() { Value::Null } else { self.message(last) },
            "unread": view["unread"],
            "notice": match view["notice"].get("blocked_user_ids") {
                Some(ids) => self.set_named(ids),
                None => view["notice"].clone(),
            },
            "muted_until": view["muted_until"],
            "pinned": view["pinned"],
            "created_by": self.named(&view["created_by"]),
        })
    }

    /// A list of member views.
    pub(crate) fn members(&self, views: &Value) -> Value {
        views.as_array().into_iter().flatten().map(|view| self.member(view)).collect()
    }

    pub(crate) fn member(&self, view: &Value) -> Value {
        json!({"user": self.named(&view["user"]["id"]), "role": view["role"], "read_seq": view["read_seq"]})
    }

    /// A message view.
    pub(crate) fn message(&self, view: &Value) -> Value {
        json!({
            "seq": view["seq"],
            "author": self.named(&view["author_id"]),
            "text": view["text"],
            "reply_to": view["reply_to"],
            "mentions": self.set_named(&view["mentions"]),
            "hidden": view["hidden"],
            "edited": view["edited_at"].is_string(),
            "deleted": view["deleted_at"].is_string(),
            "reactions": view["reactions"],
        })
    }

    /// An entry of a log, from the socket or from the list.
    pub(crate) fn event(&self, event: &Value) -> Value {
        let data = &event["data"];
        let title = || data.get("title").cloned().unwrap_or_default();
        let data = match event["type"].as_str().unwrap_or_default() {
            "thread.created" => json!({"users": self.all_named(&data["user_ids"]), "title": title()}),
            "message.created" | "message.edited" | "message.deleted" | "message.pinned" | "message.unpinned" => {
                self.message(data)
            }
            "reaction.added" | "reaction.removed" => json!({
                "message": data["message_seq"],
                "emoji": data["emoji"],
                "reactions": data["reactions"],
                "hidden": data["hidden"] == true,
            }),
            "member.added" => json!({"users": self.all_named(&data["user_ids"])}),
            "member.removed" | "member.left" => json!({"user": self.named(&data["user_id"])}),
            "member.role_changed" => json!({"user": self.named(&data["user_id"]), "role": data["role"]}),
            "thread.renamed" => json!({"title": title()}),
            _ => data.clone(),
        };
        json!({"type": event["type"], "seq": event["seq"], "by": self.named(&event["actor_id"]), "data": data})
    }

    pub(crate) fn events(&self, events: &[Value]) -> Vec<Value> {
        events.iter().map(|event| self.event(event)).collect()
    }

    pub(crate) fn messages(&self, messages: &[Value]) -> Vec<Value> {
        messages.iter().map(|message| self.message(message)).collect()
    }
}
