//! Everything that the API shows to a user about a thread and its members, to compare two moments or two runs.

use crate::routes::{leads, routes};
use crate::shape;
use crate::user::User;
use serde_json::{Value, json};

/// What every GET route answers to `user` that has to do with the thread, each with its path.
pub async fn everything(user: &User, thread: &str) -> Vec<Value> {
    let mut paths = vec![
        "/me".to_owned(),
        "/settings".to_owned(),
        "/me/following".to_owned(),
        "/me/blocked".to_owned(),
        "/me/groups".to_owned(),
        "/threads?box=inbox".to_owned(),
        "/threads?box=requests".to_owned(),
        "/threads?box=inbox&limit=1".to_owned(),
        "/threads?room_id=room".to_owned(),
        // Of another's upload, as of none.
        "/media/med_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
    ];
    let view = user.thread(thread).await;
    let path = |rest: &str| format!("/threads/{thread}{rest}");
    paths.extend(["", "/members", "/messages?limit=100", "/messages?limit=2", "/events?limit=100"].map(path));
    paths.extend(["/messages?before=3", "/messages?after=2&limit=3", "/events?after=2&limit=3"].map(path));
    paths.extend(["/pins", "/search?q=e", "/search?q=hello&limit=1"].map(path));
    for seq in 1..=view["last_seq"].as_u64().expect("last_seq is a number") + 1 {
        for rest in ["", "?reveal=true", "/reactions"] {
            paths.push(path(&format!("/messages/{seq}{rest}")));
        }
    }
    for member in view["members"].as_array().expect("members is a list") {
        let text = |name: &str| member["user"][name].as_str().expect("a user has an id and a username");
        paths.push(format!("/users/{}", text("id")));
        paths.push(format!("/users?limit=1&username={}", text("username")));
    }
    for route in routes().iter().filter(|route| route.key.starts_with("GET ") && route.access != "operator") {
        assert!(paths.iter().any(|path| leads(&route.key, "GET", path)), "`everything` does not ask {}", route.key);
    }
    let mut all = Vec::new();
    for path in paths {
        let answer = user.get(&path).await;
        let mut body = lasting(answer.json);
        if path.starts_with("/users?") {
            // Longer names, which the search finds as well, are other tests' users.
            body["next_cursor"].take();
        }
        all.push(json!({"path": path, "status": answer.status, "body": body}));
    }
    all
}

/// Without what is different for every request.
#[must_use]
pub fn lasting(value: Value) -> Value {
    mapped("", value, &|name, value| match (name, &value) {
        ("request_id", _) => Value::Null,
        ("next_cursor", Value::String(_)) => json!("CURSOR"),
        _ => value,
    })
}

/// `value` with one word for every time, and with the placeholder of each name and id: to compare two runs with different users.
#[must_use]
pub fn anonymous(value: Value, placeholders: &[(String, &str)]) -> Value {
    mapped("", value, &|_, value| match value.as_str() {
        Some(text) if shape::is_time(text) => json!("TIME"),
        Some(text) => {
            json!(
                placeholders
                    .iter()
                    .fold(text.to_owned(), |text, (name, placeholder)| text.replace(name.as_str(), placeholder))
            )
        }
        None => value,
    })
}

/// `value` with everything in it replaced, the innermost first; `name` is the member that it is the value of, if it is one.
fn mapped(name: &str, value: Value, change: &impl Fn(&str, Value) -> Value) -> Value {
    let value = match value {
        Value::Array(items) => items.into_iter().map(|item| mapped("", item, change)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name.clone(), mapped(&name, value, change))).collect()
        }
        other => other,
    };
    change(name, value)
}
