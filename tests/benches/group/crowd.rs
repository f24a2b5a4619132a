//! Fifteen users with an open socket each.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tests::bench::Times;
use tests::{Stack, User};

use crate::listener::{Clock, Listener};

/// As many as a group takes.
const MEMBERS: usize = 15;

/// What no socket hears for so long is lost.
const SILENCE: Duration = Duration::from_secs(4);
/// What has not come then is lost as well.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether everything has come.
const GLANCE: Duration = Duration::from_millis(50);

/// The users and their sockets. Everyone follows the first, so her threads are in everyone's inbox.
pub(crate) struct Crowd {
    pub(crate) users: Vec<User>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) clock: Clock,
}

/// What became of some messages at the sockets.
pub(crate) struct Heard {
    /// From POST to each socket.
    pub(crate) took: Times,
    /// What a socket never heard, summed over the sockets.
    pub(crate) lost: usize,
    /// What a socket heard once more.
    pub(crate) doubled: usize,
    /// What a socket heard after something with a higher `seq`; tells something only where all messages are of one thread.
    pub(crate) out_of_order: usize,
}

impl Crowd {
    /// Gathers them one after the other, so that no more processes of functions start than it takes.
    pub(crate) async fn gather(stack: &Stack) -> Self {
        let mut users = vec![stack.user("ann").await];
        for number in 1..MEMBERS {
            let user = stack.user(&format!("f{number}")).await;
            user.follow(&users[0]).await;
            users.push(user);
        }
        let (clock, mut listeners) = (Clock::start(), Vec::new());
        for user in &users {
            listeners.push(Listener::connect(user, clock).await);
        }
        Self { users, listeners, clock }
    }

    /// A new group of all.
    pub(crate) async fn group(&self) -> String {
        let others: Vec<&User> = self.users[1..].iter().collect();
        self.users[0].create_group(&others).await
    }

    /// Waits until every socket has heard these messages, or no more can be expected.
    pub(crate) async fn await_all(&self, messages: &HashSet<u64>) {
        let started = Instant::now();
        let (mut heard, mut changed) = (0, started);
        while started.elapsed() < PATIENCE && changed.elapsed() < SILENCE {
            let now = self.listeners.iter().map(|listener| listener.heard().len()).sum();
            if now != heard {
                (heard, changed) = (now, Instant::now());
                if self.heard(messages).lost == 0 {
                    return;
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What became of these messages so far.
    pub(crate) fn heard(&self, messages: &HashSet<u64>) -> Heard {
        let (mut took, mut lost, mut doubled, mut out_of_order) = (Vec::new(), 0, 0, 0);
        for listener in &self.listeners {
            let (mut seen, mut highest) = (HashSet::new(), 0);
            for arrival in listener.heard().iter().filter(|arrival| messages.contains(&arrival.number)) {
                if seen.insert(arrival.number) {
                    took.push(arrival.took);
                    out_of_order += usize::from(arrival.seq < highest);
                    highest = highest.max(arrival.seq);
                } else {
                    doubled += 1;
                }
            }
            lost += messages.len() - seen.len();
        }
        Heard { took: Times::new(took), lost, doubled, out_of_order }
    }
}
