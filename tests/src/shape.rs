//! The views of the API: which members an object has and of which type. More may be there; less, never.

use serde_json::{Value, json};

/// Demands that `value` is a thread view.
#[track_caller]
pub fn thread(value: &Value) {
    texts(value, &["id", "created_by"]);
    words(value, "kind", &["direct", "group"]);
    words(value, "box", &["inbox", "requests"]);
    times(value, &["created_at", "updated_at"]);
    numbers(value, &["last_seq", "unread"]);
    present(value, &["last_message", "notice", "muted_until"]);
    nullable_texts(value, &["title"]);
    assert!(value["pinned"].is_boolean(), "pinned is not a boolean in {value}");
    array(value, "members").iter().for_each(member);
    room(value);
    if !value["last_message"].is_null() {
        message(&value["last_message"]);
    }
    if !value["notice"].is_null() {
        assert!(!array(&value["notice"], "blocked_user_ids").is_empty(), "a notice names nobody in {value}");
        ids(&value["notice"], "blocked_user_ids");
    }
    if !value["muted_until"].is_null() {
        times(value, &["muted_until"]);
    }
}

/// Demands that a thread view has a `room`, or none.
#[track_caller]
fn room(value: &Value) {
    present(value, &["room"]);
    if !value["room"].is_null() {
        texts(&value["room"], &["id"]);
        nullable_texts(&value["room"], &["title"]);
    }
}

/// Demands that `value` is a member of a thread.
#[track_caller]
pub fn member(value: &Value) {
    user(&value["user"]);
    words(value, "role", &["moderator", "member"]);
    times(value, &["joined_at"]);
    present(value, &["read_seq"]);
}

/// Demands that `value` is a message view; of a hidden one nothing that was said may show.
#[track_caller]
pub fn message(value: &Value) {
    texts(value, &["thread_id", "author_id"]);
    numbers(value, &["seq"]);
    times(value, &["created_at"]);
    present(value, &["reply_to", "edited_at", "deleted_at"]);
    for list in ["mentions", "attachments", "reactions"] {
        array(value, list);
    }
    array(value, "reactions").iter().for_each(reaction);
    match value["hidden"].as_bool() {
        Some(true) => hidden(value),
        Some(false) if value["deleted_at"].is_null() => texts(value, &["text"]),
        Some(false) => deleted(value),
        None => panic!("hidden is not a boolean in {value}"),
    }
}

/// Demands that `value` is how many members reacted with an emoji.
#[track_caller]
fn reaction(value: &Value) {
    texts(value, &["emoji"]);
    assert!(value["count"].as_u64().is_some_and(|count| count > 0), "nobody reacted in {value}");
    assert!(value["mine"].is_boolean(), "mine is not a boolean in {value}");
}

/// Demands that a message is deleted: there, and empty.
#[track_caller]
pub fn deleted(value: &Value) {
    times(value, &["deleted_at"]);
    empty(value);
    assert!(value["edited_at"].is_null(), "something shows in {value}");
}

/// Demands that nothing shows of what a message said.
#[track_caller]
fn empty(value: &Value) {
    present(value, &["text", "reply_to"]);
    assert!(value["text"].is_null() && value["reply_to"].is_null(), "something shows in {value}");
    for list in ["mentions", "attachments", "reactions"] {
        assert_eq!(value[list], json!([]), "something shows in {value}");
    }
}

/// Demands that a message is hidden: there, and empty.
#[track_caller]
pub fn hidden(value: &Value) {
    assert_eq!(value["hidden"], true, "{value} is not hidden");
    empty(value);
}

/// Demands that `value` is an event of a thread's log.
#[track_caller]
pub fn event(value: &Value) {
    texts(value, &["type", "thread_id", "actor_id"]);
    numbers(value, &["seq"]);
    times(value, &["at"]);
    present(value, &["data"]);
    let data = &value["data"];
    match value["type"].as_str().unwrap_or_default() {
        "message.created" => {
            message(data);
            assert_eq!(data["seq"], value["seq"], "{value}");
            assert_eq!(data["thread_id"], value["thread_id"], "{value}");
        }
        "message.edited" | "message.pinned" | "message.unpinned" => {
            message(data);
            assert_eq!(data["thread_id"], value["thread_id"], "{value}");
        }
        "message.deleted" => {
            message(data);
            times(data, &["deleted_at"]);
            assert_eq!(data["thread_id"], value["thread_id"], "{value}");
        }
        "reaction.added" | "reaction.removed" => {
            numbers(data, &["message_seq"]);
            nullable_texts(data, &["emoji"]);
            array(data, "reactions").iter().for_each(reaction);
        }
        "thread.created" | "member.added" => ids(data, "user_ids"),
        "member.left" | "member.removed" => texts(data, &["user_id"]),
        "member.role_changed" => {
            texts(data, &["user_id"]);
            words(data, "role", &["moderator", "member"]);
        }
        "thread.renamed" => nullable_texts(data, &["title"]),
        other => panic!("{other} is no entry of a log: {value}"),
    }
}

/// Demands that `value` is an event about its receiver alone: about a thread, but no part of its log.
#[track_caller]
pub fn signal(value: &Value) {
    texts(value, &["type", "thread_id"]);
    times(value, &["at"]);
    present(value, &["seq", "actor_id", "data"]);
    assert!(value["seq"].is_null(), "{value} has a place in the log");
}

/// Demands that `value` is a user as lists and members show one.
#[track_caller]
pub fn user(value: &Value) {
    texts(value, &["id", "username", "display_name"]);
    present(value, &["avatar_url"]);
}

/// Demands that `value` is an RFC 9457 problem document.
#[track_caller]
pub fn problem(value: &Value) {
    texts(value, &["type", "title", "detail", "request_id"]);
    numbers(value, &["status"]);
    if let Some(fields) = value.get("fields") {
        for field in fields.as_array().unwrap_or_else(|| panic!("fields is not a list in {value}")) {
            texts(field, &["pointer", "detail"]);
            let detail = field["detail"].as_str().unwrap_or_default();
            let of_a_parser = ["`", "invalid type", "invalid value", "expected", "missing field", "at line 0"];
            assert!(!of_a_parser.iter().any(|word| detail.contains(word)), "the words of a parser: {detail}");
        }
    }
    if value.get("user_ids").is_some() {
        ids(value, "user_ids");
    }
}

/// Whether `text` is RFC 3339 in UTC with milliseconds: `2026-11-24T01:02:03.004Z`.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd.dddZ";
    text.len() == pattern.len()
        && text.chars().zip(pattern.chars()).all(|(c, p)| if p == 'd' { c.is_ascii_digit() } else { c == p })
}

#[track_caller]
fn present(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "{name} is missing in {value}");
    }
}

#[track_caller]
fn texts(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value[name].is_string(), "{name} is not a text in {value}");
    }
}

#[track_caller]
fn nullable_texts(value: &Value, names: &[&str]) {
    present(value, names);
    for name in names {
        assert!(value[name].is_string() || value[name].is_null(), "{name} is neither a text nor null in {value}");
    }
}

#[track_caller]
fn words(value: &Value, name: &str, words: &[&str]) {
    assert!(words.iter().any(|word| value[name] == *word), "{name} is none of {words:?} in {value}");
}

#[track_caller]
fn ids(value: &Value, name: &str) {
    assert!(array(value, name).iter().all(Value::is_string), "{name} does not hold ids in {value}");
}

#[track_caller]
fn numbers(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value[name].is_u64(), "{name} is not a number in {value}");
    }
}

#[track_caller]
fn times(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value[name].as_str().is_some_and(is_time), "{name} is not a time with milliseconds in {value}");
    }
}

#[track_caller]
fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is not a list in {value}"))
}
