//! Formats of values for the terminal.

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

/// A string member, or an empty string.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The strings of a list.
pub(super) fn texts<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A list of names: `ann, bob and cem`.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => "no users".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A user: `bob (Bob)`.
pub(super) fn user(user: &Value) -> String {
    let (username, display_name) = (text(user, "username"), text(user, "display_name"));
    if display_name.eq_ignore_ascii_case(username) {
        username.to_owned()
    } else {
        format!("{username} ({display_name})")
    }
}

/// A message with its author.
pub(super) fn message(message: &Value, author: &str) -> String {
    let body = match hidden(message).then(|| message.get("seq")?.as_u64()).flatten() {
        Some(seq) => format!("(hidden, you block this user: /reveal {seq})"),
        None => printable(&body(message)),
    };
    format!("{author}: {}", body.replace('\n', "\n    "))
}

/// A message in a list.
pub(super) fn preview(message: &Value, author: &str) -> String {
    format!("{author}: {}", one_line(&body(message)))
}

/// Whether the reader blocks the author.
pub(super) fn hidden(message: &Value) -> bool {
    message.get("hidden").and_then(Value::as_bool).unwrap_or_default()
}

fn body(message: &Value) -> String {
    if message.get("deleted_at").is_some_and(Value::is_string) {
        return "(deleted)".to_owned();
    }
    if hidden(message) {
        return "(hidden)".to_owned();
    }
    let attachments = message.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let described =
        attachments.map(|one| format!("[{} {}×{}]", text(one, "content_type"), one["width"], one["height"]));
    let counted = message.get("attachment_count").map(|count| format!("[{count} attached]"));
    let parts = [text(message, "text").to_owned()].into_iter().chain(described).chain(counted);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Removes control characters, which could move the cursor or colour the screen.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect()
}

/// Replaces control characters and line breaks with spaces.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A time in the format of the service. Such strings sort by time.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.format(&form).unwrap_or_default()
}

/// Whether a time is in the future; `false` for an empty string.
pub(super) fn is_ahead(time: &str) -> bool {
    time > timestamp(OffsetDateTime::now_utc()).as_str()
}

/// Until when a thread is muted, if it is.
pub(super) fn muted_until(thread: &Value) -> Option<&str> {
    Some(text(thread, "muted_until")).filter(|until| is_ahead(until))
}

/// A time such as `2026-11-24 22:15 UTC`.
pub(super) fn minute(timestamp: &str) -> String {
    format!("{} UTC", timestamp.get(..16).unwrap_or(timestamp).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(message(&json!({"text": "a\u{1b}[2Jb\nc"}), "bob"), "bob: a[2Jb\n    c");
        assert_eq!(preview(&json!({"text": "a\nb"}), "bob"), "bob: a b");
    }

    #[test]
    fn hidden_messages_are_collapsed() {
        let collapsed = json!({"seq": 7, "text": null, "hidden": true});
        assert_eq!(message(&collapsed, "dan"), "dan: (hidden, you block this user: /reveal 7)");
        assert_eq!(preview(&collapsed, "dan"), "dan: (hidden)");
    }

    #[test]
    fn muting_ends() {
        let muted = |until: &str| muted_until(&json!({ "muted_until": until })).map(minute);
        assert_eq!(muted("9999-12-31T23:59:59.000Z").as_deref(), Some("9999-12-31 23:59 UTC"));
        assert_eq!(muted("2026-01-01T00:00:00.000Z"), None);
        assert_eq!(muted_until(&json!({ "muted_until": null })), None);
    }
}
