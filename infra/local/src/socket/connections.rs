//! The open connections.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use data_encoding::BASE64URL;
use parking_lot::Mutex;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// How many frames may wait for a slow client.
const QUEUE: usize = 1024;

#[derive(Clone, Debug)]
pub(super) enum Frame {
    Text(Utf8Bytes),
    Binary(Bytes),
}

impl Frame {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// A task for the writing half of a socket.
#[derive(Debug)]
pub(super) enum Outgoing {
    Frame(Frame),
    Close(u16, &'static str),
}

/// One connection.
pub(crate) struct Connection {
    id: String,
    pub(super) connected_at: OffsetDateTime,
    pub(super) query: BTreeMap<String, String>,
    /// The `Host` header of the handshake.
    pub(super) host: String,
    pub(super) source_ip: String,
    pub(super) user_agent: Option<String>,
    active_ms: AtomicI64,
    outgoing: mpsc::Sender<Outgoing>,
}

impl Connection {
    /// A connection that is not open yet, and the queue that its session will send.
    pub(super) fn new(
        query: BTreeMap<String, String>,
        host: String,
        source_ip: String,
        user_agent: Option<String>,
    ) -> Result<(Self, mpsc::Receiver<Outgoing>), getrandom::Error> {
        // As on AWS, the id has 15 characters and an equals sign.
        let mut random = [0; 11];
        getrandom::fill(&mut random)?;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let connected_at = OffsetDateTime::now_utc();
        let connection = Self {
            id: BASE64URL.encode(&random),
            connected_at,
            query,
            host,
            source_ip,
            user_agent,
            active_ms: AtomicI64::new(epoch_ms(connected_at)),
            outgoing,
        };
        Ok((connection, queue))
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Queues a frame; `false` if the queue is full or the socket is closing.
    pub(super) fn send(&self, frame: Frame) -> bool {
        self.touch();
        self.outgoing.try_send(Outgoing::Frame(frame)).is_ok()
    }

    /// Asks the session to close the socket.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        let _ = self.outgoing.try_send(Outgoing::Close(code, reason));
    }

    /// Records traffic, which restarts the idle timeout.
    pub(super) fn touch(&self) {
        self.active_ms.store(epoch_ms(OffsetDateTime::now_utc()), Ordering::Relaxed);
    }

    /// When there was traffic last, in milliseconds since 1970.
    pub(super) fn active_ms(&self) -> i64 {
        self.active_ms.load(Ordering::Relaxed)
    }
}

/// A time in milliseconds since 1970.
pub(super) fn epoch_ms(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

pub(super) fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

/// A connection as the control API lists it.
#[derive(Serialize)]
pub(crate) struct Listed {
    connection_id: String,
    connected_at: String,
    query: BTreeMap<String, String>,
}

/// The open connections by id.
pub(crate) struct Connections {
    open: Mutex<HashMap<String, Arc<Connection>>>,
    /// How many sessions run. A session ends after its `$disconnect`, later than its socket.
    sessions: watch::Sender<usize>,
}

impl Default for Connections {
    fn default() -> Self {
        Self { open: Mutex::default(), sessions: watch::Sender::new(0) }
    }
}

impl Connections {
    pub(super) fn insert(&self, connection: &Arc<Connection>) {
        self.open.lock().insert(connection.id.clone(), Arc::clone(connection));
        self.sessions.send_modify(|sessions| *sessions += 1);
    }

    pub(super) fn remove(&self, id: &str) {
        self.open.lock().remove(id);
    }

    pub(super) fn session_ended(&self) {
        self.sessions.send_modify(|sessions| *sessions -= 1);
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Connection>> {
        self.open.lock().get(id).cloned()
    }

    /// The open connections, oldest first.
    pub(crate) fn list(&self) -> Vec<Listed> {
        let mut open: Vec<_> = self.open.lock().values().cloned().collect();
        open.sort_by_key(|connection| connection.connected_at);
        let listed = |connection: &Arc<Connection>| Listed {
            connection_id: connection.id.clone(),
            connected_at: rfc3339(connection.connected_at),
            query: connection.query.clone(),
        };
        open.iter().map(listed).collect()
    }

    /// Closes all connections and waits until every `$disconnect` has run.
    pub(crate) async fn close_all(&self) {
        for connection in self.open.lock().values() {
            connection.close(1001, "Going away");
        }
        let _ = self.sessions.subscribe().wait_for(|sessions| *sessions == 0).await;
    }
}
