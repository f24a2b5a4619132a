//! What the sockets receive: the entries of the log that the oracle expects, each once, and nothing after an eviction.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Socket, wait};
use tokio::time::timeout;

use super::client::Client;
use super::compare::{Check, ensure, same_list};
use crate::oracle::{Oracle, Outcome, Signal, Standing, Tid, Uid, name, title_of};

/// How long the last pushes may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The sockets of a case and what they must receive.
#[derive(Default)]
pub(crate) struct Sockets {
    listeners: Vec<Listener>,
}

struct Listener {
    who: Uid,
    socket: Socket,
    entries: Vec<(Tid, Value)>,
    signals: Vec<(Tid, Signal)>,
}

impl Sockets {
    /// Opens a socket for each of these users.
    pub(crate) async fn open(client: &Client, users: impl IntoIterator<Item = Uid>) -> Self {
        let open = |who: Uid| async move {
            let socket = client.users[who].connect().await;
            Listener { who, socket, entries: Vec::new(), signals: Vec::new() }
        };
        Self { listeners: join_all(users.into_iter().map(open)).await }
    }

    /// What each socket has received so far.
    pub(crate) fn received(&self) -> impl Iterator<Item = (Uid, Vec<Value>)> {
        self.listeners.iter().map(|listener| (listener.who, listener.socket.all()))
    }

    /// Adds what an action must push; `oracle` is the state after it.
    pub(crate) fn expect(&mut self, oracle: &Oracle, outcome: &Outcome) {
        for listener in &mut self.listeners {
            listener.expect(oracle, outcome);
        }
    }

    /// Waits for everything that must come. What must not come has arrived by then too.
    pub(crate) async fn listen(&mut self, client: &Client) {
        for listener in &mut self.listeners {
            let (entries, signals) = (listener.entries.len(), listener.signals.len());
            let socket = &listener.socket;
            let all = wait::until_async("pushes", async || {
                let (entries_now, signals_now) = received(client, socket);
                (entries_now.len() >= entries && signals_now.len() >= signals).then_some(())
            });
            // What is still missing is reported by the comparison.
            let _ = timeout(PATIENCE, all).await;
        }
        self.ping().await;
    }

    /// Waits for a pong on every socket. Everything that was sent before it has arrived then.
    pub(crate) async fn ping(&mut self) {
        join_all(self.listeners.iter_mut().map(|listener| listener.socket.ping())).await;
    }

    /// Ensures that the sockets received what they must receive.
    pub(crate) fn check(&self, client: &Client) -> Check {
        self.listeners.iter().try_for_each(|listener| listener.check(client))
    }
}

impl Listener {
    fn expect(&mut self, oracle: &Oracle, outcome: &Outcome) {
        let own = outcome.signals.iter().filter(|(user, ..)| *user == self.who);
        self.signals.extend(own.map(|(_, tid, signal)| (*tid, signal.clone())));
        let Some(tid) = outcome.thread else { return };
        let thread = &oracle.threads[tid];
        let listens = |member: &crate::oracle::Member| member.standing != Standing::Declined;
        if thread.member(self.who).is_some_and(listens) {
            let first = thread.last_seq() + 1 - outcome.wrote as u64;
            let written = (first..=thread.last_seq()).filter_map(|seq| oracle.event_seen(self.who, tid, seq));
            self.entries.extend(written.map(|event| (tid, event)));
        }
    }

    fn check(&self, client: &Client) -> Check {
        let (mut entries, mut signals) = received(client, &self.socket);
        let (mut expected, mut expected_signals) = (self.entries.clone(), self.signals.clone());
        let order = |(tid, event): &(Option<Tid>, Value)| (*tid, event["seq"].as_u64());
        entries.sort_by_key(order);
        expected.sort_by_key(|(tid, event)| (*tid, event["seq"].as_u64()));
        for tid in entries.iter().map(|(tid, _)| *tid).chain(expected.iter().map(|(tid, _)| Some(*tid))) {
            let actual = entries.iter().filter(|(of, _)| *of == tid).map(|(_, event)| event.clone()).collect();
            let wanted = expected.iter().filter(|(of, _)| Some(*of) == tid).map(|(_, event)| event.clone()).collect();
            let thread = tid.map_or("an unknown thread".to_owned(), title_of);
            same_list(&format!("what {}'s socket received of {thread}", name(self.who)), actual, wanted)?;
        }
        signals.sort_unstable();
        expected_signals.sort_unstable();
        let expected_signals: Received<Signal> =
            expected_signals.into_iter().map(|(tid, signal)| (Some(tid), signal)).collect();
        let fits = signals == expected_signals;
        ensure(fits, || {
            format!("{}'s socket received the signals {signals:?} instead of {expected_signals:?}", name(self.who))
        })
    }
}

/// An entry of a log, or a signal, and the thread it is about.
type Received<T> = Vec<(Option<Tid>, T)>;

/// The entries and signals that a socket received, with names instead of ids.
fn received(client: &Client, socket: &Socket) -> (Received<Value>, Received<Signal>) {
    let (mut entries, mut signals) = (Vec::new(), Vec::new());
    for event in socket.all() {
        let tid = client.names.tid(&event["thread_id"]);
        let mut signal = |signal| signals.push((tid, signal));
        match event["type"].as_str().unwrap_or_default() {
            "request.received" => signal(Signal::Requested),
            "thread.accepted" => signal(Signal::Accepted),
            "thread.declined" => signal(Signal::Declined),
            "member.evicted" if event["data"]["reason"] == "left" => signal(Signal::Left),
            "member.evicted" => signal(Signal::Removed),
            "thread.deleted" => signal(Signal::Deleted { for_everyone: event["data"]["for"] == "everyone" }),
            "notice.blocked_member_present" => {
                let mut blocked = client.names.users(&event["data"]["blocked_user_ids"]);
                blocked.sort_unstable();
                signal(Signal::Notice(blocked));
            }
            _ if event["seq"].is_u64() => entries.push((tid, client.names.event(&event))),
            // Read marks and pongs.
            _ => {}
        }
    }
    (entries, signals)
}
