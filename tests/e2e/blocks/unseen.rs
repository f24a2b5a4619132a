//! Only the blocker ever learns of a block: rule 12. The same scenario is run twice, once with the block and once without. For the
//! blocked user and everybody else both runs are the same: every response, event, frame, count and order.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::view::{anonymous, everything, lasting};
use tests::{Call, Socket, Stack, User, fresh_key};

/// How uma, who may block, and bob, who may be blocked, come to be in the same group.
#[derive(Clone, Copy, Debug)]
enum Way {
    UmaComesLater,
    BobComesLater,
    BlockInside,
}

/// One run of the scenario.
struct Scenario<'a> {
    stack: &'a Stack,
    ann: User,
    bob: User,
    dora: User,
    uma: User,
    blocks: bool,
    /// The responses to users who must not notice, and what they saw, step by step.
    record: Vec<(String, Value)>,
    /// What replaces the names and ids that differ between runs.
    placeholders: Vec<(String, &'static str)>,
    /// How many frames of typing were sent.
    typed: usize,
}

/// The sockets of ann, bob, dora and uma.
type Sockets = [Socket];

impl<'a> Scenario<'a> {
    /// Everybody follows ann; uma can be added by nobody but whom she follows, so that bob cannot reach her either way.
    async fn new(stack: &'a Stack, blocks: bool) -> Self {
        let (ann, bob) = (stack.user("ann").await, stack.user("bob").await);
        let (dora, uma) = (stack.user("dora").await, stack.user("uma").await);
        for user in [&bob, &dora, &uma] {
            user.follow(&ann).await;
        }
        uma.close().await;
        let users = [(&ann, "<ann>"), (&bob, "<bob>"), (&dora, "<dora>"), (&uma, "<uma>")];
        let placeholders = users
            .into_iter()
            .flat_map(|(user, placeholder)| [(user.id.clone(), placeholder), (user.name.clone(), placeholder)]);
        let placeholders = placeholders.collect();
        Self { stack, ann, bob, dora, uma, blocks, record: Vec::new(), placeholders, typed: 0 }
    }

    /// Makes a call and waits until everything has been pushed that it leads to.
    async fn finish(&self, call: Call) {
        let answer = call.await;
        assert!(answer.status < 300, "{} was answered {}", answer.request, answer.text());
        self.stack.finished(&answer).await;
    }

    /// Makes a call of bob's, and records the answer and which calls of the table it waited for. How many is not recorded:
    /// the sockets are looked up beside the writing, and again if that was too slow.
    async fn bob_does(&mut self, call: Call) {
        let answer = call.await;
        let invocation = self.stack.finished(&answer).await;
        let calls = invocation.calls.iter().filter(|call| !call.after_answer).map(|call| call.operation.clone());
        let calls: BTreeSet<String> = calls.collect();
        let seen = json!({"status": answer.status, "body": lasting(answer.json.clone()), "calls": calls});
        self.record.push((answer.request, seen));
    }

    async fn block(&self) {
        if self.blocks {
            self.finish(self.uma.put_empty(&format!("/me/blocked/{}", self.bob.id))).await;
        }
    }

    /// Records everything that one of those can ask for who must not notice.
    async fn record_views(&mut self, step: &str, user: &User, thread: &str) {
        for seen in everything(user, thread).await {
            self.record.push((format!("{step}, {}: {}", user.name, seen["path"]), seen));
        }
    }

    async fn type_into(&mut self, thread: &str, socket: &mut Socket) {
        socket.typing(thread).await;
        self.typed += 1;
        self.stack.socket_route_ran("typing", self.typed).await;
    }

    /// The scenario, from the creation of the group to the last step.
    async fn run(&mut self, way: Way, sockets: &mut Sockets, typed: usize) {
        let (ann, bob, dora, uma) = (self.ann.clone(), self.bob.clone(), self.dora.clone(), self.uma.clone());
        self.typed = typed;
        let direct = bob.opening(&dora).await;
        self.stack.finished(&direct).await;
        self.placeholders.push((direct.id(), "DIRECT"));
        if !matches!(way, Way::BlockInside) {
            self.block().await;
        }
        let body = json!({"kind": "group", "user_ids": [dora.id], "room": {"id": "room"}});
        let made = ann.post("/threads", &body).key(&fresh_key()).await;
        let thread = made.id();
        self.placeholders.push((thread.clone(), "THREAD"));
        self.stack.finished(&made).await;
        let guests = if matches!(way, Way::BobComesLater) { [&uma, &bob] } else { [&bob, &uma] };
        self.finish(ann.adding(&thread, &[guests[0]])).await;
        self.finish(guests[0].sending(&thread, "I came first")).await;
        self.finish(ann.adding(&thread, &[guests[1]])).await;
        self.record_views("together", &bob, &thread).await;
        if matches!(way, Way::BlockInside) {
            self.block().await;
        }
        self.talk(&thread, sockets).await;
        self.moderate(&thread).await;
    }

    /// Bob and uma talk, answer each other, read and type.
    async fn talk(&mut self, thread: &str, sockets: &mut Sockets) {
        let (ann, bob, uma) = (self.ann.clone(), self.bob.clone(), self.uma.clone());
        let path = |rest: &str| format!("/threads/{thread}{rest}");
        self.bob_does(bob.sending(thread, "hello everybody")).await;
        self.finish(uma.deciding(thread, "stay")).await;
        let answer = json!({"text": "hello bob", "reply_to": 5, "mentions": [bob.id]});
        self.finish(uma.post(&path("/messages"), &answer).key(&fresh_key())).await;
        let answer = json!({"text": "hello uma", "reply_to": 6, "mentions": [uma.id]});
        self.bob_does(bob.post(&path("/messages"), &answer).key(&fresh_key())).await;
        self.finish(uma.put(&path("/read"), &json!({"seq": 6}))).await;
        self.bob_does(bob.put(&path("/read"), &json!({"seq": 7}))).await;
        self.finish(uma.put(&path("/read"), &json!({"seq": 7}))).await;
        let [anns, bobs, _, umas] = sockets else { panic!("everybody has a socket") };
        for socket in [bobs, umas, anns] {
            self.type_into(thread, socket).await;
        }
        self.finish(ann.sending(thread, "enough")).await;
        for query in ["?box=inbox", "?box=requests", "?room_id=room"] {
            self.bob_does(bob.get(&format!("/threads{query}"))).await;
        }
        for user in [&ann, &bob, &self.dora.clone()] {
            self.record_views("talked", user, thread).await;
        }
    }

    /// Bob tries everything that could tell him more, leaves and comes back.
    async fn moderate(&mut self, thread: &str) {
        let (ann, bob, uma) = (self.ann.clone(), self.bob.clone(), self.uma.clone());
        let path = |rest: &str| format!("/threads/{thread}{rest}");
        self.finish(ann.setting_role(thread, &bob, "moderator")).await;
        self.bob_does(bob.renaming(thread, "bob's")).await;
        self.bob_does(bob.setting_role(thread, &uma, "moderator")).await;
        self.bob_does(bob.setting_role(thread, &uma, "member")).await;
        self.bob_does(bob.put_empty(&format!("/me/following/{}", uma.id))).await;
        self.bob_does(bob.get(&format!("/users/{}", uma.id))).await;
        self.bob_does(bob.delete(&format!("/me/following/{}", uma.id))).await;
        self.bob_does(bob.creating_group(&[&uma])).await;
        self.bob_does(bob.adding(thread, &[&uma])).await;
        self.bob_does(bob.removing(thread, &uma)).await;
        self.bob_does(bob.adding(thread, &[&uma])).await;
        self.record_views("removed", &bob, thread).await;
        self.finish(ann.adding(thread, &[&uma])).await;
        self.bob_does(bob.sending(thread, "welcome back")).await;
        self.bob_does(bob.leaving(thread)).await;
        self.finish(uma.sending(thread, "bob is out")).await;
        self.finish(ann.adding(thread, &[&bob])).await;
        self.bob_does(bob.post_empty(&path("/accept"))).await;
        self.bob_does(bob.sending(thread, "back again")).await;
        self.finish(uma.sending(thread, "indeed")).await;
        for user in [&ann, &bob, &self.dora.clone()] {
            self.record_views("back", user, thread).await;
        }
        // And at last the block ends, if it was one.
        self.finish(uma.delete(&format!("/me/blocked/{}", bob.id))).await;
        self.record_views("over", &bob, thread).await;
    }
}

/// The responses to bob, ann and dora and what they saw, without anything that differs from run to run.
async fn run(stack: &Stack, way: Way, blocks: bool, typed: usize) -> Vec<(String, Value)> {
    let mut scenario = Scenario::new(stack, blocks).await;
    let users = [&scenario.ann, &scenario.bob, &scenario.dora, &scenario.uma];
    let mut sockets = Vec::new();
    for user in users {
        sockets.push(user.connect().await);
    }
    scenario.run(way, &mut sockets, typed).await;
    for (name, socket) in ["ann", "bob", "dora", "uma"].into_iter().zip(&mut sockets) {
        socket.ping().await;
        if name != "uma" {
            scenario.record.push((format!("frames of {name}"), json!(socket.all())));
        }
    }
    let noticed = json!(sockets[3].all()).to_string().contains("notice.blocked_member_present");
    assert_eq!(noticed, blocks, "the scenario is about a block, or it is not");
    let Scenario { record, placeholders, .. } = scenario;
    let anonymous = |(what, seen)| (anonymous(json!(what), &placeholders).to_string(), anonymous(seen, &placeholders));
    record.into_iter().map(anonymous).collect()
}

async fn assert_unseen(way: Way) {
    let stack = Stack::own();
    let without = run(&stack, way, false, 0).await;
    let with = run(&stack, way, true, 3).await;
    assert_eq!(with.len(), without.len());
    for (with, without) in with.iter().zip(&without) {
        assert_eq!(with.0, without.0, "the two runs have the same steps");
        assert_eq!(with.1, without.1, "{} shows the block (left)", with.0);
    }
}

#[tokio::test]
async fn rule_12_nobody_sees_a_block_when_the_blocker_comes_to_the_blocked() {
    assert_unseen(Way::UmaComesLater).await;
}

#[tokio::test]
async fn rule_12_nobody_sees_a_block_when_the_blocked_comes_to_the_blocker() {
    assert_unseen(Way::BobComesLater).await;
}

#[tokio::test]
async fn rule_12_nobody_sees_a_block_that_begins_inside() {
    assert_unseen(Way::BlockInside).await;
}
