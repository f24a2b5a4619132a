//! What pages of mailboxes cost, and in which order they are, however many threads were active on one day.

use tests::{Answer, Stack, User};

use super::budgets::{BUSY_INBOX, Budget, CROWDED_INBOX, measured_stack};
use super::seed::{self, DAY, HOUR};

const PAGE: usize = 50;

/// The way to the page behind so many threads of a list, which begins with `?`.
async fn page_behind(user: &User, list: &str, skipped: usize) -> String {
    let mut page = format!("{list}&limit={PAGE}");
    for _ in 0..skipped / PAGE {
        let answer = user.get(&page).await;
        let cursor = answer.expect(200)["next_cursor"].as_str().expect("the list goes on").to_owned();
        page = format!("{list}&limit={PAGE}&cursor={cursor}");
    }
    page
}

/// Demands that the first, the second and a deep page of a list have these times, and cost no more than that.
async fn check(stack: &Stack, user: &User, list: &str, (time, expected): (&str, &[String]), budget: &Budget) {
    for skipped in [0, PAGE, 18 * PAGE].into_iter().filter(|skipped| *skipped < expected.len()) {
        let page = page_behind(user, list, skipped).await;
        let ask = async || -> Answer {
            let answer = user.get(&page).await;
            let times: Vec<&str> = answer.items().iter().map(|thread| thread[time].as_str().unwrap()).collect();
            assert_eq!(times, expected[skipped..expected.len().min(skipped + PAGE)], "{page}");
            answer
        };
        println!("{} threads, behind {skipped}:", expected.len());
        budget.check(stack, ask).await;
    }
}

#[tokio::test]
async fn rule_14_an_inbox_of_one_day_is_in_the_order_of_activity_at_any_number_of_threads() {
    let Some(stack) = measured_stack() else { return };
    for (threads, over, budget) in [
        (10, DAY, BUSY_INBOX),
        (100, DAY, BUSY_INBOX),
        (1_000, DAY, BUSY_INBOX),
        (100, HOUR, BUSY_INBOX),
        (150, HOUR, CROWDED_INBOX),
        (10_000, DAY, CROWDED_INBOX),
    ] {
        let user = stack.user("busy").await;
        let times = seed::evenly(threads, over);
        seed::threads(&stack, &user, &times).await;
        let expected = seed::activity(&times);
        check(&stack, &user, "/threads?box=inbox", ("updated_at", &expected), &budget).await;
    }
}

#[tokio::test]
async fn rule_07_requests_of_one_day_are_in_the_order_in_which_they_came_at_any_number() {
    let Some(stack) = measured_stack() else { return };
    let requests = Budget { operation: "requests page of 50", calls: 2, ..BUSY_INBOX };
    for number in [10, 100, 1_000, 10_000] {
        let user = stack.user("asked").await;
        let times = seed::evenly(number, DAY);
        seed::requests(&stack, &user, &times).await;
        let expected = seed::openings(&times);
        check(&stack, &user, "/threads?box=requests", ("created_at", &expected), &requests).await;
    }
}
