//! Closing connections that are too many (rule 22).

use std::pin::Pin;

use futures_util::future::join_all;

use super::deliver::{Delivered, post};
use crate::delivery::{Frame, Posted, Sockets};
use crate::domain::connection::Connection;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// Connections to be closed once the response is on its way, each told why by a frame.
#[derive(Debug)]
pub struct Closing {
    connections: Vec<Connection>,
    frame: Frame,
    close: Close,
}

/// How one is closed. It is a pointer, so that only a function that closes connections links what that takes.
type Close = for<'a> fn((&'a Store, &'a Sockets), Connection, Frame, Timestamp) -> Outcome<'a>;

type Outcome<'a> = Pin<Box<dyn Future<Output = Delivered> + Send + 'a>>;

impl Closing {
    /// `connections`, which are told `frame`.
    #[must_use]
    pub fn new(connections: Vec<Connection>, frame: Frame) -> Self {
        Self {
            connections,
            frame,
            close: |doors, connection, frame, now| Box::pin(close(doors, connection, frame, now)),
        }
    }

    /// Closes all of them.
    pub async fn run(self, doors: (&Store, &Sockets), now: Timestamp) -> Delivered {
        let Self { connections, frame, close } = self;
        let closings = connections.into_iter().map(|connection| close(doors, connection, Frame::clone(&frame), now));
        join_all(closings).await.into_iter().fold(Delivered::default(), Delivered::and)
    }
}

/// Tells a connection why it is closed, closes it, and forgets it. One that could not be closed stays listed, so that it goes on
/// hearing all that happens.
async fn close(
    (store, sockets): (&Store, &Sockets),
    connection: Connection,
    frame: Frame,
    now: Timestamp,
) -> Delivered {
    let mut closed = post(sockets, &connection, &frame, now).await;
    if closed != Posted::Gone {
        closed = sockets.close(&connection.id).await;
    }
    let mut delivered = Delivered::default();
    match closed {
        Posted::Failed(why) => (delivered.failed, delivered.why) = (1, Some(why)),
        // If it cannot be forgotten now, the next post finds it gone.
        Posted::Delivered | Posted::Gone => {
            let forgotten = store.drop_connection(&connection.user_id, &connection.id).await.is_ok();
            (delivered.gone, delivered.failed) = (u32::from(forgotten), u32::from(!forgotten));
        }
    }
    delivered
}
