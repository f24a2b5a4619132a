//! One event to many sockets: all at once, each bounded in time, so that a slow one delays no other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use super::gateway::{Gateway, Posted, PushFailure};
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Store, StoreError};
use crate::view::Event;

/// A frame and who gets it.
#[derive(Debug, Clone)]
pub struct Delivery {
    users: Vec<UserId>,
    frame: Arc<[u8]>,
}

impl Delivery {
    /// `event` for every connection of `users`.
    #[must_use]
    pub fn new(event: &Event, users: Vec<UserId>) -> Self {
        // An event is made of texts and numbers: turning it into JSON cannot fail.
        Self { users, frame: serde_json::to_vec(event).unwrap_or_default().into() }
    }
}

/// What became of a fan-out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// Posts that arrived.
    #[serde(rename = "pushes")]
    pub delivered: u32,
    /// Connections that were gone and are forgotten now.
    pub gone: u32,
    /// Posts that failed.
    #[serde(rename = "push_failures")]
    pub failed: u32,
    /// Why one of them failed.
    #[serde(rename = "push_failure", skip_serializing_if = "Option::is_none")]
    pub why: Option<PushFailure>,
}

impl Pushed {
    /// A fan-out that came to nothing, or of which nobody knows how far it came: it counts as one failure.
    pub const LOST: Self = Self { delivered: 0, gone: 0, failed: 1, why: None };
}

/// Deliveries on their way. They keep their order per connection; connections do not wait for each other.
#[derive(Debug)]
pub struct Fanout {
    /// What is sent.
    pub deliveries: Vec<Delivery>,
    /// Where to, if that was read before; otherwise it is looked up.
    pub connections: Option<Vec<Connection>>,
}

impl Fanout {
    /// Posts everything.
    ///
    /// # Errors
    /// If the connections could not be read. Failed posts are no error; they are counted.
    pub async fn run(self, store: &Store, gateway: &Gateway, now: Timestamp) -> Result<Pushed, StoreError> {
        let connections = if let Some(known) = self.connections {
            known
        } else {
            let users: Vec<UserId> = self.deliveries.iter().flat_map(|delivery| delivery.users.clone()).collect();
            store.connections(&users, now).await?
        };
        let mut posts = Vec::with_capacity(connections.len());
        for connection in &connections {
            posts.push(deliver(store, gateway, &self.deliveries, connection, now));
        }
        let outcomes = join_all(posts).await;
        Ok(outcomes.into_iter().fold(Pushed::default(), |sum, one| Pushed {
            delivered: sum.delivered + one.delivered,
            gone: sum.gone + one.gone,
            failed: sum.failed + one.failed,
            why: sum.why.or(one.why),
        }))
    }
}

/// While API Gateway has not heard that `$connect` went well, it answers 410 for a connection that is about to be open. So a
/// young one is looked at again, after these pauses, before it is taken for gone.
const LOOK_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];
/// How long a connection is young: longer than `$connect` may take.
const YOUNG: Duration = Duration::from_secs(10);

async fn deliver(
    store: &Store,
    gateway: &Gateway,
    deliveries: &[Delivery],
    connection: &Connection,
    now: Timestamp,
) -> Pushed {
    let mut pushed = Pushed::default();
    for delivery in deliveries.iter().filter(|delivery| delivery.users.contains(&connection.user_id)) {
        match post(gateway, connection, &delivery.frame, now).await {
            Posted::Delivered => pushed.delivered += 1,
            Posted::Failed(why) => {
                pushed.failed += 1;
                pushed.why = Some(why);
                // What comes behind would only show the gap sooner, and a slow socket is not waited for twice.
                break;
            }
            Posted::Gone => {
                // If it cannot be forgotten now, the next post finds it gone again.
                let forgotten = store.drop_connection(&connection.user_id, &connection.id).await.is_ok();
                pushed.gone += u32::from(forgotten);
                pushed.failed += u32::from(!forgotten);
                break;
            }
        }
    }
    pushed
}

async fn post(gateway: &Gateway, connection: &Connection, frame: &Arc<[u8]>, now: Timestamp) -> Posted {
    let mut posted = gateway.post(&connection.id, frame).await;
    for pause in LOOK_AGAIN {
        if posted != Posted::Gone || now >= connection.opened_at.plus(YOUNG) {
            break;
        }
        tokio::time::sleep(pause).await;
        posted = gateway.post(&connection.id, frame).await;
    }
    posted
}
