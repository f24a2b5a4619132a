//! How things look on the terminal.

use serde_json::Value;

/// A text member, or nothing.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
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

/// A conversation in a list.
pub(super) fn thread(thread: &Value, title: &str) -> String {
    let unread = thread.get("unread").and_then(Value::as_u64).unwrap_or(0);
    let unread = if unread > 0 { format!(" ({unread} new)") } else { String::new() };
    let last = thread.get("last_message").map(|message| text(message, "text")).unwrap_or_default();
    format!("  {title:<20}{unread} {}", one_line(last))
}

/// A message with its author.
pub(super) fn message(message: &Value, author: &str) -> String {
    let body =
        if message.get("deleted_at").is_some_and(Value::is_string) { "(deleted)" } else { text(message, "text") };
    // What people write must not move the cursor or colour the screen.
    let body: String = body.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    format!("{author}: {}", body.replace('\n', "\n    "))
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn control_characters_of_others_do_nothing() {
        assert_eq!(message(&json!({"text": "a\u{1b}[2Jb\nc"}), "bob"), "bob: a[2Jb\n    c");
    }
}
