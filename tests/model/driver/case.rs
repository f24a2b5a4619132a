//! One case: it runs the operations of a trace on the real stack and on the oracle, and compares.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Answer, Stack, fresh_key};

use super::checker::Checker;
use super::client::Client;
use super::compare::{Check, ensure, same};
use super::responses::{check_response, check_status};
use super::sockets::Sockets;
use crate::oracle::{Action, Expected, Oracle, Outcome, Uid, name, title_of};
use crate::run::Transcript;
use crate::trace::{Operation, Step, resolve};

/// A case that is running.
pub(crate) struct Case {
    pub(crate) client: Client,
    pub(crate) oracle: Oracle,
    pub(crate) sockets: Sockets,
    /// What was done so far and what came of it.
    pub(crate) transcript: Transcript,
    /// Every POST that succeeded with a key.
    posts: Vec<Posted>,
    pub(crate) steps: usize,
}

#[derive(Clone)]
struct Posted {
    action: Action,
    key: String,
    status: u16,
    body: Value,
}

/// The users of a case.
pub(crate) struct Participants {
    pub(crate) users: usize,
    /// So many of them, the last ones, have no profile yet.
    pub(crate) unregistered: usize,
    /// Every n-th user has a socket.
    pub(crate) every_socket: usize,
}

impl Case {
    pub(crate) async fn new(stack: &Stack, participants: &Participants, transcript: Transcript) -> Self {
        let registered = participants.users - participants.unregistered;
        let oracle = Oracle::new(participants.users, participants.unregistered);
        let client = Client::new(stack, participants.users, registered).await;
        let sockets = Sockets::open(&client, (0..registered).step_by(participants.every_socket)).await;
        Self { client, oracle, sockets, transcript, posts: Vec::new(), steps: 0 }
    }

    /// Compares what the users see.
    pub(crate) fn checker(&self) -> Checker<'_> {
        Checker { client: &self.client, oracle: &self.oracle }
    }

    /// Sets up who follows whom at the beginning, all at once.
    pub(crate) async fn set_up_follows(&mut self, follows: &[(u8, u8)]) -> Check {
        let user = |number: u8| usize::from(number) % self.oracle.users.len();
        let edges: BTreeSet<(Uid, Uid)> = follows.iter().map(|(who, whom)| (user(*who), user(*whom))).collect();
        let edges = edges.into_iter().filter(|(who, whom)| who != whom);
        let actions: Vec<Action> = edges.map(|(who, whom)| Action::Follow { who, whom }).collect();
        let answers = join_all(actions.iter().map(|action| self.client.ask(self.client.call(action)))).await;
        for (action, answer) in actions.iter().zip(answers) {
            self.done(action, &answer?)?;
        }
        Ok(())
    }

    /// Runs an operation, and checks everything it affects.
    pub(crate) async fn step(&mut self, op: &Operation) -> Check {
        match resolve(op, &self.oracle, self.steps, |number| self.client.room(number)) {
            Step::Do(action) => {
                let (outcome, who) = (self.act(&action).await?, action.who());
                self.checker().after(who, &outcome, self.steps).await
            }
            Step::Again { which, changed } => self.again(usize::from(which), changed).await,
        }
    }

    /// Runs an action, and checks the response.
    pub(crate) async fn act(&mut self, action: &Action) -> Result<Outcome, String> {
        let (takes, needs) = action.key();
        let key = (needs || takes && self.steps.is_multiple_of(2)).then(fresh_key);
        let call = self.client.call(action);
        let call = match &key {
            Some(key) => call.key(key),
            None => call,
        };
        let answer = self.client.ask(call).await?;
        let outcome = self.done(action, &answer)?;
        if let Some(key) = key.filter(|_| outcome.expected.is_done()) {
            self.posts.push(Posted { action: action.clone(), key, status: answer.status, body: answer.json });
        }
        Ok(outcome)
    }

    fn done(&mut self, action: &Action, answer: &Answer) -> Result<Outcome, String> {
        self.record(&format!("{action}: {}", short(answer)));
        if matches!(action, Action::Add { .. }) {
            let members = answer.json["items"].as_array().into_iter().flatten();
            self.oracle.known_order =
                members.filter_map(|member| self.client.names.user(&member["user"]["id"])).collect();
        }
        let threads = self.oracle.threads.len();
        let outcome = self.oracle.apply(action);
        if self.oracle.threads.len() > threads {
            // A response without an id is reported below; until then something has to take the thread's place.
            let id = answer.json["id"].as_str().unwrap_or("no-such-thread");
            self.client.add_thread(id);
            self.transcript.record(format!("   that is {}", title_of(threads)));
        }
        check_response(&self.client, &self.oracle, action, &outcome, answer)
            .map_err(|wrong| format!("{action}: {wrong}"))?;
        self.sockets.expect(&self.oracle, &outcome);
        Ok(outcome)
    }

    /// Repeats an earlier POST: it gets the first response and has no effect.
    async fn again(&mut self, which: usize, changed: bool) -> Check {
        let place = which.checked_rem(self.posts.len());
        let Some(posted) = place.and_then(|place| self.posts.get(place)).cloned() else { return Ok(()) };
        let mut action = posted.action.clone();
        let other = changed && other_content(&mut action);
        let answer = self.client.ask(self.client.call(&action).key(&posted.key)).await?;
        self.record(&format!("{action}, once more with the same key: {}", short(&answer)));
        if other {
            // A group that is over does not exist, whatever the key.
            let codes = if self.outside(&posted) {
                vec!["idempotency-mismatch", "not-found"]
            } else {
                vec!["idempotency-mismatch"]
            };
            return check_status(&self.client, &Expected::any_of(codes), &answer);
        }
        if self.outside(&posted) && answer.is_problem("not-found") {
            return Ok(());
        }
        ensure(answer.status == posted.status && answer.replayed(), || format!("{action} again: {}", answer.text()))?;
        let hidden = [&answer.json, &posted.body].iter().any(|body| body["last_message"]["hidden"] == true);
        let mut then = posted.body.clone();
        if self.came_after(&posted) && !then["last_message"].is_null() {
            then["last_message"] = Value::Null;
        }
        same("the repeated response", &of_then(&answer.json, hidden), &of_then(&then, hidden))
    }

    /// Whether the user deleted the chat, or left and joined again, after the last message of the first response. They see nothing from before (rules 11, 20).
    fn came_after(&self, posted: &Posted) -> bool {
        let seq = posted.body["last_message"]["seq"].as_u64();
        let tid = self.client.names.tid(&posted.body["id"]);
        let member = tid.and_then(|tid| self.oracle.threads[tid].member(posted.action.who()));
        member.zip(seq).is_some_and(|(member, seq)| member.first() > seq)
    }

    /// Counts an operation, and records its result.
    fn record(&mut self, what: &str) {
        self.steps += 1;
        self.transcript.count(1);
        self.transcript.record(format!("{}. {what}", self.steps));
    }

    /// Whether the user is not in the thread that the action is about. Then `not-found` is right too.
    fn outside(&self, posted: &Posted) -> bool {
        let tid = match &posted.action {
            Action::Send { thread, .. }
            | Action::Add { thread, .. }
            | Action::Accept { thread, .. }
            | Action::Decline { thread, .. } => Some(*thread),
            _ => self.client.names.tid(&posted.body["id"]),
        };
        tid.is_some_and(|tid| self.oracle.threads[tid].member(posted.action.who()).is_none())
    }

    /// Checks everything that every user sees, and what the sockets received.
    pub(crate) async fn finish(&mut self) -> Check {
        self.invariants()?;
        self.checker().check_everything().await?;
        self.sockets.listen(&self.client).await;
        self.sockets.check(&self.client)
    }

    /// What holds of every group. It is checked on the oracle, which the product equals.
    pub(crate) fn invariants(&self) -> Check {
        for (tid, thread) in self.oracle.threads.iter().enumerate().filter(|(_, thread)| thread.group) {
            let members = thread.users();
            let names: Vec<&str> = members.iter().map(|user: &Uid| name(*user)).collect();
            let runs = members.is_empty() || !thread.moderators().is_empty();
            ensure(members.len() <= 15 && runs, || format!("{} has the members {names:?}", title_of(tid)))?;
            let here = thread.members_at(thread.last_seq());
            let explained = here.iter().all(|user| members.contains(user)) && here.len() == members.len();
            // The log of a group that is over is gone, and does not say so.
            ensure(explained || thread.ended_by.is_some(), || {
                format!("the log of {} does not explain its members {names:?}", title_of(tid))
            })?;
        }
        Ok(())
    }
}

/// What a repeated response shows as it was then: the log of a thread and its members. The rest is as it is now.
fn of_then(body: &Value, hidden: bool) -> Value {
    let mut body = body.clone();
    // A message is shown as it is now.
    let edited = ["edited_at", "deleted_at", "reactions", "text", "text_truncated", "reply_to", "mentions"];
    for now in edited {
        body.as_object_mut().map(|message| message.remove(now));
        body.get_mut("last_message").and_then(Value::as_object_mut).map(|last| last.remove(now));
    }
    for list in ["members", "items"] {
        // A mark may be hidden by now.
        for member in body.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            member.as_object_mut().map(|member| member.remove("read_seq"));
        }
    }
    if let Some(thread) = body.as_object_mut().filter(|body| body.contains_key("members")) {
        for now in ["box", "muted_until", "notice", "pinned", "title", "unread"] {
            thread.remove(now);
        }
        // What is hidden is hidden by the blocks of now.
        if let Some(last) = thread.get_mut("last_message").and_then(Value::as_object_mut).filter(|_| hidden) {
            for now in ["hidden", "reply_to", "text"] {
                last.remove(now);
            }
        }
    }
    body
}

/// Changes the body of the request, where that is easily done.
fn other_content(action: &mut Action) -> bool {
    match action {
        Action::Send { text, .. } => text.push('!'),
        Action::Create { title, .. } => *title = Some("another".to_owned()),
        Action::Add { users, .. } => {
            let before = users.clone();
            users.reverse();
            return *users != before;
        }
        _ => return false,
    }
    true
}

/// Status and problem.
pub(crate) fn short(answer: &Answer) -> String {
    let code = answer.json["type"].as_str().and_then(|uri| uri.rsplit('/').next()).filter(|_| answer.status >= 400);
    format!("{} {}", answer.status, code.unwrap_or_default()).trim_end().to_owned()
}
