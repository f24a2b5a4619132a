//! What becomes of images and videos that nobody sends, or whose message is deleted.

use std::time::Duration;

use tests::media::{location, seed};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, User, engine};

/// Looks after what is due, and demands that nothing is left of these in the bucket and in the table.
async fn assert_gone(stack: &Stack, media: &[&str]) {
    let gone = async || {
        stack.fire("SweepFunction").await;
        stack.handled_soon("SweepFunction").await;
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
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
        let mut pictures = Vec::new();
        for _ in 0..3 {
            let (picture, seq) = sent(&pair.ann, &pair.thread).await;
            pair.ann.deleting(&pair.thread, seq).await.expect(204);
            pictures.push(picture);
        }
        let dies = Fault::database(fault).function("SweepFunction").operation("DeleteItem").skip(1);
        let armed = stack.inject(dies).await;
        stack.fire("SweepFunction").await;
        stack.await_fault(&armed, 1).await;
        assert_gone(&stack, &pictures.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn rule_21_a_look_that_ends_after_the_sweep_leaves_nothing() {
    let stack = Stack::own();
    let ann = stack.user("ann").await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("ImageFunction").operation("UpdateItem");
    let held = stack.hold(held).await;
    let media = ann.uploads("image/png", seed("base.png")).await;
    held.reached().await;
    engine::media_due_earlier(&stack, &media, Duration::from_hours(25)).await;
    stack.fire("SweepFunction").await;
    stack.handled_soon("SweepFunction").await;
    held.release().await;
    stack.worked_off("UploadsQueue").await;
    assert!(stack.objects().await.is_empty(), "{:?}", stack.objects().await);
    ann.fetching(&media, "").await.problem("not-found");
}
