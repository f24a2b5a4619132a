//! What comes over the sockets: of the log exactly what the model says, once each, and nothing after an eviction.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Socket, wait};
use tokio::time::timeout;

use super::same::{Check, demand, same_list};
use super::stage::Stage;
use crate::world::{Outcome, Signal, Standing, Tid, Uid, World, name, title_of};

/// How long the last pushes may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The sockets of a case and what has to come over them.
#[derive(Default)]
pub(crate) struct Ears {
    pairs: Vec<Ear>,
}

struct Ear {
    who: Uid,
    socket: Socket,
    entries: Vec<(Tid, Value)>,
    signals: Vec<(Tid, Signal)>,
}

impl Ears {
    /// Opens a socket for each of these users.
    pub(crate) async fn open(stage: &Stage, users: impl IntoIterator<Item = Uid>) -> Self {
        let open = |who: Uid| async move {
            let socket = stage.users[who].connect().await;
            Ear { who, socket, entries: Vec::new(), signals: Vec::new() }
        };
        Self { pairs: join_all(users.into_iter().map(open)).await }
    }

    /// Whose socket has brought what, so far.
    pub(crate) fn heard(&self) -> impl Iterator<Item = (Uid, Vec<Value>)> {
        self.pairs.iter().map(|ear| (ear.who, ear.socket.all()))
    }

    /// Remembers what an act, after which everything is as in `world`, has to push.
    pub(crate) fn expect(&mut self, world: &World, outcome: &Outcome) {
        for ear in &mut self.pairs {
            ear.expect(world, outcome);
        }
    }

    /// Waits for everything that has to come; whatever should not have come must have come by then, too.
    pub(crate) async fn listen(&mut self, stage: &Stage) {
        for ear in &mut self.pairs {
            let (entries, signals) = (ear.entries.len(), ear.signals.len());
            let socket = &ear.socket;
            let all = wait::until_async("pushes", async || {
                let (came, signalled) = came(stage, socket);
                (came.len() >= entries && signalled.len() >= signals).then_some(())
            });
            // What is missing then is told by the comparison.
            let _ = timeout(PATIENCE, all).await;
        }
        self.ping().await;
    }

    /// Waits for an answer on every socket: what was on its way has come then.
    pub(crate) async fn ping(&mut self) {
        join_all(self.pairs.iter_mut().map(|ear| ear.socket.ping())).await;
    }

    /// Demands that what came is what had to come.
    pub(crate) fn judge(&self, stage: &Stage) -> Check {
        self.pairs.iter().try_for_each(|ear| ear.judge(stage))
    }
}

impl Ear {
    fn expect(&mut self, world: &World, outcome: &Outcome) {
        let own = outcome.signals.iter().filter(|(user, ..)| *user == self.who);
        self.signals.extend(own.map(|(_, tid, signal)| (*tid, signal.clone())));
        let Some(tid) = outcome.thread else { return };
        let thread = &world.threads[tid];
        let listens = |member: &crate::world::Member| member.standing != Standing::Declined;
        if thread.member(self.who).is_some_and(listens) {
            let first = thread.last_seq() + 1 - outcome.wrote as u64;
            let written = (first..=thread.last_seq()).filter_map(|seq| world.event_seen(self.who, tid, seq));
            self.entries.extend(written.map(|event| (tid, event)));
        }
    }

    fn judge(&self, stage: &Stage) -> Check {
        let (mut entries, mut signals) = came(stage, &self.socket);
        let (mut expected, mut expected_signals) = (self.entries.clone(), self.signals.clone());
        let order = |(tid, event): &(Option<Tid>, Value)| (*tid, event["seq"].as_u64());
        entries.sort_by_key(order);
        expected.sort_by_key(|(tid, event)| (*tid, event["seq"].as_u64()));
        for tid in entries.iter().map(|(tid, _)| *tid).chain(expected.iter().map(|(tid, _)| Some(*tid))) {
            let actual = entries.iter().filter(|(of, _)| *of == tid).map(|(_, event)| event.clone()).collect();
            let wanted = expected.iter().filter(|(of, _)| Some(*of) == tid).map(|(_, event)| event.clone()).collect();
            let thread = tid.map_or("an unknown thread".to_owned(), title_of);
            same_list(&format!("what {}'s socket heard of {thread}", name(self.who)), actual, wanted)?;
        }
        signals.sort_unstable();
        expected_signals.sort_unstable();
        let expected_signals: Heard<Signal> =
            expected_signals.into_iter().map(|(tid, signal)| (Some(tid), signal)).collect();
        let fits = signals == expected_signals;
        demand(fits, || {
            format!("{}'s socket heard the signals {signals:?} instead of {expected_signals:?}", name(self.who))
        })
    }
}

/// An entry of a log, or a signal, and the thread it is about.
type Heard<T> = Vec<(Option<Tid>, T)>;

/// Entries of logs and signals that came, in the words of the model.
fn came(stage: &Stage, socket: &Socket) -> (Heard<Value>, Heard<Signal>) {
    let (mut entries, mut signals) = (Vec::new(), Vec::new());
    for event in socket.all() {
        let tid = stage.names.tid(&event["thread_id"]);
        let mut signal = |signal| signals.push((tid, signal));
        match event["type"].as_str().unwrap_or_default() {
            "request.received" => signal(Signal::Requested),
            "thread.accepted" => signal(Signal::Accepted),
            "member.evicted" if event["data"]["reason"] == "left" => signal(Signal::Left),
            "member.evicted" => signal(Signal::Removed),
            "notice.blocked_member_present" => {
                let mut blocked = stage.names.users(&event["data"]["blocked_user_ids"]);
                blocked.sort_unstable();
                signal(Signal::Notice(blocked));
            }
            _ if event["seq"].is_u64() => entries.push((tid, stage.names.event(&event))),
            // Marks and pongs.
            _ => {}
        }
    }
    (entries, signals)
}
