//! What stays hidden when a blocked person goes and comes back, and others take their place: rule 12. Here carl blocks bob,
//! and ann moderates.

use tests::{Group, Stack, User};

use super::hidden::{assert_reads, blocked, collapsed, summary};

#[tokio::test]
async fn rule_12_what_a_blocked_member_said_stays_hidden_when_they_go_and_come_back() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let first = group.bob.send(&group.thread, "first").await;
    group.bob.leave(&group.thread).await;
    assert_reads(&group.carl, &group.thread, &collapsed(&first)).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    let second = group.bob.send(&group.thread, "second").await;
    group.ann.remove(&group.thread, &group.bob).await;
    for message in [&first, &second] {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
        assert_reads(&group.ann, &group.thread, message).await;
    }
    assert_eq!(summary(&group.carl, &group.thread).await.1, 0);
    group.carl.unblock(&group.bob).await;
    assert_reads(&group.carl, &group.thread, &first).await;
    assert_eq!(summary(&group.carl, &group.thread).await.1, 2);
}

#[tokio::test]
async fn rule_12_who_takes_the_place_of_a_blocked_member_is_not_hidden() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let old = group.bob.send(&group.thread, "old").await;
    group.bob.leave(&group.thread).await;
    let dora = group.join(&stack, "dora").await;
    let new = dora.send(&group.thread, "new").await;
    assert_reads(&group.carl, &group.thread, &collapsed(&old)).await;
    assert_reads(&group.carl, &group.thread, &new).await;
    assert_eq!(summary(&group.carl, &group.thread).await, (new.clone(), 1));
    // And who takes the blocker's place hides nothing.
    group.ann.add(&group.thread, &[&group.bob]).await;
    group.carl.leave(&group.thread).await;
    let eric = group.join(&stack, "eric").await;
    let heard = group.bob.send(&group.thread, "heard").await;
    assert_reads(&eric, &group.thread, &heard).await;
    assert_eq!(summary(&eric, &group.thread).await, (heard.clone(), 1));
    group.ann.add(&group.thread, &[&group.carl]).await;
    group.carl.accept(&group.thread).await;
    let unheard = group.bob.send(&group.thread, "unheard").await;
    assert_reads(&group.carl, &group.thread, &collapsed(&unheard)).await;
    assert_reads(&eric, &group.thread, &unheard).await;
    group.carl.get(&group.path(&format!("/messages/{}", heard["seq"]))).await.problem("not-found");
}

#[tokio::test]
async fn rule_12_each_stay_of_a_member_is_hidden_by_itself() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let open = group.bob.send(&group.thread, "before any block").await;
    group.bob.leave(&group.thread).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    let second = group.bob.send(&group.thread, "second stay").await;
    assert_eq!(summary(&group.carl, &group.thread).await, (second.clone(), 2));
    group.carl.block(&group.bob).await;
    assert_eq!(summary(&group.carl, &group.thread).await, (collapsed(&second), 1));
    group.bob.leave(&group.thread).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    let third = group.bob.send(&group.thread, "third stay").await;
    assert_reads(&group.carl, &group.thread, &open).await;
    for message in [&second, &third] {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
    }
    assert_eq!(summary(&group.carl, &group.thread).await, (collapsed(&third), 1));
    group.carl.unblock(&group.bob).await;
    assert_eq!(summary(&group.carl, &group.thread).await, (third, 3));
}

#[tokio::test]
async fn rule_12_whom_others_block_does_not_show_in_what_is_hidden_to_me() {
    let stack = Stack::shared();
    let mut seen = Vec::new();
    for others_block in [false, true] {
        let group = Group::new(&stack).await;
        if others_block {
            group.ann.block(&group.bob).await;
        }
        group.bob.send(&group.thread, "farewell").await;
        group.bob.leave(&group.thread).await;
        // They are not in one group any more, and never were while carl blocked bob.
        group.carl.block(&group.bob).await;
        let history = group.carl.history(&group.thread).await;
        let (last, unread) = summary(&group.carl, &group.thread).await;
        seen.push((history[0]["hidden"].clone(), history[0]["text"].clone(), last["text"].clone(), unread));
    }
    assert_eq!(seen[0], seen[1], "carl can tell that ann blocks bob");
}

/// Lets `count` people whom eric blocks come and go, so that the group has to remember each of them.
async fn pass_through(stack: &Stack, group: &Group, eric: &User, count: usize) {
    for number in 0..count {
        let passer = stack.user(&format!("passer{number}")).await;
        eric.block(&passer).await;
        group.ann.add(&group.thread, &[&passer]).await;
        passer.leave(&group.thread).await;
    }
}

#[tokio::test]
async fn rule_12_what_is_hidden_stays_hidden_whoever_comes_and_goes() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let eric = group.join(&stack, "eric").await;
    eric.accept(&group.thread).await;
    let (first, heard) = (group.bob.send(&group.thread, "first").await, group.ann.send(&group.thread, "heard").await);
    let second = group.bob.send(&group.thread, "second").await;
    group.bob.leave(&group.thread).await;
    pass_through(&stack, &group, &eric, 20).await;
    for message in [&first, &second] {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
        assert_reads(&group.ann, &group.thread, message).await;
        assert_reads(&eric, &group.thread, message).await;
    }
    for (user, found) in [(&group.carl, 0), (&group.ann, 1)] {
        assert_eq!(user.searching(&group.thread, "second", "").await.items().len(), found);
    }
    assert_eq!(summary(&group.carl, &group.thread).await, (collapsed(&second), 1));
    // The mark moves into the middle of what is hidden, and behind it.
    for (seq, unread) in [(&first, 1), (&heard, 0), (&second, 0)] {
        let seq = seq["seq"].as_u64().unwrap();
        let read = group.carl.read(&group.thread, seq).await;
        assert_eq!(read.expect(200)["unread"], unread, "with the mark at {seq}");
        assert_eq!(summary(&group.carl, &group.thread).await.1, unread);
    }
    // They come back, and the block goes on hiding; once it ends, all is shown.
    group.ann.add(&group.thread, &[&group.bob]).await;
    let third = group.bob.send(&group.thread, "third").await;
    group.bob.leave(&group.thread).await;
    pass_through(&stack, &group, &eric, 18).await;
    for message in [&first, &second, &third] {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
    }
    let revealed = group.carl.get(&group.path(&format!("/messages/{}?reveal=true", first["seq"]))).await;
    assert_eq!(revealed.expect(200)["text"], "first");
    assert_eq!(summary(&group.carl, &group.thread).await.1, 0);
    group.carl.unblock(&group.bob).await;
    for message in [&first, &second, &third] {
        assert_reads(&group.carl, &group.thread, message).await;
    }
    assert_eq!(summary(&group.carl, &group.thread).await, (third, 1));
}

#[tokio::test]
async fn rule_12_who_comes_and_goes_twenty_times_stays_hidden_each_time() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let mut said = Vec::new();
    for number in 0..20 {
        said.push(group.bob.send(&group.thread, &number.to_string()).await);
        group.ann.remove(&group.thread, &group.bob).await;
        group.ann.add(&group.thread, &[&group.bob]).await;
    }
    for message in &said {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
    }
    assert_eq!(summary(&group.carl, &group.thread).await.1, 0);
    // Leaving ends it: who comes back sees the log from there on.
    group.carl.leave(&group.thread).await;
    group.ann.add(&group.thread, &[&group.carl]).await;
    group.carl.accept(&group.thread).await;
    let last = group.bob.send(&group.thread, "last").await;
    assert_reads(&group.carl, &group.thread, &collapsed(&last)).await;
    group.carl.unblock(&group.bob).await;
    assert_eq!(summary(&group.carl, &group.thread).await, (last, 1));
}
