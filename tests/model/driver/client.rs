//! The real users and threads of a case, and how an action of the oracle becomes a request.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Call, Stack, User, unique};

use super::names::Names;
use crate::oracle::{Action, Tid, Uid, name};

/// The users and threads of a case.
pub(crate) struct Client {
    pub(crate) users: Vec<User>,
    /// The threads' ids.
    pub(crate) threads: Vec<String>,
    pub(crate) names: Names,
    /// The names of this case's rooms, without their number.
    rooms: String,
}

impl Client {
    /// Signs so many users in and registers the first of them.
    pub(crate) async fn new(stack: &Stack, users: usize, registered: usize) -> Self {
        let users = join_all((0..users).map(|who| enter(stack, who, who < registered))).await;
        let mut names = Names::default();
        users.iter().enumerate().for_each(|(who, user)| names.add_user(&user.id, who));
        Self { users, threads: Vec::new(), names, rooms: unique("room") }
    }

    /// Remembers a new thread by its id.
    pub(crate) fn add_thread(&mut self, id: &str) {
        self.names.add_thread(id, self.threads.len());
        self.threads.push(id.to_owned());
    }

    /// The id of a room of this case.
    pub(crate) fn room(&self, number: u8) -> String {
        format!("{}.{number}", self.rooms)
    }

    /// The path of a thread, with `rest` behind it.
    pub(crate) fn path(&self, tid: Tid, rest: &str) -> String {
        format!("/threads/{}{rest}", self.threads[tid])
    }

    /// `GET` as a user.
    pub(crate) fn get(&self, who: Uid, path: &str) -> Call {
        self.users[who].get(path)
    }

    /// The request of an action.
    pub(crate) fn call(&self, action: &Action) -> Call {
        let user = &self.users[action.who()];
        match action {
            Action::Register { .. } => user.put("/me", &profile(user)),
            Action::Follow { whom, .. } => user.put_empty(&format!("/me/following/{}", self.id(*whom))),
            Action::Unfollow { whom, .. } => user.delete(&format!("/me/following/{}", self.id(*whom))),
            Action::Block { whom, .. } => user.put_empty(&format!("/me/blocked/{}", self.id(*whom))),
            Action::Unblock { whom, .. } => user.delete(&format!("/me/blocked/{}", self.id(*whom))),
            Action::Close { closed, .. } => {
                let policy = if *closed { "following" } else { "everyone" };
                user.patch("/settings", &json!({"contact_policy": policy}))
            }
            Action::Receipts { shown, .. } => user.patch("/settings", &json!({"read_receipts": shown})),
            Action::Open { whom, text, .. } => user
                .post("/threads", &with_message(json!({"kind": "direct", "user_id": self.id(*whom)}), text.as_deref())),
            Action::Create { others, title, room, text, .. } => {
                let mut body = json!({"kind": "group", "user_ids": self.ids(others), "title": title});
                if let Some(id) = room {
                    body["room"] = json!({"id": id});
                }
                user.post("/threads", &with_message(body, text.as_deref()))
            }
            Action::Add { thread, users, .. } => {
                user.post(&self.path(*thread, "/members"), &json!({"user_ids": self.ids(users)}))
            }
            Action::Remove { thread, whom, .. } => user.delete(&self.member(*thread, *whom)),
            Action::Leave { thread, .. } => user.delete(&self.path(*thread, "/members/me")),
            Action::Clear { thread, .. } => user.clearing(&self.threads[*thread], "me"),
            Action::End { thread, .. } => user.clearing(&self.threads[*thread], "everyone"),
            Action::Role { thread, whom, moderator, .. } => {
                let role = if *moderator { "moderator" } else { "member" };
                user.patch(&self.member(*thread, *whom), &json!({"role": role}))
            }
            Action::Rename { thread, title, .. } => user.patch(&self.path(*thread, ""), &json!({"title": title})),
            Action::Send { thread, text, reply_to, mentions, .. } => {
                let mentions = self.ids(mentions);
                let body = json!({"text": text, "reply_to": reply_to, "mentions": mentions});
                user.post(&self.path(*thread, "/messages"), &body)
            }
            Action::Edit { thread, seq, text, .. } => {
                user.patch(&self.path(*thread, &format!("/messages/{seq}")), &json!({"text": text}))
            }
            Action::Delete { thread, seq, .. } => user.deleting(&self.threads[*thread], *seq),
            Action::React { thread, seq, emoji, add: true, .. } => user.reacting(&self.threads[*thread], *seq, emoji),
            Action::React { thread, seq, emoji, .. } => user.unreacting(&self.threads[*thread], *seq, emoji),
            Action::Pin { thread, seq, add: true, .. } => user.pinning(&self.threads[*thread], *seq),
            Action::Pin { thread, seq, .. } => user.unpinning(&self.threads[*thread], *seq),
            Action::Read { thread, seq, .. } => user.put(&self.path(*thread, "/read"), &json!({"seq": seq})),
            Action::Accept { thread, .. } => user.post_empty(&self.path(*thread, "/accept")),
            Action::Decline { thread, .. } => user.post_empty(&self.path(*thread, "/decline")),
            Action::Decide { thread, stay, .. } => {
                let decision = if *stay { "stay" } else { "leave" };
                user.put(&self.path(*thread, "/members/me/notice"), &json!({"decision": decision}))
            }
            Action::Prefer { thread, muted, pinned, .. } => {
                user.put(&self.path(*thread, "/preferences"), &json!({"muted_until": muted, "pinned": pinned}))
            }
        }
    }

    /// Sends a request that must get a response.
    pub(crate) async fn ask(&self, call: Call) -> Result<Answer, String> {
        call.outcome().await.map_err(|lost| lost.to_string())
    }

    fn id(&self, who: Uid) -> &str {
        &self.users[who].id
    }

    fn ids<'a>(&self, users: impl IntoIterator<Item = &'a Uid>) -> Vec<&str> {
        users.into_iter().map(|user| self.id(*user)).collect()
    }

    fn member(&self, thread: Tid, whom: Uid) -> String {
        self.path(thread, &format!("/members/{}", self.id(whom)))
    }
}

async fn enter(stack: &Stack, who: Uid, register: bool) -> User {
    let user = stack.sign_in(&unique(name(who))).await;
    if register {
        user.register().await;
    }
    user
}

fn profile(user: &User) -> Value {
    json!({"username": user.name, "display_name": user.name})
}

fn with_message(mut body: Value, text: Option<&str>) -> Value {
    if let Some(text) = text {
        body["message"] = json!({"text": text});
    }
    body
}
