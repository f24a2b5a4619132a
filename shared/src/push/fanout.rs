//! One event to many sockets: all at once, each bounded in time, so that a slow one delays no other.

use std::sync::Arc;

use futures_util::future::join_all;
use serde::Serialize;

use super::gateway::{Gateway, Posted};
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

    /// Who gets it.
    #[must_use]
    pub fn users(&self) -> &[UserId] {
        &self.users
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
            posts.push(deliver(store, gateway, &self.deliveries, connection));
        }
        let outcomes = join_all(posts).await;
        Ok(outcomes.into_iter().fold(Pushed::default(), |sum, one| Pushed {
            delivered: sum.delivered + one.delivered,
            gone: sum.gone + one.gone,
            failed: sum.failed + one.failed,
        }))
    }
}

async fn deliver(store: &Store, gateway: &Gateway, deliveries: &[Delivery], connection: &Connection) -> Pushed {
    let mut pushed = Pushed::default();
    for delivery in deliveries.iter().filter(|delivery| delivery.users.contains(&connection.user_id)) {
        match gateway.post(&connection.id, &delivery.frame).await {
            Posted::Delivered => pushed.delivered += 1,
            Posted::Failed => pushed.failed += 1,
            Posted::Gone => {
                // If it cannot be forgotten now, the next post finds it gone again.
                let forgotten = store.drop_connection(connection).await.is_ok();
                pushed.gone += u32::from(forgotten);
                pushed.failed += u32::from(!forgotten);
                break;
            }
        }
    }
    pushed
}
