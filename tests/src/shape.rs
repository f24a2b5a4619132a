//! The views of the contract: which members an object has and of which type. More may be there; less, never.

use serde_json::Value;

/// Demands that `value` is a thread view.
#[track_caller]
pub fn thread(value: &Value) {
    texts(value, &["id", "kind", "box", "created_by"]);
    times(value, &["created_at", "updated_at"]);
    numbers(value, &["last_seq", "unread"]);
    present(value, &["title", "room", "last_message", "notice", "muted_until", "pinned"]);
    for member in array(value, "members") {
        user(&member["user"]);
        texts(member, &["role"]);
        times(member, &["joined_at"]);
        present(member, &["read_seq"]);
    }
    if !value["last_message"].is_null() {
        message(&value["last_message"]);
    }
}

/// Demands that `value` is a message view.
#[track_caller]
pub fn message(value: &Value) {
    texts(value, &["thread_id", "author_id", "text"]);
    numbers(value, &["seq"]);
    times(value, &["created_at"]);
    present(value, &["reply_to", "edited_at", "deleted_at"]);
    for list in ["mentions", "attachments", "reactions"] {
        array(value, list);
    }
    assert!(value["hidden"].is_boolean(), "hidden is not a boolean in {value}");
}

/// Demands that `value` is an event of a thread's log.
#[track_caller]
pub fn event(value: &Value) {
    texts(value, &["type", "thread_id", "actor_id"]);
    numbers(value, &["seq"]);
    times(value, &["at"]);
    present(value, &["data"]);
    if value["type"] == "message.created" {
        message(&value["data"]);
        assert_eq!(value["data"]["seq"], value["seq"], "{value}");
        assert_eq!(value["data"]["thread_id"], value["thread_id"], "{value}");
    }
}

/// Demands that `value` is a user as lists and members show one.
#[track_caller]
pub fn user(value: &Value) {
    texts(value, &["id", "username", "display_name"]);
    present(value, &["avatar_url"]);
}

/// Demands that `value` is an RFC 9457 problem document as the contract writes it.
#[track_caller]
pub fn problem(value: &Value) {
    texts(value, &["type", "title", "detail", "request_id"]);
    numbers(value, &["status"]);
    if let Some(fields) = value.get("fields") {
        for field in fields.as_array().unwrap_or_else(|| panic!("fields is not a list in {value}")) {
            texts(field, &["pointer", "detail"]);
        }
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
