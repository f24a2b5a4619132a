//! Who can fetch an image or a video, and for how long.

use serde_json::json;
use tests::media::{download, location};
use tests::{Group, Pair, Stack};

#[tokio::test]
async fn rule_21_members_fetch_what_was_sent_and_nobody_else() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    let picture = pair.ann.picture("image/png", "base.png").await;
    pair.bob.fetching(&picture, "").await.problem("not-found");
    pair.ann.attaching(&pair.thread, &[&picture]).await.expect(201);
    for user in [&pair.ann, &pair.bob] {
        for (query, content_type) in
            [("", "image/png"), ("?variant=whole", "image/png"), ("?variant=thumbnail", "image/jpeg")]
        {
            let answer = user.fetching(&picture, query).await;
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let url = location(&answer);
            assert!(url.contains("X-Amz-Expires=300"), "five minutes: {url}");
            let (status, kind, bytes) = download(&url).await;
            assert_eq!((status, kind.as_str(), bytes.is_empty()), (200, content_type, false));
        }
    }
    stranger.fetching(&picture, "").await.problem("not-found");
    stranger.fetching("med_aaaaaaaaaaaaaaaaaaaaaaaaaa", "").await.problem("not-found");
    stranger.fetching("nonsense", "").await.problem("not-found");
    pair.bob.fetching(&picture, "?variant=huge").await.problem("invalid-request");
    pair.bob.fetching(&picture, "?reveal=perhaps").await.problem("invalid-request");
    // The address is for this object and this method alone.
    let url = location(&pair.bob.fetching(&picture, "").await);
    let client = reqwest::Client::new();
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(client.put(&url).body("x")).await, 403);
    assert_eq!(status(client.delete(&url)).await, 403);
    assert_eq!(status(client.get(url.replace("media/med", "uploads/med"))).await, 403);
    assert_eq!(
        status(client.get(url.replace("image%2Fpng", "text%2Fhtml"))).await,
        403,
        "it is given out as what it is"
    );
    assert_eq!(status(client.get(url.split('?').next().unwrap())).await, 403, "nothing is public");
}

#[tokio::test]
async fn rule_21_membership_counts_at_that_moment() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let picture = group.ann.picture("image/png", "base.png").await;
    group.ann.attaching(&group.thread, &[&picture]).await.expect(201);
    for user in [&group.bob, &group.carl] {
        location(&user.fetching(&picture, "").await);
    }
    group.ann.remove(&group.thread, &group.carl).await;
    group.bob.leave(&group.thread).await;
    for user in [&group.bob, &group.carl] {
        user.fetching(&picture, "").await.problem("not-found");
    }
    // Who comes back came after it.
    group.ann.add(&group.thread, &[&group.carl]).await;
    group.carl.fetching(&picture, "").await.problem("not-found");
    // Nor does who deleted the chat see it.
    group.ann.clearing(&group.thread, "me").await.expect(204);
    group.ann.fetching(&picture, "").await.problem("not-found");
}

#[tokio::test]
async fn rule_12_a_picture_of_somebody_blocked_is_hidden_until_it_is_revealed() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let picture = group.carl.picture("image/png", "base.png").await;
    let seq = group.carl.attaching(&group.thread, &[&picture]).await.expect(201)["seq"].as_u64().unwrap();
    group.bob.block(&group.carl).await;
    let seen = group.bob.message(&group.thread, seq).await;
    assert_eq!((&seen["hidden"], &seen["attachments"]), (&json!(true), &json!([])));
    group.bob.fetching(&picture, "").await.problem("not-found");
    location(&group.bob.fetching(&picture, "?reveal=true").await);
    location(&group.ann.fetching(&picture, "").await);
    group.bob.unblock(&group.carl).await;
    location(&group.bob.fetching(&picture, "").await);
}
