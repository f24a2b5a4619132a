//! What threads and events mean, in plain words.

use serde_json::Value;

use super::known::Known;
use super::view;

/// A conversation in a list, with what is to be said about it.
pub(super) fn thread(known: &Known, thread: &Value) -> String {
    let mut marks = Vec::new();
    if view::text(thread, "box") == "requests" {
        marks.push("a request".to_owned());
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
        if last.is_object() { view::preview(last, known.name(view::text(last, "author_id"))) } else { String::new() };
    let notice = notice(known, thread).map(|notice| format!("\n    {notice}")).unwrap_or_default();
    format!("  {:<20}{marks} {last}{notice}", known.title(view::text(thread, "id")))
}

/// Whether it stands above the others.
pub(super) fn is_pinned(thread: &Value) -> bool {
    thread.get("pinned").and_then(Value::as_bool).unwrap_or_default()
}

/// The live room that a thread accompanies.
fn room(thread: &Value) -> Option<String> {
    let room = thread.get("room").filter(|room| room.is_object())?;
    let (id, title) = (view::text(room, "id"), view::one_line(view::text(room, "title")));
    Some(if title.is_empty() { id.to_owned() } else { format!("{id} “{title}”") })
}

/// The notice in a view of a thread, if it has one.
pub(super) fn notice(known: &Known, thread: &Value) -> Option<String> {
    let notice = thread.get("notice").filter(|notice| notice.is_object())?;
    Some(blocked_present(known, view::text(thread, "id"), notice))
}

/// Somebody whom the reader blocks is in the same group.
pub(super) fn blocked_present(known: &Known, thread_id: &str, notice: &Value) -> String {
    let names: Vec<&str> = view::texts(notice, "blocked_user_ids").map(|id| known.name(id)).collect();
    let (title, handle) = (known.title(thread_id), known.handle(thread_id));
    format!("! in {title} you meet {}, whom you block: /open {handle}, then /stay or /leave", view::listed(&names))
}

/// A member in a list.
pub(super) fn member(member: &Value) -> String {
    let role = if view::text(member, "role") == "moderator" { ", moderator" } else { "" };
    format!("  {}{role}", view::user(&member["user"]))
}

/// An event of a thread's log; nothing if there is nothing to say about it.
pub(super) fn event(known: &Known, event: &Value) -> Option<String> {
    let data = &event["data"];
    let actor = known.called(view::text(event, "actor_id"));
    let whom = known.called(view::text(data, "user_id"));
    let users = || {
        let others = view::texts(data, "user_ids").filter(|id| *id != view::text(event, "actor_id"));
        view::listed(&others.map(|id| known.called(id)).collect::<Vec<_>>())
    };
    Some(match view::text(event, "type") {
        "message.created" => view::message(data, known.name(view::text(data, "author_id"))),
        "thread.created" if known.is_group(view::text(event, "thread_id")) => {
            format!("* {actor} made this group with {}", users())
        }
        "thread.renamed" => match view::one_line(view::text(data, "title")).as_str() {
            "" => format!("* {actor} took the group's title away"),
            title => format!("* {actor} named the group “{title}”"),
        },
        "member.added" => format!("* {actor} added {}", users()),
        "member.removed" => format!("* {actor} removed {whom}"),
        "member.left" => format!("* {whom} left"),
        // Whoever goes as the last moderator makes nobody one: the group does.
        "member.role_changed" => {
            let is = if whom == "you" { "are" } else { "is" };
            let role =
                if view::text(data, "role") == "moderator" { "a moderator now" } else { "no moderator any more" };
            format!("* {whom} {is} {role}")
        }
        _ => return None,
    })
}

/// The ids of everybody an event or a message speaks of.
pub(super) fn people(value: &Value) -> impl Iterator<Item = &str> {
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

    fn known() -> Known {
        let mut known = Known::new("u-ann".to_owned(), "ann");
        let user = |name: &str| json!({ "user": { "id": format!("u-{name}"), "username": name }, "role": "member" });
        let members = json!([user("ann"), user("bob"), user("dan")]);
        known.learn(&json!({ "id": "t", "kind": "group", "title": "Late night", "members": members, "last_seq": 1 }));
        known
    }

    fn said(known: &Known, kind: &str, data: &Value) -> String {
        let event = json!({ "type": kind, "thread_id": "t", "seq": 2, "actor_id": "u-bob", "data": data });
        super::event(known, &event).unwrap()
    }

    #[test]
    fn events_are_told_in_plain_words() {
        let known = known();
        let said = |kind, data: Value| said(&known, kind, &data);
        assert_eq!(said("thread.created", json!({"user_ids": ["u-bob", "u-ann"]})), "* bob made this group with you");
        assert_eq!(said("member.added", json!({"user_ids": ["u-ann", "u-dan"]})), "* bob added you and dan");
        assert_eq!(said("member.removed", json!({"user_id": "u-dan"})), "* bob removed dan");
        assert_eq!(said("member.left", json!({"user_id": "u-bob"})), "* bob left");
        let moderator = json!({"user_id": "u-ann", "role": "moderator"});
        assert_eq!(said("member.role_changed", moderator), "* you are a moderator now");
        let member = json!({"user_id": "u-dan", "role": "member"});
        assert_eq!(said("member.role_changed", member), "* dan is no moderator any more");
        assert_eq!(said("thread.renamed", json!({"title": "Dawn"})), "* bob named the group “Dawn”");
        assert_eq!(said("thread.renamed", json!({"title": null})), "* bob took the group's title away");
    }

    #[test]
    fn a_list_tells_what_matters() {
        let view = json!({
            "id": "t", "box": "requests", "unread": 2, "pinned": true, "muted_until": "9999-01-01T10:00:00.000Z",
            "room": {"id": "r7", "title": "Jazz hour"}, "notice": {"blocked_user_ids": ["u-dan"]},
            "last_message": {"author_id": "u-bob", "text": "see you"},
        });
        let line = "  #1 Late night        (a request, 2 new, pinned, muted until 9999-01-01 10:00 UTC, \
                    room r7 “Jazz hour”) bob: see you\n    \
                    ! in #1 Late night you meet dan, whom you block: /open #1, then /stay or /leave";
        assert_eq!(thread(&known(), &view), line);
    }

    #[test]
    fn a_group_goes_by_number_or_title_and_keeps_up() {
        let mut known = known();
        assert_eq!((known.group("1"), known.group("late NIGHT"), known.group("0")), (Some("t"), Some("t"), None));
        known.apply("t", &json!({"type": "thread.renamed", "data": {"title": null}}));
        known.apply("t", &json!({"type": "member.removed", "data": {"user_id": "u-bob"}}));
        assert_eq!(known.title("t"), "#1 dan");
        known.apply("t", &json!({"type": "member.left", "data": {"user_id": "u-dan"}}));
        assert_eq!(known.title("t"), "#1 (nobody else)");
    }
}
