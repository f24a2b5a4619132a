//! What becomes of images and videos that nobody sends, or whose message is deleted.

use std::time::Duration;

use tests::media::location;
use tests::{DatabaseFault, Fault, Group, Pair, Stack, User, engine};

/// Looks after what is due, and demands that nothing is left of these in the bucket and in the table.
async fn assert_gone(stack: &Stack, media: &[&str]) {
    let gone = async || {
        stack.fire("SweepFunction").await;
        stack.hurry("SweepFunction").await;
        stack.handled("SweepFunction").await;
        let objects = stack.objects().await;
        let left = media.iter().any(|id| objects.iter().any(|key| key.contains(id)));
        (!left).then_some(())
    };
    tests::wait::within_async(Duration::from_secs(20), "the objects to be gone", gone).await;
    let table = engine::everything(stack).await;
    assert!(media.iter().all(|id| !table.contains(&format!("MEDIA#{id}"))), "and from the table");
}

/// A picture that was sent.
async fn sent(user: &User, thread: &str) -> (String, u64) {
    let picture = user.picture("image/png", "base.png").await;
    let seq = user.attaching(thread, &[&picture]).await.expect(201)["seq"].as_u64().unwrap();
    (picture, seq)
}

#[tokio::test]
async fn rule_21_a_picture_goes_with_its_message() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (picture, seq) = sent(&pair.ann, &pair.thread).await;
    let (kept, _) = sent(&pair.ann, &pair.thread).await;
    let url = location(&pair.bob.fetching(&picture, "").await);
    pair.ann.deleting(&pair.thread, seq).await.expect(204);
    for user in [&pair.ann, &pair.bob] {
        user.fetching(&picture, "").await.problem("not-found");
    }
    pair.ann.attaching(&pair.thread, &[&picture]).await.invalid("/attachments/0");
    assert_gone(&stack, &[&picture]).await;
    let old = reqwest::get(&url).await.unwrap();
    // S3 tells only those who may list the bucket that an object is not there.
    assert_eq!(old.status().as_u16(), 403, "and its old address is dead");
    location(&pair.bob.fetching(&kept, "").await);
    let last = pair.bob.thread(&pair.thread).await["last_message"].clone();
    assert_eq!(last["attachment_count"], 1);
}

#[tokio::test]
async fn rule_21_pictures_go_with_their_group() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let (first, _) = sent(&group.ann, &group.thread).await;
    let (second, _) = sent(&group.bob, &group.thread).await;
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    group.bob.fetching(&second, "").await.problem("not-found");
    engine::end_earlier(&stack, &group.thread, Duration::from_mins(1)).await;
    stack.worked_off("ErasureQueue").await;
    assert_gone(&stack, &[&first, &second]).await;
}

#[tokio::test]
async fn rule_21_what_is_not_sent_within_a_day_is_gone() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let never = pair.ann.picture("image/png", "base.png").await;
    let (sent, _) = sent(&pair.ann, &pair.thread).await;
    let waiting = pair.ann.announcing("image/png", 10).await.expect(201)["media_id"].as_str().unwrap().to_owned();
    stack.fire("SweepFunction").await;
    stack.handled("SweepFunction").await;
    location(&pair.ann.fetching(&never, "").await);
    for id in [&never, &sent, &waiting] {
        engine::media_due_earlier(&stack, id, Duration::from_hours(25)).await;
    }
    assert_gone(&stack, &[&never]).await;
    pair.ann.fetching(&never, "").await.problem("not-found");
    pair.ann.fetching(&waiting, "").await.problem("not-found");
    pair.ann.attaching(&pair.thread, &[&never]).await.invalid("/attachments/0");
    location(&pair.bob.fetching(&sent, "").await);
}

#[tokio::test]
async fn rule_21_a_sweep_that_dies_goes_on_with_the_next() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    let mut pictures = Vec::new();
    for _ in 0..3 {
        let (picture, seq) = sent(&pair.ann, &pair.thread).await;
        pair.ann.deleting(&pair.thread, seq).await.expect(204);
        pictures.push(picture);
    }
    for (fault, operation) in [(DatabaseFault::KillBefore, "DeleteItem"), (DatabaseFault::KillAfter, "DeleteItem")] {
        let armed = stack.inject(Fault::database(fault).function("SweepFunction").operation(operation).skip(1)).await;
        stack.fire("SweepFunction").await;
        stack.await_fault(&armed, 1).await;
        stack.hurry("SweepFunction").await;
    }
    assert_gone(&stack, &pictures.iter().map(String::as_str).collect::<Vec<_>>()).await;
}
