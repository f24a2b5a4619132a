//! `…/messages/{seq}/reactions`: rule 18.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, ThreadLog, User, shape};

/// Fifteen different emoji.
const EMOJI: [&str; 15] = ["⭐", "👎", "😂", "😮", "😢", "🙏", "🔥", "🎉", "💯", "👏", "🤔", "🙈", "🐢", "🦌", "☕"];

/// The reactions that a user sees to a message: emoji, count, and whether theirs is among them.
async fn reactions(user: &User, thread: &str, seq: u64) -> Vec<(String, u64, bool)> {
    let message = user.message(thread, seq).await;
    shape::message(&message);
    let reaction = |view: &Value| {
        let (emoji, count) = (view["emoji"].as_str().unwrap().to_owned(), view["count"].as_u64().unwrap());
        (emoji, count, view["mine"].as_bool().unwrap())
    };
    message["reactions"].as_array().unwrap().iter().map(reaction).collect()
}

fn is(emoji: &str, count: u64, mine: bool) -> (String, u64, bool) {
    (emoji.to_owned(), count, mine)
}

#[tokio::test]
async fn rule_18_a_reaction_is_an_entry_of_the_log_and_everybody_sees_whose_it_is() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let unread = pair.bob.thread(&pair.thread).await["unread"].clone();
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let view = pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200).clone();
    shape::message(&view);
    assert_eq!(view["reactions"], json!([{"emoji": "👍", "count": 1, "mine": true}]));
    for (socket, mine) in [(&mut anns, false), (&mut bobs, true)] {
        let event = socket.next("reaction.added").await;
        shape::event(&event);
        let data = json!({"message_seq": 2, "emoji": "👍", "reactions": [{"emoji": "👍", "count": 1, "mine": mine}]});
        assert_eq!((&event["seq"], &event["actor_id"], &event["data"]), (&json!(3), &json!(pair.bob.id), &data));
    }
    pair.ann.reacting(&pair.thread, 2, "👍").await.expect(200);
    pair.ann.reacting(&pair.thread, 2, "🎉").await.expect(200);
    // Twice is once.
    pair.ann.reacting(&pair.thread, 2, "👍").await.expect(200);
    assert_eq!(reactions(&pair.ann, &pair.thread, 2).await, [is("👍", 2, true), is("🎉", 1, true)]);
    assert_eq!(reactions(&pair.bob, &pair.thread, 2).await, [is("👍", 2, true), is("🎉", 1, false)]);
    let list = pair.bob.list(&pair.path("/messages/2/reactions?limit=2")).await;
    let who: Vec<_> = list.iter().map(|item| (item["emoji"].clone(), item["user"]["id"].clone())).collect();
    assert_eq!(
        who,
        [("👍", &pair.bob), ("👍", &pair.ann), ("🎉", &pair.ann)].map(|(emoji, user)| (json!(emoji), json!(user.id)))
    );
    for item in &list {
        shape::user(&item["user"]);
    }
    for _ in 0..2 {
        pair.bob.unreacting(&pair.thread, 2, "👍").await.expect(204);
    }
    assert_eq!(bobs.next("reaction.removed").await["data"]["reactions"][0]["count"], 1);
    assert_eq!(reactions(&pair.bob, &pair.thread, 2).await, [is("👍", 1, false), is("🎉", 1, false)]);
    let view = pair.bob.thread(&pair.thread).await;
    assert_eq!((&view["unread"], &view["last_seq"]), (&unread, &json!(6)), "a reaction is no message");
    let events = pair.bob.events(&pair.thread).await;
    events.iter().for_each(shape::event);
}

#[tokio::test]
async fn rule_18_every_spelling_of_an_emoji_is_the_same_and_a_skin_tone_is_not() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    for spelling in ["\u{2764}", "\u{2764}\u{fe0f}", "\u{2764}\u{fe0e}"] {
        pair.bob.reacting(&pair.thread, 2, spelling).await.expect(200);
    }
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    pair.bob.reacting(&pair.thread, 2, "👍🏽").await.expect(200);
    let seen = reactions(&pair.ann, &pair.thread, 2).await;
    assert_eq!(seen, [is("\u{2764}\u{fe0f}", 1, false), is("👍", 1, false), is("👍🏽", 1, false)]);
    pair.bob.unreacting(&pair.thread, 2, "\u{2764}").await.expect(204);
    assert_eq!(reactions(&pair.ann, &pair.thread, 2).await.len(), 2);
    for none in ["x", "👍👍", "1", ":)", "\u{fe0f}", "🇸"] {
        pair.bob.reacting(&pair.thread, 2, none).await.invalid("emoji");
        pair.bob.unreacting(&pair.thread, 2, none).await.invalid("emoji");
    }
    assert_eq!(pair.bob.last_seq(&pair.thread).await, 6);
}

#[tokio::test]
async fn rule_18_a_message_has_at_most_twenty_kinds() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let more = ["🍎", "🍊", "🍋", "🍉", "🍇"];
    for emoji in EMOJI.iter().chain(&more) {
        pair.bob.reacting(&pair.thread, 2, emoji).await.expect(200);
    }
    pair.bob.reacting(&pair.thread, 2, "🍓").await.problem("conflict");
    pair.ann.reacting(&pair.thread, 2, "🍇").await.expect(200);
    pair.bob.unreacting(&pair.thread, 2, "🍎").await.expect(204);
    pair.bob.reacting(&pair.thread, 2, "🍓").await.expect(200);
    assert_eq!(reactions(&pair.ann, &pair.thread, 2).await.len(), 20);
}

#[tokio::test]
async fn rule_18_fifteen_members_who_toggle_at_once_end_in_exact_counts() {
    let stack = Stack::own();
    let ann = stack.user("ann").await;
    let others = join_all((0..14).map(|number| stack.user(["b", "c"][number % 2]))).await;
    join_all(others.iter().map(|other| other.follow(&ann))).await;
    let thread = ann.create_group(&others.iter().collect::<Vec<_>>()).await;
    let seq = ann.send(&thread, "what do you think?").await["seq"].as_u64().unwrap();
    let everybody: Vec<&User> = others.iter().chain([&ann]).collect();
    let toggle = async |number: usize, user: &User| {
        for round in 0..3 {
            for emoji in ["👍", EMOJI[number]] {
                user.reacting(&thread, seq, emoji).await.expect(200);
                if !usize::is_multiple_of(number + round, 3) || round < 2 {
                    user.unreacting(&thread, seq, emoji).await.expect(204);
                }
            }
        }
    };
    join_all(everybody.iter().enumerate().map(|(number, user)| toggle(number, user))).await;
    // Whose last word was a reaction.
    let stay: Vec<usize> = (0..15_usize).filter(|number| usize::is_multiple_of(number + 2, 3)).collect();
    for (number, user) in everybody.iter().enumerate() {
        let mut seen = reactions(user, &thread, seq).await;
        let mine = stay.contains(&number);
        let mut expected = vec![is("👍", stay.len() as u64, mine)];
        expected.extend(stay.iter().map(|other| is(EMOJI[*other], 1, *other == number)));
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected);
    }
    let mut log = ThreadLog::new(&thread);
    log.repair(&ann).await;
    log.assert_dense(ann.last_seq(&thread).await);
    // The log itself leads to the same counts.
    let mut counts = std::collections::BTreeMap::<String, i64>::new();
    for event in ann.events(&thread).await {
        let change = match event["type"].as_str().unwrap() {
            "reaction.added" => 1,
            "reaction.removed" => -1,
            _ => continue,
        };
        *counts.entry(event["data"]["emoji"].as_str().unwrap().to_owned()).or_default() += change;
    }
    counts.retain(|_, count| *count != 0);
    let seen = reactions(&ann, &thread, seq).await;
    assert_eq!(counts, seen.into_iter().map(|(emoji, count, _)| (emoji, count.cast_signed())).collect());
}

#[tokio::test]
async fn rule_18_a_blocked_members_reactions_do_not_show_to_the_blocker_and_to_nobody_else_a_difference() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let seq = ann.send(&group.thread, "hello").await["seq"].as_u64().unwrap();
    carl.block(bob).await;
    let (mut carls, mut anns) = tokio::join!(carl.connect(), ann.connect());
    bob.reacting(&group.thread, seq, "🔥").await.expect(200);
    ann.reacting(&group.thread, seq, "👍").await.expect(200);
    bob.reacting(&group.thread, seq, "👍").await.expect(200);
    carl.reacting(&group.thread, seq, "🔥").await.expect(200);
    assert_eq!(reactions(carl, &group.thread, seq).await, [is("👍", 1, false), is("🔥", 1, true)]);
    assert_eq!(reactions(ann, &group.thread, seq).await, [is("🔥", 2, false), is("👍", 2, true)]);
    assert_eq!(reactions(bob, &group.thread, seq).await, [is("🔥", 2, true), is("👍", 2, true)]);
    let event = carls.next("reaction.added").await;
    assert_eq!(event["data"], json!({"message_seq": seq, "emoji": null, "reactions": [], "hidden": true}));
    assert_eq!(anns.next("reaction.added").await["data"]["emoji"], "🔥");
    let path = group.path(&format!("/messages/{seq}/reactions"));
    assert_eq!(carl.list(&path).await.len(), 2);
    assert_eq!(ann.list(&path).await.len(), 4);
    let told: Vec<Value> = carl.events(&group.thread).await;
    told.iter().for_each(shape::event);
    let hidden = told.iter().filter(|event| event["actor_id"] == bob.id && event["type"] == "reaction.added");
    assert!(hidden.clone().count() == 2 && hidden.clone().all(|event| event["data"]["emoji"].is_null()));
    // Between two, where the block refuses new ones.
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    pair.ann.block(&pair.bob).await;
    assert!(reactions(&pair.ann, &pair.thread, 2).await.is_empty());
    assert_eq!(reactions(&pair.bob, &pair.thread, 2).await, [is("👍", 1, true)]);
    pair.bob.reacting(&pair.thread, 2, "🔥").await.problem("contact-closed");
    pair.ann.reacting(&pair.thread, 2, "🔥").await.problem("you-block-them");
    pair.bob.unreacting(&pair.thread, 2, "👍").await.expect(204);
}

#[tokio::test]
async fn rule_18_who_came_later_or_has_not_accepted_does_not_react() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let seq = group.bob.send(&group.thread, "old").await["seq"].as_u64().unwrap();
    let dora = group.join(&stack, "dora").await;
    dora.reacting(&group.thread, seq, "👍").await.problem("not-found");
    dora.get(&group.path(&format!("/messages/{seq}/reactions"))).await.problem("not-found");
    // A reaction to what she does not see is told without it.
    let mut doras = dora.connect().await;
    group.ann.reacting(&group.thread, seq, "👍").await.expect(200);
    let event = doras.next("reaction.added").await;
    assert_eq!(event["data"], json!({"message_seq": seq, "emoji": null, "reactions": [], "hidden": true}));
    // A request: neither who asks nor who is asked.
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.ann.reacting(&pair.thread, 2, "👍").await.problem("request-pending");
    pair.bob.reacting(&pair.thread, 2, "👍").await.problem("request-pending");
    pair.bob.accept(&pair.thread).await;
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    // Who left keeps theirs, and cannot take them back.
    group.bob.reacting(&group.thread, seq, "🎉").await.expect(200);
    group.bob.leave(&group.thread).await;
    group.bob.unreacting(&group.thread, seq, "🎉").await.problem("not-found");
    assert_eq!(reactions(&group.ann, &group.thread, seq).await, [is("👍", 1, true), is("🎉", 1, false)]);
}

#[tokio::test]
async fn rule_18_a_reaction_whose_answer_is_lost_counts_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter, DatabaseFault::AnswerLost] {
        let pair = Pair::new(&stack).await;
        pair.ann.send(&pair.thread, "hello").await;
        let fault = Fault::database(fault).function("MessageFunction").operation("TransactWriteItems");
        let armed = stack.inject(fault).await;
        while !matches!(pair.bob.reacting(&pair.thread, 2, "👍").outcome().await, Ok(answer) if answer.status == 200)
        {
        }
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        assert_eq!(pair.ann.last_seq(&pair.thread).await, 3);
        assert_eq!(reactions(&pair.ann, &pair.thread, 2).await, [is("👍", 1, false)]);
    }
}

#[tokio::test]
async fn reactions_and_edits_keep_each_other() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "0").await;
    let edits = (1..=5).map(|number| pair.ann.editing(&pair.thread, 2, &number.to_string()).into_future());
    let reacts = EMOJI.iter().take(8).map(|emoji| pair.bob.reacting(&pair.thread, 2, emoji).into_future());
    let (edits, reacts) = tokio::join!(join_all(edits), join_all(reacts));
    edits.iter().chain(&reacts).for_each(|answer| assert_eq!(answer.status, 200, "{}", answer.text()));
    assert_eq!(reactions(&pair.ann, &pair.thread, 2).await.len(), 8);
    let events = pair.ann.events(&pair.thread).await;
    let last = events.iter().rfind(|event| event["type"] == "message.edited").unwrap();
    assert_eq!(last["data"]["text"], pair.ann.message(&pair.thread, 2).await["text"]);
    assert!(last["data"]["edited_at"].is_string());
}
