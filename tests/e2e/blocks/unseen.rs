//! Only the blocker ever learns of a block: rule 12. The same play is given twice, once with the block and once without, and
//! to the blocked one and to everybody else it is the same play: every answer, event, frame, count and order.

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

/// One performance of the play.
struct Play<'a> {
    stack: &'a Stack,
    ann: User,
    bob: User,
    dora: User,
    uma: User,
    blocks: bool,
    /// What those who must not notice were answered, and saw, scene by scene.
    record: Vec<(String, Value)>,
    /// What stands for the names and ids that differ between performances.
    parts: Vec<(String, &'static str)>,
    /// How many frames of typing were sent.
    typed: usize,
}

/// The sockets of ann, bob, dora and uma.
type Sockets = [Socket];

impl<'a> Play<'a> {
    /// Everybody follows ann; uma can be added by nobody but whom she follows, so that bob cannot reach her either way.
    async fn new(stack: &'a Stack, blocks: bool) -> Self {
        let (ann, bob) = (stack.user("ann").await, stack.user("bob").await);
        let (dora, uma) = (stack.user("dora").await, stack.user("uma").await);
        for user in [&bob, &dora, &uma] {
            user.follow(&ann).await;
        }
        uma.close().await;
        let people = [(&ann, "<ann>"), (&bob, "<bob>"), (&dora, "<dora>"), (&uma, "<uma>")];
        let parts = people.into_iter().flat_map(|(user, part)| [(user.id.clone(), part), (user.name.clone(), part)]);
        let parts = parts.collect();
        Self { stack, ann, bob, dora, uma, blocks, record: Vec::new(), parts, typed: 0 }
    }

    /// Makes a call and waits until everything has been pushed that it leads to.
    async fn act(&self, call: Call) {
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
            self.act(self.uma.put_empty(&format!("/me/blocked/{}", self.bob.id))).await;
        }
    }

    /// Records everything that one of those can ask for who must not notice.
    async fn look(&mut self, scene: &str, user: &User, thread: &str) {
        for seen in everything(user, thread).await {
            self.record.push((format!("{scene}, {}: {}", user.name, seen["path"]), seen));
        }
    }

    async fn type_into(&mut self, thread: &str, socket: &mut Socket) {
        socket.typing(thread).await;
        self.typed += 1;
        self.stack.socket_route_ran("typing", self.typed).await;
    }

    /// The play from the making of the group to the last scene.
    async fn perform(&mut self, way: Way, sockets: &mut Sockets, typed: usize) {
        let (ann, bob, dora, uma) = (self.ann.clone(), self.bob.clone(), self.dora.clone(), self.uma.clone());
        self.typed = typed;
        let direct = bob.opening(&dora).await;
        self.stack.finished(&direct).await;
        self.parts.push((direct.id(), "DIRECT"));
        if !matches!(way, Way::BlockInside) {
            self.block().await;
        }
        let body = json!({"kind": "group", "user_ids": [dora.id], "room": {"id": "room"}});
        let made = ann.post("/threads", &body).key(&fresh_key()).await;
        let thread = made.id();
        self.parts.push((thread.clone(), "THREAD"));
        self.stack.finished(&made).await;
        let guests = if matches!(way, Way::BobComesLater) { [&uma, &bob] } else { [&bob, &uma] };
        self.act(ann.adding(&thread, &[guests[0]])).await;
        self.act(guests[0].sending(&thread, "I came first")).await;
        self.act(ann.adding(&thread, &[guests[1]])).await;
        self.look("together", &bob, &thread).await;
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
        self.act(uma.deciding(thread, "stay")).await;
        let answer = json!({"text": "hello bob", "reply_to": 5, "mentions": [bob.id]});
        self.act(uma.post(&path("/messages"), &answer).key(&fresh_key())).await;
        let answer = json!({"text": "hello uma", "reply_to": 6, "mentions": [uma.id]});
        self.bob_does(bob.post(&path("/messages"), &answer).key(&fresh_key())).await;
        self.act(uma.put(&path("/read"), &json!({"seq": 6}))).await;
        self.bob_does(bob.put(&path("/read"), &json!({"seq": 7}))).await;
        self.act(uma.put(&path("/read"), &json!({"seq": 7}))).await;
        let [anns, bobs, _, umas] = sockets else { panic!("everybody has a socket") };
        for socket in [bobs, umas, anns] {
            self.type_into(thread, socket).await;
        }
        self.act(ann.sending(thread, "enough")).await;
        for query in ["?box=inbox", "?box=requests", "?room_id=room"] {
            self.bob_does(bob.get(&format!("/threads{query}"))).await;
        }
        for user in [&ann, &bob, &self.dora.clone()] {
            self.look("talked", user, thread).await;
        }
    }

    /// Bob tries everything that could tell him more, leaves and comes back.
    async fn moderate(&mut self, thread: &str) {
        let (ann, bob, uma) = (self.ann.clone(), self.bob.clone(), self.uma.clone());
        let path = |rest: &str| format!("/threads/{thread}{rest}");
        self.act(ann.setting_role(thread, &bob, "moderator")).await;
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
        self.look("removed", &bob, thread).await;
        self.act(ann.adding(thread, &[&uma])).await;
        self.bob_does(bob.sending(thread, "welcome back")).await;
        self.bob_does(bob.leaving(thread)).await;
        self.act(uma.sending(thread, "bob is out")).await;
        self.act(ann.adding(thread, &[&bob])).await;
        self.bob_does(bob.post_empty(&path("/accept"))).await;
        self.bob_does(bob.sending(thread, "back again")).await;
        self.act(uma.sending(thread, "indeed")).await;
        for user in [&ann, &bob, &self.dora.clone()] {
            self.look("back", user, thread).await;
        }
        // And at last the block ends, if it was one.
        self.act(uma.delete(&format!("/me/blocked/{}", bob.id))).await;
        self.look("over", &bob, thread).await;
    }
}

/// What bob, ann and dora were answered and saw, with nothing in it that tells one performance from another.
async fn perform(stack: &Stack, way: Way, blocks: bool, typed: usize) -> Vec<(String, Value)> {
    let mut play = Play::new(stack, blocks).await;
    let users = [&play.ann, &play.bob, &play.dora, &play.uma];
    let mut sockets = Vec::new();
    for user in users {
        sockets.push(user.connect().await);
    }
    play.perform(way, &mut sockets, typed).await;
    for (name, socket) in ["ann", "bob", "dora", "uma"].into_iter().zip(&mut sockets) {
        socket.ping().await;
        if name != "uma" {
            play.record.push((format!("frames of {name}"), json!(socket.all())));
        }
    }
    let told = json!(sockets[3].all()).to_string().contains("notice.blocked_member_present");
    assert_eq!(told, blocks, "the play is about a block, or it is not");
    let Play { record, parts, .. } = play;
    let anonymous = |(what, seen)| (anonymous(json!(what), &parts).to_string(), anonymous(seen, &parts));
    record.into_iter().map(anonymous).collect()
}

async fn assert_unseen(way: Way) {
    let stack = Stack::own();
    let without = perform(&stack, way, false, 0).await;
    let with = perform(&stack, way, true, 3).await;
    assert_eq!(with.len(), without.len());
    for (with, without) in with.iter().zip(&without) {
        assert_eq!(with.0, without.0, "the two performances follow the same script");
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
