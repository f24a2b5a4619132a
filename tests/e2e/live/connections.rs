//! `POST /connections` and the handshake: rule 22.

use futures_util::future::join_all;
use serde_json::json;
use tests::{DatabaseFault, Fault, Pair, Socket, Stack, shape, wait};

/// The connections of one user that events reach.
const CONNECTIONS: usize = 20;

/// The status that refused a handshake.
async fn refused(url: &str) -> u16 {
    match Socket::open(url).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("the handshake failed otherwise: {error}"),
        Ok(_) => panic!("{url} was let in"),
    }
}

#[tokio::test]
async fn rule_22_a_ticket_opens_one_socket_and_says_until_when() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let ticket = ann.ticket().await;
    let (url, expires_at) = (ticket["url"].as_str().unwrap(), ticket["expires_at"].as_str().unwrap());
    assert!(shape::is_time(expires_at), "{expires_at}");
    assert!(url.starts_with("ws") && url.contains(&format!("ticket={}", ticket["ticket"].as_str().unwrap())), "{url}");
    assert!(!url.contains(ann.token()), "the JWT never goes into a URL");
    let mut socket = Socket::open(url).await.unwrap();
    socket.ping().await;
}

#[tokio::test]
async fn rule_22_a_ticket_is_good_for_one_connection() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let url = ann.ticket().await["url"].as_str().unwrap().to_owned();
    let mut first = Socket::open(&url).await.unwrap();
    assert!([401, 403].contains(&refused(&url).await));
    first.ping().await;
    first.close().await;
    assert!([401, 403].contains(&refused(&url).await), "nor after the first is closed");
}

#[tokio::test]
async fn rule_22_a_ticket_used_by_many_at_once_lets_one_in() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let url = ann.ticket().await["url"].as_str().unwrap().to_owned();
    let attempts = futures_util::future::join_all((0..6).map(|_| Socket::open(&url))).await;
    assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1);
}

#[tokio::test]
async fn rule_22_without_a_ticket_nobody_gets_in() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let url = ann.ticket().await["url"].as_str().unwrap().to_owned();
    let (base, _) = url.split_once('?').unwrap();
    let long = "t".repeat(3_000);
    for query in [
        "",
        "?",
        "?ticket=",
        "?ticket=x",
        "?ticket=TICKET%23x",
        "?ticket=%00",
        "?other=1",
        &format!("?ticket={long}"),
        &format!("?ticket={}", ann.token()),
    ] {
        let status = refused(&format!("{base}{query}")).await;
        assert!([400, 401, 403].contains(&status), "{query} was answered {status}");
    }
    Socket::open(&url).await.unwrap().ping().await;
}

#[tokio::test]
async fn rule_22_events_reach_every_connection_of_both_users() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(pair.ann.connect().await);
        sockets.push(pair.bob.connect().await);
    }
    let sent = pair.ann.send(&pair.thread, "to all of you").await;
    for socket in &mut sockets {
        assert_eq!(socket.message("to all of you").await["data"], sent);
    }
    for socket in &mut sockets {
        socket.ping().await;
        socket.assert_no_more("message.created");
    }
}

#[tokio::test]
async fn rule_22_of_more_than_20_connections_the_oldest_are_told_and_closed() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut oldest = [pair.bob.connect().await, pair.bob.connect().await];
    pair.ann.send(&pair.thread, "to two").await;
    for socket in &mut oldest {
        socket.message("to two").await;
    }
    // Within one second: openings are ordered finer than that.
    let mut newest = Vec::new();
    for _ in 0..CONNECTIONS {
        newest.push(pair.bob.connect().await);
    }
    for socket in &mut oldest {
        let told = socket.next("problem").await;
        shape::problem(&told["data"]);
        assert_eq!(told["data"]["status"], 409, "{told}");
        socket.closed().await;
    }
    pair.ann.send(&pair.thread, "to twenty").await;
    for socket in &mut newest {
        socket.message("to twenty").await;
    }
    for socket in &oldest {
        socket.assert_no_more("message.created");
    }

    // Where one goes, there is room for one more.
    newest.pop().unwrap().close().await;
    stack.socket_route_ran("$disconnect", oldest.len() + 1).await;
    let mut latest = pair.bob.connect().await;
    pair.ann.send(&pair.thread, "to twenty again").await;
    for socket in newest.iter_mut().chain([&mut latest]) {
        socket.message("to twenty again").await;
    }
}

#[tokio::test]
async fn rule_22_of_many_that_open_at_once_twenty_stay_and_none_is_deaf() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut sockets = join_all((0..CONNECTIONS + 6).map(|_| pair.bob.connect())).await;
    let open = wait::until_async("the others to be closed", async || {
        let open: Vec<_> = stack.connections().await.iter().map(|open| open.query["ticket"].clone()).collect();
        (open.len() == CONNECTIONS).then_some(open)
    });
    let open = open.await;
    pair.ann.send(&pair.thread, "to twenty").await;
    for socket in &mut sockets {
        if open.iter().any(|ticket| ticket == socket.ticket()) {
            socket.message("to twenty").await;
        } else {
            socket.next("problem").await;
            socket.closed().await;
        }
    }
}

#[tokio::test]
async fn rule_22_where_closing_fails_the_connection_goes_on_hearing_until_the_next_one_opens() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut oldest = pair.bob.connect().await;
    let mut others = Vec::new();
    for _ in 1..CONNECTIONS {
        others.push(pair.bob.connect().await);
    }
    // The process dies before it has closed anything.
    stack.excuse("the process of a handshake is killed");
    let held = stack.inject(Fault::database(DatabaseFault::KillAfter).operation("UpdateItem").skip(1)).await;
    let ticket = pair.bob.ticket().await;
    assert_eq!(refused(ticket["url"].as_str().unwrap()).await, 502);
    stack.await_fault(&held, 1).await;
    pair.ann.send(&pair.thread, "still here").await;
    oldest.message("still here").await;
    others.push(pair.bob.connect().await);
    oldest.next("problem").await;
    oldest.closed().await;
}

#[tokio::test]
async fn rule_22_whoever_comes_as_the_21st_hears_everything() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    // Most of them in the same second, in which none is older than another.
    let mut sockets = join_all((0..CONNECTIONS).map(|_| pair.bob.connect())).await;
    for number in 0..5 {
        let mut latest = pair.bob.connect().await;
        let text = format!("to number {number} of those too many");
        pair.ann.send(&pair.thread, &text).await;
        latest.message(&text).await;
        sockets.push(latest);
    }
}

#[tokio::test]
async fn rule_22_events_reach_nobody_else() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    let mut theirs = stranger.connect().await;
    let sent = pair.ann.sending(&pair.thread, "secret").await;
    stack.finished(&sent).await;
    theirs.ping().await;
    assert_eq!(theirs.all(), [json!({"type": "pong"})]);
}

#[tokio::test]
async fn rule_22_a_closed_connection_is_forgotten() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (first, mut second) = (pair.bob.connect().await, pair.bob.connect().await);
    first.close().await;
    stack.socket_route_ran("$disconnect", 1).await;
    let sent = pair.ann.sending(&pair.thread, "hello").await;
    second.message("hello").await;
    let invocation = stack.finished(&sent).await;
    assert_eq!(stack.connections().await.len(), 1);
    assert!(!invocation.removed(), "nothing was left to be removed: {invocation:?}");
}
