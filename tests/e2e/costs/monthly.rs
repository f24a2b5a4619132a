//! What things cost on AWS: the capacity that the engine reports, the posts and bytes that were counted, times the price list.
//! The tables of `infra/README.md` have to say the same; `BACKCHANNEL_ACCEPT=1` writes them.

use std::fmt::Write;
use std::fs;

use tests::sources::root;
use tests::{Answer, Pair, Stack, User, followers};

use super::budgets::measured_stack;
use super::prices::{
    ALARM_METRIC_MONTH, AS_OF, DASHBOARD_MONTH, GB_SECOND, HTTP_REQUEST, HTTP_REQUEST_BEYOND, HTTP_TIER, INVOCATION,
    LOG_GB, METRIC_MONTH, OUT_GB, RRU, SOCKET_MESSAGE, SOCKET_MESSAGE_BEYOND, SOCKET_MINUTE, SOCKET_TIER,
    STORED_GB_MONTH, WRU, tiered,
};
use super::seed;

/// `MemorySize` of the template, in GB.
const MEMORY_GB: f64 = 0.25;
/// How long Lambda bills for a request, which cannot be measured here: a connection to the table or to a socket takes some
/// milliseconds on AWS, and a request has two or three of those in a row.
const BILLED_S: f64 = 0.030;
/// The same for a frame that asks nothing of the table.
const BILLED_FRAME_S: f64 = 0.002;
/// A line of the access log; API Gateway's own, so it cannot be measured here.
const ACCESS_LINE_BYTES: f64 = 500.0;
/// Headers of an answer.
const HEADER_BYTES: f64 = 300.0;
/// A message and its once-item as they are kept, with the 100 bytes that DynamoDB adds to each: the text has 80.
const STORED_BYTES: f64 = 450.0;

/// What one operation uses.
#[derive(Clone, Copy, Default)]
struct Use {
    http: f64,
    invocations: f64,
    billed_s: f64,
    rru: f64,
    wru: f64,
    socket_messages: f64,
    socket_minutes: f64,
    log_bytes: f64,
    out_bytes: f64,
}

impl Use {
    fn times(self, count: f64) -> Self {
        let Self { http, invocations, billed_s, rru, wru, socket_messages, socket_minutes, log_bytes, out_bytes } =
            self;
        Self {
            http: http * count,
            invocations: invocations * count,
            billed_s: billed_s * count,
            rru: rru * count,
            wru: wru * count,
            socket_messages: socket_messages * count,
            socket_minutes: socket_minutes * count,
            log_bytes: log_bytes * count,
            out_bytes: out_bytes * count,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            http: self.http + other.http,
            invocations: self.invocations + other.invocations,
            billed_s: self.billed_s + other.billed_s,
            rru: self.rru + other.rru,
            wru: self.wru + other.wru,
            socket_messages: self.socket_messages + other.socket_messages,
            socket_minutes: self.socket_minutes + other.socket_minutes,
            log_bytes: self.log_bytes + other.log_bytes,
            out_bytes: self.out_bytes + other.out_bytes,
        }
    }

    /// Dollars by what they are paid for.
    fn bill(self) -> [(&'static str, f64); 6] {
        let http = tiered(self.http, HTTP_TIER, HTTP_REQUEST, HTTP_REQUEST_BEYOND);
        let messages = tiered(self.socket_messages, SOCKET_TIER, SOCKET_MESSAGE, SOCKET_MESSAGE_BEYOND);
        [
            ("DynamoDB: capacity", self.rru * RRU + self.wru * WRU),
            ("API Gateway: HTTP requests", http),
            ("API Gateway: sockets", messages + self.socket_minutes * SOCKET_MINUTE),
            ("Lambda", self.invocations * INVOCATION + self.billed_s * MEMORY_GB * GB_SECOND),
            ("CloudWatch Logs", self.log_bytes / 1e9 * LOG_GB),
            ("Data out", self.out_bytes / 1e9 * OUT_GB),
        ]
    }

    fn dollars(self) -> f64 {
        self.bill().iter().map(|(_, dollars)| dollars).sum()
    }
}

/// What an HTTP request used, its pushes included.
async fn used(stack: &Stack, answer: &Answer) -> Use {
    assert!(answer.status < 300, "{}", answer.text());
    let run = stack.finished(answer).await;
    let line = stack.log_line(answer.request_id()).await;
    let pushes = line["pushes"].as_f64().expect("it counts pushes");
    // To the ten bytes that numbers in it come and go.
    let line_bytes = (f64::from(u32::try_from(line.to_string().len()).unwrap()) / 50.0).round() * 50.0;
    let body = f64::from(u32::try_from(answer.bytes.len()).unwrap());
    // A frame is the body in an envelope.
    let frame = if pushes > 0.0 { body + 150.0 } else { 0.0 };
    Use {
        http: 1.0,
        invocations: 1.0,
        billed_s: BILLED_S,
        rru: run.rru + run.rru_after,
        wru: run.wru + run.wru_after,
        socket_messages: pushes,
        socket_minutes: 0.0,
        log_bytes: line_bytes + ACCESS_LINE_BYTES,
        out_bytes: ((body + HEADER_BYTES + pushes * frame) / 100.0).round() * 100.0,
    }
}

/// What a message used in the mean: every few of them settle the tail of the head.
async fn used_by_a_send(stack: &Stack, user: &User, thread: &str, text: &str) -> Use {
    /// Until the head remembers as many keys as it does.
    const BEFORE: u32 = 50;
    const SENDS: u32 = 90;
    for _ in 0..BEFORE {
        user.send(thread, text).await;
    }
    let mut all = Use::default();
    for _ in 0..SENDS {
        all = all.plus(used(stack, &user.sending(thread, text).await).await);
    }
    all.times(1.0 / f64::from(SENDS))
}

/// Operations as a client meets them, each with a socket for everybody concerned.
struct Measured {
    to_one: Use,
    to_fifteen: Use,
    inbox: Use,
    history: Use,
    mark: Use,
    hour: Use,
}

async fn measure(stack: &Stack) -> Measured {
    let pair = Pair::new(stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let text = "a message of eighty characters, as they are commonly sent from one to the other.";
    let to_one = used_by_a_send(stack, &pair.ann, &pair.thread, text).await;
    let history = used(stack, &pair.bob.get(&format!("/threads/{}/messages?limit=50", pair.thread)).await).await;
    let mark = used(stack, &pair.bob.read(&pair.thread, 40).await).await;

    let members = followers(stack, &pair.ann, 14).await;
    let group = pair.ann.create_group(&members.iter().collect::<Vec<_>>()).await;
    let mut sockets = Vec::new();
    for member in &members {
        sockets.push(member.connect().await);
    }
    let to_fifteen = used_by_a_send(stack, &pair.ann, &group, text).await;

    let many = stack.user("many").await;
    seed::inbox(stack, &many, 60, 10).await;
    let inbox = used(stack, &many.get("/threads?limit=50").await).await;
    let hour = connected_hour(stack, &many).await;
    Measured { to_one, to_fifteen, inbox, history, mark, hour }
}

/// A socket for an hour: half a ticket and half an opening, as it lives for two, a ping every five minutes, and its answer.
async fn connected_hour(stack: &Stack, user: &User) -> Use {
    let ticket = used(stack, &user.call("POST".parse().unwrap(), "/connections").await).await;
    let opened = stack.invocations().await.into_iter().rfind(|run| run.route_key == "$connect");
    let opened = opened.expect("somebody has connected");
    let opening = Use {
        invocations: 1.0,
        billed_s: BILLED_S,
        rru: opened.rru,
        wru: opened.wru,
        log_bytes: 750.0,
        ..Use::default()
    };
    let ping = Use {
        invocations: 1.0,
        billed_s: BILLED_FRAME_S,
        socket_messages: 2.0,
        log_bytes: 400.0,
        out_bytes: 100.0,
        ..Use::default()
    };
    ticket.plus(opening).times(0.5).plus(ping.times(12.0)).plus(Use { socket_minutes: 60.0, ..Use::default() })
}

/// A day of somebody who uses it, as an example: 20 messages to one other, 10 to groups of 15, 10 looks at the inbox, 20 at a
/// conversation, 30 read marks, two hours with an open socket.
fn day(measured: &Measured) -> Use {
    let Measured { to_one, to_fifteen, inbox, history, mark, hour } = measured;
    let parts = [(to_one, 20.0), (to_fifteen, 10.0), (inbox, 10.0), (history, 20.0), (mark, 30.0), (hour, 2.0)];
    parts.into_iter().fold(Use::default(), |sum, (part, count)| sum.plus(part.times(count)))
}

fn operations(measured: &Measured) -> String {
    let Measured { to_one, to_fifteen, inbox, history, mark, hour } = measured;
    let mut table = "| | RRU | WRU | posts to sockets | dollars a million |\n|---|---|---|---|---|\n".to_owned();
    for (what, one) in [
        ("a message to one other, both with a socket", to_one),
        ("a message to a group of 15, all with a socket", to_fifteen),
        ("an inbox page of 50", inbox),
        ("a history page of 50", history),
        ("a read mark", mark),
        ("an hour with an open socket", hour),
    ] {
        let Use { rru, wru, socket_messages, .. } = one;
        let million = one.dollars() * 1e6;
        writeln!(table, "| {what} | {rru:.1} | {wru:.1} | {socket_messages} | {million:.2} |").unwrap();
    }
    table
}

fn months(measured: &Measured) -> String {
    const DAYS: f64 = 30.0;
    const USERS: [f64; 2] = [1e3, 1e6];
    let mut rows: Vec<(&str, Vec<f64>)> = Vec::new();
    let bills = USERS.map(|users| day(measured).times(users * DAYS).bill());
    for (place, (what, _)) in bills[0].iter().enumerate() {
        rows.push((what, bills.iter().map(|bill| bill[place].1).collect()));
    }
    let stored = USERS.map(|users| users * DAYS * 30.0 * STORED_BYTES / 1e9 * STORED_GB_MONTH);
    rows.push(("DynamoDB: keeping a month's messages for a month", stored.to_vec()));
    // Eleven metrics of thirteen functions, the alarms' metrics, one dashboard.
    let fixed = 143.0 * METRIC_MONTH + 57.0 * ALARM_METRIC_MONTH + DASHBOARD_MONTH;
    rows.push(("CloudWatch: metrics, alarms, dashboard (at most)", vec![fixed; 2]));
    let totals: Vec<f64> = (0..USERS.len()).map(|place| rows.iter().map(|(_, row)| row[place]).sum()).collect();
    let mut table = "| dollars a month | 1,000 daily users | 1,000,000 daily users |\n|---|---|---|\n".to_owned();
    for (what, row) in &rows {
        writeln!(table, "| {what} | {:.2} | {:.0} |", row[0], row[1]).unwrap();
    }
    writeln!(table, "| **all** | **{:.2}** | **{:.0}** |", totals[0], totals[1]).unwrap();
    writeln!(table, "| for each of them | {:.4} | {:.4} |", totals[0] / USERS[0], totals[1] / USERS[1]).unwrap();
    table
}

#[tokio::test]
async fn the_runbook_says_what_things_cost() {
    let Some(stack) = measured_stack() else { return };
    let measured = measure(&stack).await;
    let tables = format!("List prices of {AS_OF}.\n\n{}\n{}", operations(&measured), months(&measured));
    println!("{tables}");

    let (path, begin, end) = (root().join("infra/README.md"), "<!-- costs -->\n", "<!-- end of costs -->");
    let page = fs::read_to_string(&path).expect("the runbook can be read");
    let (before, rest) = page.split_once(begin).expect("it has a place for costs");
    let (said, after) = rest.split_once(end).expect("that place has an end");
    if std::env::var_os("BACKCHANNEL_ACCEPT").is_some() {
        fs::write(&path, format!("{before}{begin}{tables}{end}{after}")).expect("the runbook can be written");
    } else {
        let same = said.split(' ').count() == tables.split(' ').count()
            && said.split(' ').zip(tables.split(' ')).all(|(said, computed)| agree(said, computed));
        assert!(
            same,
            "infra/README.md says otherwise: run this once with BACKCHANNEL_ACCEPT=1, and read the difference"
        );
    }
}

/// Whether two words are the same, or numbers that differ by 5 % at most: names of users are not of the same length each time, and on a busy
/// machine tails are settled a little earlier or later.
fn agree(one: &str, other: &str) -> bool {
    let number = |word: &str| word.trim_matches('*').parse::<f64>().ok();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= 0.05 * one.abs(),
        _ => one == other,
    }
}
