//! The real users and threads of a case, and how an act of the model becomes a request.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Call, Stack, User, unique};

use super::portrait::Names;
use crate::world::{Act, Tid, Uid, name};

/// Who takes part in a case.
pub(crate) struct Stage {
    pub(crate) users: Vec<User>,
    /// The threads' ids.
    pub(crate) threads: Vec<String>,
    pub(crate) names: Names,
    /// What the rooms of this case are called in front of their number.
    rooms: String,
}

impl Stage {
    /// Signs so many users in and registers the first of them.
    pub(crate) async fn new(stack: &Stack, people: usize, registered: usize) -> Self {
        let users = join_all((0..people).map(|who| enter(stack, who, who < registered))).await;
        let mut names = Names::default();
        users.iter().enumerate().for_each(|(who, user)| names.add_user(&user.id, who));
        Self { users, threads: Vec::new(), names, rooms: unique("room") }
    }

    /// Remembers a new thread by its id.
    pub(crate) fn add_thread(&mut self, id: &str) {
        self.names.add_thread(id, self.threads.len());
        self.threads.push(id.to_owned());
    }

    /// The id of this case's room of that number.
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

    /// The request that is `act`.
    pub(crate) fn call(&self, act: &Act) -> Call {
        let user = &self.users[act.who()];
        match act {
            Act::Register { .. } => user.put("/me", &profile(user)),
            Act::Follow { whom, .. } => user.put_empty(&format!("/me/following/{}", self.id(*whom))),
            Act::Unfollow { whom, .. } => user.delete(&format!("/me/following/{}", self.id(*whom))),
            Act::Block { whom, .. } => user.put_empty(&format!("/me/blocked/{}", self.id(*whom))),
            Act::Unblock { whom, .. } => user.delete(&format!("/me/blocked/{}", self.id(*whom))),
            Act::Close { closed, .. } => {
                let policy = if *closed { "following" } else { "everyone" };
                user.patch("/settings", &json!({"contact_policy": policy}))
            }
            Act::Receipts { shown, .. } => user.patch("/settings", &json!({"read_receipts": shown})),
            Act::Open { whom, text, .. } => user
                .post("/threads", &with_message(json!({"kind": "direct", "user_id": self.id(*whom)}), text.as_deref())),
            Act::Create { others, title, room, text, .. } => {
                let mut body = json!({"kind": "group", "user_ids": self.ids(others), "title": title});
                if let Some(id) = room {
                    body["room"] = json!({"id": id});
                }
                user.post("/threads", &with_message(body, text.as_deref()))
            }
            Act::Add { thread, users, .. } => {
                user.post(&self.path(*thread, "/members"), &json!({"user_ids": self.ids(users)}))
            }
            Act::Remove { thread, whom, .. } => user.delete(&self.member(*thread, *whom)),
            Act::Leave { thread, .. } => user.delete(&self.path(*thread, "/members/me")),
            Act::Role { thread, whom, moderator, .. } => {
                let role = if *moderator { "moderator" } else { "member" };
                user.patch(&self.member(*thread, *whom), &json!({"role": role}))
            }
            Act::Rename { thread, title, .. } => user.patch(&self.path(*thread, ""), &json!({"title": title})),
            Act::Send { thread, text, reply_to, mentions, .. } => {
                let mentions = self.ids(mentions);
                let body = json!({"text": text, "reply_to": reply_to, "mentions": mentions});
                user.post(&self.path(*thread, "/messages"), &body)
            }
            Act::Read { thread, seq, .. } => user.put(&self.path(*thread, "/read"), &json!({"seq": seq})),
            Act::Accept { thread, .. } => user.post_empty(&self.path(*thread, "/accept")),
            Act::Decline { thread, .. } => user.post_empty(&self.path(*thread, "/decline")),
            Act::Decide { thread, stay, .. } => {
                let decision = if *stay { "stay" } else { "leave" };
                user.put(&self.path(*thread, "/members/me/notice"), &json!({"decision": decision}))
            }
            Act::Prefer { thread, muted, pinned, .. } => {
                user.put(&self.path(*thread, "/preferences"), &json!({"muted_until": muted, "pinned": pinned}))
            }
        }
    }

    /// Sends a request that has to be answered.
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
