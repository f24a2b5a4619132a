//! What a user does in groups. Names in `-ing` are calls, and what comes back is up to the test; the others demand success.

use serde_json::{Value, json};

use crate::call::Call;
use crate::user::{User, fresh_key};

/// The ids of some users, as a request names them.
#[must_use]
pub fn ids(users: &[&User]) -> Vec<String> {
    users.iter().map(|user| user.id.clone()).collect()
}

impl User {
    /// Makes a group with a key of its own.
    pub fn creating_group(&self, others: &[&User]) -> Call {
        self.post("/threads", &json!({"kind": "group", "user_ids": ids(others)})).key(&fresh_key())
    }

    /// Makes a group and gives its id.
    pub async fn create_group(&self, others: &[&User]) -> String {
        let answer = self.creating_group(others).await;
        answer.expect(201);
        answer.id()
    }

    /// Adds users to a group.
    pub fn adding(&self, thread: &str, others: &[&User]) -> Call {
        self.post(&format!("/threads/{thread}/members"), &json!({"user_ids": ids(others)}))
    }

    /// Adds users to a group.
    pub async fn add(&self, thread: &str, others: &[&User]) {
        self.adding(thread, others).await.expect(200);
    }

    /// Removes a member.
    pub fn removing(&self, thread: &str, other: &User) -> Call {
        self.delete(&format!("/threads/{thread}/members/{}", other.id))
    }

    /// Removes a member.
    pub async fn remove(&self, thread: &str, other: &User) {
        self.removing(thread, other).await.expect(204);
    }

    /// Leaves a group.
    pub fn leaving(&self, thread: &str) -> Call {
        self.delete(&format!("/threads/{thread}/members/me"))
    }

    /// Leaves a group.
    pub async fn leave(&self, thread: &str) {
        self.leaving(thread).await.expect(204);
    }

    /// Makes a member a `moderator` or a `member`.
    pub fn setting_role(&self, thread: &str, other: &User, role: &str) -> Call {
        self.patch(&format!("/threads/{thread}/members/{}", other.id), &json!({"role": role}))
    }

    /// Makes a member a moderator.
    pub async fn promote(&self, thread: &str, other: &User) {
        self.setting_role(thread, other, "moderator").await.expect(200);
    }

    /// Gives a group a title, or none.
    pub fn renaming(&self, thread: &str, title: impl Into<Value>) -> Call {
        self.patch(&format!("/threads/{thread}"), &json!({"title": title.into()}))
    }

    /// Decides whether to `stay` with a blocked member or to `leave`.
    pub fn deciding(&self, thread: &str, decision: &str) -> Call {
        self.put(&format!("/threads/{thread}/members/me/notice"), &json!({"decision": decision}))
    }

    /// The members of a thread, in the order in which they are listed.
    pub async fn members(&self, thread: &str) -> Vec<Value> {
        self.list(&format!("/threads/{thread}/members")).await
    }

    /// The ids of the members, in the same order.
    pub async fn member_ids(&self, thread: &str) -> Vec<String> {
        self.members(thread).await.iter().map(user_id).collect()
    }

    /// The ids of the moderators, in the same order.
    pub async fn moderators(&self, thread: &str) -> Vec<String> {
        let members = self.members(thread).await;
        members.iter().filter(|member| member["role"] == "moderator").map(user_id).collect()
    }

    /// The place of the log's last entry.
    pub async fn last_seq(&self, thread: &str) -> u64 {
        self.thread(thread).await["last_seq"].as_u64().expect("last_seq is a number")
    }
}

fn user_id(member: &Value) -> String {
    member["user"]["id"].as_str().expect("a member has an id").to_owned()
}
