//! Whether everything that shows a thread's log tells the same of it.

use serde_json::Value;

use crate::shape;
use crate::user::User;

/// Demands that the log of `thread` is dense, and that the events, the history, single messages, `unread`, the preview and
/// `last_seq` agree for `user`, who hides nobody and is a member since the first entry. Gives the texts, oldest first.
pub async fn check(user: &User, thread: &str) -> Vec<String> {
    let events = user.events(thread).await;
    events.iter().for_each(shape::event);
    let seqs: Vec<u64> = events.iter().map(|event| number(&event["seq"])).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<u64>>(), "the log has holes, or entries twice");
    let times: Vec<&Value> = events.iter().map(|event| &event["at"]).collect();
    assert!(times.is_sorted_by_key(|time| time.as_str()), "times go back: {times:?}");

    let told = events.iter().filter(|event| event["type"] == "message.created").map(|event| &event["data"]);
    let told: Vec<Value> = told.cloned().collect();
    assert_eq!(user.history(thread).await, told, "the history and the log differ");
    if let Some(last) = told.last() {
        let path = format!("/threads/{thread}/messages/{}", last["seq"]);
        assert_eq!(user.get(&path).await.expect(200), last, "the last message alone differs");
    }

    let view = user.thread(thread).await;
    assert_eq!(number(&view["last_seq"]), events.len() as u64, "the head ends elsewhere");
    assert_eq!(preview(&view["last_message"]), told.last().and_then(preview), "the preview is of another message");
    let members = view["members"].as_array().expect("members is a list");
    let own = members.iter().find(|member| member["user"]["id"] == user.id.as_str()).expect("the user is a member");
    let read = number(&own["read_seq"]);
    let counts = |message: &&Value| message["author_id"] != user.id.as_str() && number(&message["seq"]) > read;
    // Nothing of a blocked user waits to be read.
    let others = members.iter().filter(|member| member["user"]["id"] != user.id.as_str());
    let mut blocking = false;
    for other in others.filter(|_| view["kind"] == "direct") {
        let other = other["user"]["id"].as_str().expect("a user has an id");
        blocking |= user.get(&format!("/users/{other}")).await.expect(200)["relation"]["blocking"] == true;
    }
    let unread = if blocking { 0 } else { told.iter().filter(counts).count() as u64 };
    assert_eq!(number(&view["unread"]), unread, "unread is wrong after {read}");
    let listed = user.list(&format!("/threads?box={}", view["box"].as_str().expect("a box"))).await;
    let listed = listed.iter().find(|listed| listed["id"] == thread).expect("the thread is in the list");
    for name in ["last_seq", "last_message", "unread", "updated_at"] {
        assert_eq!(listed[name], view[name], "the list tells another {name}");
    }
    told.iter().map(|message| message["text"].as_str().expect("a message has a text").to_owned()).collect()
}

/// What a preview and its message have in common: a long text is cut.
fn preview(message: &Value) -> Option<(u64, String)> {
    const LEAST: usize = 20;
    let text = message["text"].as_str()?;
    Some((number(&message["seq"]), text.chars().take(LEAST).collect()))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}
