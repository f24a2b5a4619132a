//! Descriptions of threads and events for the terminal.

use serde_json::Value;

use super::cache::Cache;
use super::view;

/// A conversation in a list, with its state.
pub(super) fn thread(cache: &Cache, thread: &Value) -> String {
    let mut marks = Vec::new();
    if view::text(thread, "box") == "requests" {
        marks.push("message request".to_owned());
    }
    if let Some(unread) = thread.get("unread").and_then(Value::as_u64).filter(|unread| *unread > 0) {
        marks.push(format!("{unread} new"));
    }
    if is_pinned(thread) {
        marks.push("pinned".to_owned());
    }
    if let Some(until) = view::muted_until(thread) {
        marks.push(format!("muted until {}", view::minute(until)));
    }
    if let Some(room) = room(thread) {
        marks.push(format!("room {room}"));
    }
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    let last = &thread["last_message"];
    let last =
        if last.is_object() { view::preview(last, cache.name(view::text(last, "author_id"))) } else { String::new() };
    let notice = notice(cache, thread).map(|notice| format!("\n    {notice}")).unwrap_or_default();
    format!("  {:<20}{marks} {last}{notice}", cache.title(view::text(thread, "id")))
}

pub(super) fn is_pinned(thread: &Value) -> bool {
    thread.get("pinned").and_then(Value::as_bool).unwrap_or_default()
}

/// The live room of a thread.
fn room(thread: &Value) -> Option<String> {
    let room = thread.get("room").filter(|room| room.is_object())?;
    let (id, title) = (view::text(room, "id"), view::one_line(view::text(room, "title")));
    Some(if title.is_empty() { id.to_owned() } else { format!("{id} “{title}”") })
}

/// The notice of a thread, if it has one.
pub(super) fn notice(cache: &Cache, thread: &Value) -> Option<String> {
    let notice = thread.get("notice").filter(|notice| notice.is_object())?;
    Some(blocked_present(cache, view::text(thread, "id"), notice))
}

/// The notice that users whom the reader blocks are in the same group.
pub(super) fn blocked_present(cache: &Cache, thread_id: &str, notice: &Value) -> String {
    let names: Vec<&str> = view::texts(notice, "blocked_user_ids").map(|id| cache.name(id)).collect();
    let (title, handle) = (cache.title(thread_id), cache.handle(thread_id));
    format!(
        "! {title} has members that you block ({}): type /open {handle}, then /stay or /leave",
        view::listed(&names)
    )
}

/// A member in a list.
pub(super) fn member(member: &Value) -> String {
    let role = if view::text(member, "role") == "moderator" { ", moderator" } else { "" };
    format!("  {}{role}", view::user(&member["user"]))
}

/// An event of a thread's log; `None` for events that are not shown.
pub(super) fn event(cache: &Cache, event: &Value) -> Option<String> {
    let data = &event["data"];
    let actor = cache.name_or_you(view::text(event, "actor_id"));
    let user = cache.name_or_you(view::text(data, "user_id"));
    let users = || {
        let others = view::texts(data, "user_ids").filter(|id| *id != view::text(event, "actor_id"));
        view::listed(&others.map(|id| cache.name_or_you(id)).collect::<Vec<_>>())
    };
    Some(match view::text(event, "type") {
        "message.created" => view::message(data, cache.name(view::text(data, "author_id"))),
        "message.edited" | "message.deleted" if data["hidden"] == true => return None,
        "message.edited" => {
            format!("* edited: {}", view::message(data, cache.name(view::text(data, "author_id"))))
        }
        "message.deleted" => format!("* {actor} deleted message {}", data["seq"]),
        "message.pinned" => format!("* {actor} pinned message {} (/pins lists them)", data["seq"]),
        "message.unpinned" => format!("* {actor} unpinned message {}", data["seq"]),
        "reaction.added" | "reaction.removed" if data["emoji"].is_null() => return None,
        "reaction.added" => format!("* {actor} reacted with {} to message {}", emoji(data), data["message_seq"]),
        "reaction.removed" => format!("* {actor} took {} back from message {}", emoji(data), data["message_seq"]),
        "thread.created" if cache.is_group(view::text(event, "thread_id")) => {
            format!("* {actor} created this group with {}", users())
        }
        "thread.renamed" => match view::one_line(view::text(data, "title")).as_str() {
            "" => format!("* {actor} removed the group's title"),
            title => format!("* {actor} named the group “{title}”"),
        },
        "member.added" => format!("* {actor} added {}", users()),
        "member.removed" => format!("* {actor} removed {user}"),
        "member.left" => format!("* {user} left"),
        // No actor is named: when the last moderator leaves, the group chooses a new one.
        "member.role_changed" => {
            let is = if user == "you" { "are" } else { "is" };
            let role =
                if view::text(data, "role") == "moderator" { "now a moderator" } else { "no longer a moderator" };
            format!("* {user} {is} {role}")
        }
        _ => return None,
    })
}

fn emoji(data: &Value) -> String {
    view::one_line(view::text(data, "emoji"))
}

/// The ids of all users in an event or a message.
pub(super) fn user_ids(value: &Value) -> impl Iterator<Item = &str> {
    let data = value.get("data").unwrap_or(&Value::Null);
    [value, data].into_iter().flat_map(|part| {
        let one = ["actor_id", "author_id", "user_id"].map(|name| view::text(part, name));
        let many = ["user_ids", "blocked_user_ids"].map(|name| view::texts(part, name));
        one.into_iter().filter(|id| !id.is_empty()).chain(many.into_iter().flatten())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cache() -> Cache {
        let mut cache = Cache::new("u-ann".to_owned(), "ann");
        let user = |name: &str| json!({ "user": { "id": format!("u-{name}"), "username": name }, "role": "member" });
        let members = json!([user("ann"), user("bob"), user("dan")]);
        cache.add_thread(
            &json!({ "id": "t", "kind": "group", "title": "Late night", "members": members, "last_seq": 1 }),
        );
        cache
    }

    fn said(cache: &Cache, kind: &str, data: &Value) -> String {
        let event = json!({ "type": kind, "thread_id": "t", "seq": 2, "actor_id": "u-bob", "data": data });
        super::event(cache, &event).unwrap()
    }

    #[test]
    fn events_are_described() {
        let cache = cache();
        let said = |kind, data: Value| said(&cache, kind, &data);
        assert_eq!(
            said("thread.created", json!({"user_ids": ["u-bob", "u-ann"]})),
            "* bob created this group with you"
        );
        assert_eq!(said("member.added", json!({"user_ids": ["u-ann", "u-dan"]})), "* bob added you and dan");
        assert_eq!(said("member.removed", json!({"user_id": "u-dan"})), "* bob removed dan");
        assert_eq!(said("member.left", json!({"user_id": "u-bob"})), "* bob left");
        let moderator = json!({"user_id": "u-ann", "role": "moderator"});
        assert_eq!(said("member.role_changed", moderator), "* you are now a moderator");
        let member = json!({"user_id": "u-dan", "role": "member"});
        assert_eq!(said("member.role_changed", member), "* dan is no longer a moderator");
        assert_eq!(said("thread.renamed", json!({"title": "Dawn"})), "* bob named the group “Dawn”");
        assert_eq!(said("thread.renamed", json!({"title": null})), "* bob removed the group's title");
        assert_eq!(said("message.deleted", json!({"seq": 4})), "* bob deleted message 4");
        let pinned = json!({"seq": 4, "hidden": true});
        assert_eq!(said("message.pinned", pinned.clone()), "* bob pinned message 4 (/pins lists them)");
        assert_eq!(said("message.unpinned", pinned), "* bob unpinned message 4");
        let reaction = json!({"message_seq": 4, "emoji": "👍"});
        assert_eq!(said("reaction.added", reaction.clone()), "* bob reacted with 👍 to message 4");
        assert_eq!(said("reaction.removed", reaction), "* bob took 👍 back from message 4");
    }

    #[test]
    fn a_list_shows_the_state_of_each_thread() {
        let view = json!({
            "id": "t", "box": "requests", "unread": 2, "pinned": true, "muted_until": "9999-01-01T10:00:00.000Z",
            "room": {"id": "r7", "title": "Jazz hour"}, "notice": {"blocked_user_ids": ["u-dan"]},
            "last_message": {"author_id": "u-bob", "text": "see you"},
        });
        let line = "  #1 Late night        (message request, 2 new, pinned, muted until 9999-01-01 10:00 UTC, \
                    room r7 “Jazz hour”) bob: see you\n    \
                    ! #1 Late night has members that you block (dan): type /open #1, then /stay or /leave";
        assert_eq!(thread(&cache(), &view), line);
    }

    #[test]
    fn a_group_is_found_by_number_or_title_and_follows_its_events() {
        let mut cache = cache();
        assert_eq!((cache.group("1"), cache.group("late NIGHT"), cache.group("0")), (Some("t"), Some("t"), None));
        cache.apply("t", &json!({"type": "thread.renamed", "data": {"title": null}}));
        cache.apply("t", &json!({"type": "member.removed", "data": {"user_id": "u-bob"}}));
        assert_eq!(cache.title("t"), "#1 dan");
        cache.apply("t", &json!({"type": "member.left", "data": {"user_id": "u-dan"}}));
        assert_eq!(cache.title("t"), "#1 (nobody else)");
    }
}
