//! What groups cost: sending in one and listing them, the same whether they have 2, 8 or 15 members.

use serde_json::json;
use tests::{Stack, User, followers, fresh_key};

use super::budgets::{Budget, CROWDED_INBOX, INBOX, SEND, SEND_READS, measured_stack};

const SIZES: [usize; 3] = [2, 8, 15];

/// Somebody and those who follow them.
async fn circle(stack: &Stack, others: usize) -> (User, Vec<User>) {
    let ann = stack.user("ann").await;
    let friends = followers(stack, &ann, others).await;
    (ann, friends)
}

async fn group(ann: &User, friends: &[User]) -> String {
    let user_ids: Vec<&str> = friends.iter().map(|friend| friend.id.as_str()).collect();
    let body =
        json!({"kind": "group", "user_ids": user_ids, "title": "A title as long as titles of groups commonly are"});
    let answer = ann.post("/threads", &body).key(&fresh_key()).await;
    answer.expect(201);
    answer.id()
}

#[tokio::test]
async fn a_send_costs_the_same_with_2_8_and_15_members() {
    let Some(stack) = measured_stack() else { return };
    for members in SIZES {
        let (ann, friends) = circle(&stack, members - 1).await;
        let thread = group(&ann, &friends).await;
        // Everyone has said and read something, so that the head is as full as it gets.
        for friend in &friends {
            friend.send(&thread, &"x".repeat(80)).await;
            friend.read(&thread, 2).await.expect(200);
        }
        #[expect(clippy::cast_precision_loss, reason = "there are 15 at most")]
        let connection_reads = members as f64;
        let budget = Budget { operation: "send in a group", rru: SEND_READS + connection_reads, ..SEND };
        println!("{members} members:");
        budget.check(&stack, async || ann.sending(&thread, &"y".repeat(120)).await).await;
    }
}

#[tokio::test]
async fn an_inbox_page_costs_the_same_with_groups_of_2_8_and_15() {
    let Some(stack) = measured_stack() else { return };
    let mut pages = Vec::new();
    for members in SIZES {
        let (ann, friends) = circle(&stack, members - 1).await;
        for _ in 0..50 {
            group(&ann, &friends).await;
        }
        println!("50 groups of {members} members:");
        let page = async || {
            let answer = ann.get("/threads?limit=50").await;
            assert_eq!(answer.items().len(), 50);
            assert!(answer.items().iter().all(|thread| thread["members"].as_array().unwrap().len() == members));
            answer
        };
        pages.push(INBOX.check(&stack, page).await.rru);
    }
    assert!(pages.iter().all(|rru| (rru - pages[0]).abs() < 1.0), "{pages:?}");
}

#[tokio::test]
async fn an_inbox_page_of_a_hundred_groups_of_one_hour_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let (ann, friends) = circle(&stack, 1).await;
    let mut groups = Vec::new();
    for _ in 0..100 {
        groups.push(group(&ann, &friends).await);
    }
    // The oldest one is active now, and every other one a little before.
    for thread in groups.iter().skip(50).step_by(2).chain([&groups[0]]) {
        friends[0].send(thread, "hello").await;
    }
    let active = groups.iter().skip(50).step_by(2).chain([&groups[0]]);
    let quiet = groups.iter().skip(51).step_by(2).rev().chain(groups[1..50].iter().rev());
    let expected: Vec<&String> = active.rev().chain(quiet).collect();
    let page = async || {
        let answer = ann.get("/threads?limit=50").await;
        let ids: Vec<&str> = answer.items().iter().map(|thread| thread["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected[..50]);
        answer
    };
    CROWDED_INBOX.check(&stack, page).await;
    let walked: Vec<String> = ann.boxed("inbox").await;
    assert_eq!(walked.iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_answer_to_a_request_costs_no_more_in_a_group_of_15() {
    let Some(stack) = measured_stack() else { return };
    let (ann, mut members) = circle(&stack, 12).await;
    let (waiting, declining) = (stack.user("waiting").await, stack.user("declining").await);
    members.extend([waiting.clone(), declining.clone()]);
    let thread = group(&ann, &members).await;
    let answer = async |user: &User| {
        let sent = user.sending(&thread, "hello").await;
        sent.expect(201);
        stack.finished(&sent).await.wru
    };
    // The message, and two box entries of the one who accepts: the others' stay where they are.
    assert!(answer(&waiting).await <= 10.0);
    declining.post_empty(&format!("/threads/{thread}/decline")).await.expect(204);
    assert!(answer(&declining).await <= 10.0);
}

#[tokio::test]
async fn naming_thousands_costs_no_more_than_a_group_could_hold() {
    let Some(stack) = measured_stack() else { return };
    let (ann, friends) = circle(&stack, 1).await;
    let thread = group(&ann, &friends).await;
    let stranger = stack.user("stranger").await;
    let user_ids: Vec<String> = (0..5_000).map(|number| format!("u{number}")).collect();
    for (user, problem) in [(&stranger, "not-found"), (&ann, "group-full")] {
        let refused = user.post(&format!("/threads/{thread}/members"), &json!({"user_ids": user_ids})).await;
        refused.problem(problem);
        let run = stack.finished(&refused).await;
        assert!(run.rru <= 20.0, "{run:?}");
    }
}
