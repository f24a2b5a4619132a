//! A case: the model and the product side by side.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Answer, Stack, fresh_key};

use super::ears::Ears;
use super::judge::{judge, verdict};
use super::look::Look;
use super::same::{Check, demand, same};
use super::stage::Stage;
use crate::plan::{Op, Step, resolve};
use crate::run::Tale;
use crate::world::{Act, Expected, Outcome, Uid, World, name, title_of};

/// A case on its way.
pub(crate) struct Game {
    pub(crate) stage: Stage,
    pub(crate) world: World,
    pub(crate) ears: Ears,
    /// What was done so far and what came of it.
    pub(crate) tale: Tale,
    /// Every POST that succeeded with a key.
    posts: Vec<Posted>,
    pub(crate) steps: usize,
}

#[derive(Clone)]
struct Posted {
    act: Act,
    key: String,
    status: u16,
    body: Value,
}

/// Who takes part in a case.
pub(crate) struct Cast {
    pub(crate) people: usize,
    /// The last so many of them have no profile yet.
    pub(crate) unregistered: usize,
    /// Every so manieth has a socket.
    pub(crate) every_socket: usize,
}

impl Game {
    pub(crate) async fn new(stack: &Stack, cast: &Cast, tale: Tale) -> Self {
        let registered = cast.people - cast.unregistered;
        let world = World::new(cast.people, cast.unregistered);
        let stage = Stage::new(stack, cast.people, registered).await;
        let ears = Ears::open(&stage, (0..registered).step_by(cast.every_socket)).await;
        Self { stage, world, ears, tale, posts: Vec::new(), steps: 0 }
    }

    /// What the users see.
    pub(crate) fn look(&self) -> Look<'_> {
        Look { stage: &self.stage, world: &self.world }
    }

    /// Who follows whom at the beginning; nobody minds the order.
    pub(crate) async fn befriend(&mut self, follows: &[(u8, u8)]) -> Check {
        let person = |number: u8| usize::from(number) % self.world.people.len();
        let edges: BTreeSet<(Uid, Uid)> = follows.iter().map(|(who, whom)| (person(*who), person(*whom))).collect();
        let edges = edges.into_iter().filter(|(who, whom)| who != whom);
        let acts: Vec<Act> = edges.map(|(who, whom)| Act::Follow { who, whom }).collect();
        let answers = join_all(acts.iter().map(|act| self.stage.ask(self.stage.call(act)))).await;
        for (act, answer) in acts.iter().zip(answers) {
            self.done(act, &answer?)?;
        }
        Ok(())
    }

    /// Does what an operation comes to, and looks at everything it touches.
    pub(crate) async fn step(&mut self, op: &Op) -> Check {
        match resolve(op, &self.world, self.steps, |number| self.stage.room(number)) {
            Step::Do(act) => {
                let (outcome, who) = (self.act(&act).await?, act.who());
                self.look().after(who, &outcome, self.steps).await
            }
            Step::Again { which, changed } => self.again(usize::from(which), changed).await,
        }
    }

    /// Does it, and judges the answer.
    pub(crate) async fn act(&mut self, act: &Act) -> Result<Outcome, String> {
        let (takes, needs) = act.key();
        let key = (needs || takes && self.steps.is_multiple_of(2)).then(fresh_key);
        let call = self.stage.call(act);
        let call = match &key {
            Some(key) => call.key(key),
            None => call,
        };
        let answer = self.stage.ask(call).await?;
        let outcome = self.done(act, &answer)?;
        if let Some(key) = key.filter(|_| outcome.expected.is_done()) {
            self.posts.push(Posted { act: act.clone(), key, status: answer.status, body: answer.json });
        }
        Ok(outcome)
    }

    fn done(&mut self, act: &Act, answer: &Answer) -> Result<Outcome, String> {
        self.tell(&format!("{act}: {}", short(answer)));
        if matches!(act, Act::Add { .. }) {
            let members = answer.json["items"].as_array().into_iter().flatten();
            self.world.known_order =
                members.filter_map(|member| self.stage.names.user(&member["user"]["id"])).collect();
        }
        let threads = self.world.threads.len();
        let outcome = self.world.apply(act);
        if self.world.threads.len() > threads {
            // Only to have its place taken: an answer without an id is judged below.
            let id = answer.json["id"].as_str().unwrap_or("no-such-thread");
            self.stage.add_thread(id);
            self.tale.tell(format!("   that is {}", title_of(threads)));
        }
        judge(&self.stage, &self.world, act, &outcome, answer).map_err(|wrong| format!("{act}: {wrong}"))?;
        self.ears.expect(&self.world, &outcome);
        Ok(outcome)
    }

    /// An earlier POST again: the first answer, and nothing else.
    async fn again(&mut self, which: usize, changed: bool) -> Check {
        let place = which.checked_rem(self.posts.len());
        let Some(posted) = place.and_then(|place| self.posts.get(place)).cloned() else { return Ok(()) };
        let mut act = posted.act.clone();
        let other = changed && other_content(&mut act);
        let answer = self.stage.ask(self.stage.call(&act).key(&posted.key)).await?;
        self.tell(&format!("{act}, once more with the same key: {}", short(&answer)));
        if other {
            return verdict(&self.stage, &Expected::refused("idempotency-mismatch"), &answer);
        }
        if self.outside(&posted) && answer.is_problem("not-found") {
            return Ok(());
        }
        demand(answer.status == posted.status && answer.replayed(), || format!("{act} again: {}", answer.text()))?;
        let hidden = [&answer.json, &posted.body].iter().any(|body| body["last_message"]["hidden"] == true);
        same("the answer again", &of_then(&answer.json, hidden), &of_then(&posted.body, hidden))
    }

    /// Counts an operation, and tells what came of it.
    fn tell(&mut self, what: &str) {
        self.steps += 1;
        self.tale.count(1);
        self.tale.tell(format!("{}. {what}", self.steps));
    }

    /// Whether whoever does it is not in the thread it is about: then `not-found` is as good as the first answer.
    fn outside(&self, posted: &Posted) -> bool {
        let tid = match &posted.act {
            Act::Send { thread, .. }
            | Act::Add { thread, .. }
            | Act::Accept { thread, .. }
            | Act::Decline { thread, .. } => Some(*thread),
            _ => self.stage.names.tid(&posted.body["id"]),
        };
        tid.is_some_and(|tid| self.world.threads[tid].member(posted.act.who()).is_none())
    }

    /// Looks at everything as everybody, and at what the sockets brought.
    pub(crate) async fn finish(&mut self) -> Check {
        self.invariants()?;
        self.look().at_everything().await?;
        self.ears.listen(&self.stage).await;
        self.ears.judge(&self.stage)
    }

    /// What holds of every group whatever happened: of the model, and so of the product, which looks the same.
    pub(crate) fn invariants(&self) -> Check {
        for (tid, thread) in self.world.threads.iter().enumerate().filter(|(_, thread)| thread.group) {
            let members = thread.users();
            let names: Vec<&str> = members.iter().map(|user: &Uid| name(*user)).collect();
            let runs = members.is_empty() || !thread.moderators().is_empty();
            demand(members.len() <= 15 && runs, || format!("{} has the members {names:?}", title_of(tid)))?;
            let here = thread.members_at(thread.last_seq());
            demand(here.iter().all(|user| members.contains(user)) && here.len() == members.len(), || {
                format!("the log of {} does not explain its members {names:?}", title_of(tid))
            })?;
        }
        Ok(())
    }
}

/// What a replayed thread shows as it was then: its log and its members. The rest of the view is as it is now.
fn of_then(body: &Value, hidden: bool) -> Value {
    let mut body = body.clone();
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

/// Makes it another request of the same route, where that is easily done.
fn other_content(act: &mut Act) -> bool {
    match act {
        Act::Send { text, .. } => text.push('!'),
        Act::Create { title, .. } => *title = Some("another".to_owned()),
        Act::Add { users, .. } => {
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
