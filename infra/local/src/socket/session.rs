//! The session of one socket: frames in, frames out, and the close.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::api::Sockets;
use super::connections::{Connection, Frame, Outgoing, epoch_ms};

/// The largest message and the largest frame that a client may send.
const MESSAGE_LIMIT: usize = 128 * 1024;
const FRAME_LIMIT: usize = 32 * 1024;
/// A socket without traffic for this long is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(10);
/// A socket is closed after this time in any case.
const LIFETIME: Duration = Duration::from_hours(2);
/// A client that reads nothing for this long is treated as gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the server waits for the close frame of the client.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// A client that sends nothing for this long has sent its whole message.
const DRAIN_PAUSE: Duration = Duration::from_millis(200);
/// The buffers start small, because most sockets are idle.
const BUFFER: usize = 8 * 1024;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How a socket ended.
struct End {
    code: u16,
    reason: String,
}

impl End {
    fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason.to_owned() }
    }

    /// The end of a socket without a close frame.
    fn abrupt() -> Self {
        Self::new(1006, "Connection closed abnormally")
    }
}

pub(super) async fn run(
    sockets: Arc<Sockets>,
    connection: Arc<Connection>,
    queue: Receiver<Outgoing>,
    upgrade: OnUpgrade,
) {
    let end = match upgrade.await {
        Ok(upgraded) => {
            let config = WebSocketConfig::default()
                .max_message_size(Some(MESSAGE_LIMIT))
                .max_frame_size(Some(FRAME_LIMIT))
                .read_buffer_size(BUFFER)
                .write_buffer_size(BUFFER);
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            converse(&sockets, &connection, queue, socket).await
        }
        Err(_) => End::abrupt(),
    };
    sockets.disconnected(&connection, end.code, &end.reason).await;
    sockets.connections.session_ended();
}

async fn converse(
    sockets: &Arc<Sockets>,
    connection: &Arc<Connection>,
    queue: Receiver<Outgoing>,
    socket: Socket,
) -> End {
    let (sink, mut stream) = socket.split();
    // A separate task writes, so that a client that does not read cannot stop the reading.
    let mut writer = tokio::spawn(write(sink, queue));
    let expires = Instant::now() + LIFETIME;
    let mut closing: Option<End> = None;
    let mut give_up: Option<Instant> = None;
    let mut writer_ended = false;
    let end = loop {
        let deadline =
            give_up.unwrap_or_else(|| expires.min(Instant::now() + IDLE_TIMEOUT.saturating_sub(idle_for(connection))));
        tokio::select! {
            received = stream.next() => match received {
                Some(Ok(Message::Text(text))) => receive(sockets, connection, Frame::Text(text)),
                Some(Ok(Message::Binary(bytes))) => receive(sockets, connection, Frame::Binary(bytes)),
                Some(Ok(Message::Close(frame))) => {
                    let end = frame.map_or_else(
                        || End::new(1005, "Client-side close frame status not set"),
                        |frame| End::new(frame.code.into(), &frame.reason),
                    );
                    closing.get_or_insert(end);
                }
                // The protocol layer replies to pings. Pings do not count as traffic.
                Some(Ok(_)) => {}
                Some(Err(Error::Capacity(_))) => {
                    connection.close(1009, "Message too big");
                    finish_too_long(stream, writer).await;
                    return End::new(1009, "Message too big");
                }
                Some(Err(_)) | None => break closing.unwrap_or_else(End::abrupt),
            },
            written = &mut writer, if !writer_ended => {
                writer_ended = true;
                // The writer ends after a close frame, or when it cannot write any more.
                match written {
                    Ok((_, Some((code, reason)))) => drop(closing.get_or_insert(End::new(code, reason))),
                    _ => break closing.unwrap_or_else(End::abrupt),
                }
                give_up = Some(Instant::now() + CLOSE_TIMEOUT);
            }
            () = tokio::time::sleep_until(deadline) => {
                if give_up.is_some() {
                    break closing.unwrap_or_else(End::abrupt);
                }
                // Traffic during the sleep has moved the idle deadline.
                if Instant::now() >= expires || idle_for(connection) >= IDLE_TIMEOUT {
                    connection.close(1001, "Going away");
                    give_up = Some(Instant::now() + WRITE_TIMEOUT);
                }
            }
        }
    };
    writer.abort();
    end
}

/// How long there has been no traffic.
fn idle_for(connection: &Connection) -> Duration {
    let ms = epoch_ms(OffsetDateTime::now_utc()) - connection.active_ms();
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// Passes a message to its function. Messages of one socket do not wait for each other.
fn receive(sockets: &Arc<Sockets>, connection: &Arc<Connection>, frame: Frame) {
    connection.touch();
    let (sockets, connection) = (Arc::clone(sockets), Arc::clone(connection));
    tokio::spawn(async move { sockets.deliver(&connection, frame).await });
}

type Sink = SplitSink<Socket, Message>;

/// Sends the queue. Returns the sink, and the code and reason of the close frame if one was sent.
async fn write(mut sink: Sink, mut queue: Receiver<Outgoing>) -> (Sink, Option<(u16, &'static str)>) {
    while let Some(next) = queue.recv().await {
        let (message, closed) = match next {
            Outgoing::Frame(Frame::Text(text)) => (Message::Text(text), None),
            Outgoing::Frame(Frame::Binary(bytes)) => (Message::Binary(bytes), None),
            Outgoing::Close(code, reason) => {
                (Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() })), Some((code, reason)))
            }
        };
        match timeout(WRITE_TIMEOUT, sink.send(message)).await {
            Ok(Ok(())) if closed.is_none() => {}
            Ok(Ok(())) => return (sink, closed),
            _ => break,
        }
    }
    (sink, None)
}

/// Reads and discards the rest of a message that is too long. Otherwise a reset of the connection would drop the close frame.
async fn finish_too_long(
    stream: SplitStream<Socket>,
    writer: tokio::task::JoinHandle<(Sink, Option<(u16, &'static str)>)>,
) {
    let Ok(Ok((sink, _))) = timeout(CLOSE_TIMEOUT, writer).await else { return };
    let Ok(socket) = stream.reunite(sink) else { return };
    let mut raw = socket.into_inner();
    let _ = raw.flush().await;
    let mut rest = [0; BUFFER];
    let drained = async { while matches!(timeout(DRAIN_PAUSE, raw.read(&mut rest)).await, Ok(Ok(1..))) {} };
    let _ = timeout(CLOSE_TIMEOUT, drained).await;
}
