//! Delivering notifications: to all connections at once, each bounded in time, so that a slow one delays no other.

use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use crate::delivery::{Event, Fanout, Frame, Posted, PushFailure, Sockets};
use crate::domain::connection::Connection;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Turns an event into the frame that every recipient gets.
pub type Render = fn(&Event) -> Frame;

/// What became of a fan-out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
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

impl Delivered {
    /// A fan-out that failed, or of which nobody knows how far it came: it counts as one failure.
    pub const LOST: Self = Self { delivered: 0, gone: 0, failed: 1, why: None };

    /// What became of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            delivered: self.delivered + other.delivered,
            gone: self.gone + other.gone,
            failed: self.failed + other.failed,
            why: self.why.or(other.why),
        }
    }
}

/// While API Gateway has not heard that `$connect` went well, it responds 410 for a connection that is about to be open. So a
/// young one is posted to again, after these pauses, before it is taken for gone.
const POST_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];
/// How long a connection is young: longer than `$connect` may take.
const YOUNG: Duration = Duration::from_secs(10);

/// Delivers everything. Notifications keep their order per connection; connections do not wait for each other.
///
/// # Errors
/// If the connections could not be read. Failed posts are no error; they are counted.
pub async fn deliver(
    (store, sockets): (&Store, &Sockets),
    fanout: Fanout,
    render: Render,
    now: Timestamp,
) -> Result<Delivered, StoreError> {
    let Fanout { notifications, connections, frames } = fanout;
    let connections = match connections {
        Some(known) => known,
        None if notifications.is_empty() => Vec::new(),
        None => {
            let users: Vec<UserId> = notifications.iter().flat_map(|one| one.recipients.clone()).collect();
            store.connections(&users, now).await?
        }
    };
    let rendered: Vec<(Frame, Vec<UserId>)> =
        notifications.into_iter().map(|one| (render(&one.event), one.recipients)).collect();
    let several = connections.into_iter().map(|connection| {
        let frames = frames_for(&rendered, &connection.user_id);
        (connection, frames)
    });
    let single = frames.into_iter().map(|(connection, frame)| (connection, vec![frame]));
    let posts = several.chain(single).map(|(connection, frames)| post_all(store, sockets, connection, frames, now));
    Ok(join_all(posts).await.into_iter().fold(Delivered::default(), Delivered::and))
}

/// What one recipient gets, in order.
fn frames_for(rendered: &[(Frame, Vec<UserId>)], user_id: &UserId) -> Vec<Frame> {
    let theirs = rendered.iter().filter(|(_, recipients)| recipients.contains(user_id));
    theirs.map(|(frame, _)| Frame::clone(frame)).collect()
}

async fn post_all(
    store: &Store,
    sockets: &Sockets,
    connection: Connection,
    frames: Vec<Frame>,
    now: Timestamp,
) -> Delivered {
    let mut delivered = Delivered::default();
    for frame in &frames {
        match post(sockets, &connection, frame, now).await {
            Posted::Delivered => delivered.delivered += 1,
            Posted::Failed(why) => {
                delivered.failed += 1;
                delivered.why = Some(why);
                // A later frame would only show the gap sooner, and a slow socket is not waited for twice.
                break;
            }
            Posted::Gone => {
                // If it cannot be forgotten now, the next post finds it gone again.
                let forgotten = store.drop_connection(&connection.user_id, &connection.id).await.is_ok();
                delivered.gone += u32::from(forgotten);
                delivered.failed += u32::from(!forgotten);
                break;
            }
        }
    }
    delivered
}

pub(super) async fn post(sockets: &Sockets, connection: &Connection, frame: &Frame, now: Timestamp) -> Posted {
    let mut posted = sockets.post(&connection.id, frame).await;
    for pause in POST_AGAIN {
        if posted != Posted::Gone || now >= connection.opened_at.plus(YOUNG) {
            break;
        }
        tokio::time::sleep(pause).await;
        posted = sockets.post(&connection.id, frame).await;
    }
    posted
}
