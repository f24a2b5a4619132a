//! Reports: who may make them, what they keep, and the operators who read them (rule 28).

mod aging;
mod evidence;
mod filing;
mod former;
mod operators;
mod races;
mod signatures;

use serde_json::{Value, json};

/// The report of a message.
fn of_message(thread: &str, seq: u64) -> Value {
    json!({"kind": "message", "thread_id": thread, "seq": seq})
}

/// The report of a thread.
fn of_thread(thread: &str) -> Value {
    json!({"kind": "thread", "thread_id": thread})
}

/// The texts of the messages that a report keeps; null where one is hidden or deleted.
fn texts(report: &Value) -> Vec<&Value> {
    report["messages"].as_array().unwrap().iter().map(|message| &message["text"]).collect()
}

/// The places of the messages that a report keeps.
fn places(report: &Value) -> Vec<u64> {
    report["messages"].as_array().unwrap().iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}
