//! The life of one socket: frames in, frames out, and its end.

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

use super::Sockets;
use super::connections::{Connection, Frame, Outgoing, epoch_ms};

/// The largest message and the largest frame that a client may send.
const MESSAGE_LIMIT: usize = 128 * 1024;
const FRAME_LIMIT: usize = 32 * 1024;
/// A socket without traffic is closed.
const IDLE: Duration = Duration::from_mins(10);
/// No socket lives longer.
const LIFE: Duration = Duration::from_hours(2);
/// A client that takes no data for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);
/// How long a client may take to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(3);
/// A client that sends nothing for so long has sent everything.
const PAUSE: Duration = Duration::from_millis(200);
/// Buffers start small: most sockets are idle.
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

    /// Without a close frame.
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
    // Writing has a task of its own: a client that does not read must not keep us from reading.
    let mut writer = tokio::spawn(write(sink, queue));
    let last_day = Instant::now() + LIFE;
    let mut closing: Option<End> = None;
    let mut give_up: Option<Instant> = None;
    let mut written_out = false;
    let end = loop {
        let deadline =
            give_up.unwrap_or_else(|| last_day.min(Instant::now() + IDLE.saturating_sub(idle_for(connection))));
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
                // Pings are answered by the protocol layer, and do not count as traffic.
                Some(Ok(_)) => {}
                Some(Err(Error::Capacity(_))) => {
                    connection.close(1009, "Message too long");
                    finish_too_long(stream, writer).await;
                    return End::new(1009, "Message too long");
                }
                Some(Err(_)) | None => break closing.unwrap_or_else(End::abrupt),
            },
            written = &mut writer, if !written_out => {
                written_out = true;
                // It ends when it has sent a close frame, or cannot send any more.
                match written {
                    Ok((_, Some((code, reason)))) => drop(closing.get_or_insert(End::new(code, reason))),
                    _ => break closing.unwrap_or_else(End::abrupt),
                }
                give_up = Some(Instant::now() + CLOSE_PATIENCE);
            }
            () = tokio::time::sleep_until(deadline) => {
                if give_up.is_some() {
                    break closing.unwrap_or_else(End::abrupt);
                }
                // Traffic while we slept moves the end of an idle socket.
                if Instant::now() >= last_day || idle_for(connection) >= IDLE {
                    connection.close(1001, "Going away");
                    give_up = Some(Instant::now() + WRITE_PATIENCE);
                }
            }
        }
    };
    writer.abort();
    end
}

/// How long there was no traffic.
fn idle_for(connection: &Connection) -> Duration {
    let ms = epoch_ms(OffsetDateTime::now_utc()) - connection.active_ms();
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// A message for a function; messages of one socket do not wait for each other.
fn receive(sockets: &Arc<Sockets>, connection: &Arc<Connection>, frame: Frame) {
    connection.touch();
    let (sockets, connection) = (Arc::clone(sockets), Arc::clone(connection));
    tokio::spawn(async move { sockets.deliver(&connection, frame).await });
}

type Sink = SplitSink<Socket, Message>;

/// Writes what is queued; gives the sink back, and what it closed with.
async fn write(mut sink: Sink, mut queue: Receiver<Outgoing>) -> (Sink, Option<(u16, &'static str)>) {
    while let Some(next) = queue.recv().await {
        let (message, closed) = match next {
            Outgoing::Frame(Frame::Text(text)) => (Message::Text(text), None),
            Outgoing::Frame(Frame::Binary(bytes)) => (Message::Binary(bytes), None),
            Outgoing::Close(code, reason) => {
                (Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() })), Some((code, reason)))
            }
        };
        match timeout(WRITE_PATIENCE, sink.send(message)).await {
            Ok(Ok(())) if closed.is_none() => {}
            Ok(Ok(())) => return (sink, closed),
            _ => break,
        }
    }
    (sink, None)
}

/// The rest of a message that is too long is read and thrown away, or the close frame would be lost in a reset.
async fn finish_too_long(
    stream: SplitStream<Socket>,
    writer: tokio::task::JoinHandle<(Sink, Option<(u16, &'static str)>)>,
) {
    let Ok(Ok((sink, _))) = timeout(CLOSE_PATIENCE, writer).await else { return };
    let Ok(socket) = stream.reunite(sink) else { return };
    let mut raw = socket.into_inner();
    let _ = raw.flush().await;
    let mut rest = [0; BUFFER];
    let drained = async { while matches!(timeout(PAUSE, raw.read(&mut rest)).await, Ok(Ok(1..))) {} };
    let _ = timeout(CLOSE_PATIENCE, drained).await;
}
