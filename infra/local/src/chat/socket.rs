//! The socket: opened with a ticket, kept open with pings, opened again after a failure.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{connect_async, tungstenite};

use super::api::Api;

/// The gateway closes a socket after ten idle minutes. More frequent pings find a dead connection sooner.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// The pause between attempts to connect. It doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) enum SocketEvent {
    /// It is open. After an earlier connection, events may have been missed.
    Connected,
    Lost,
    Frame(Value),
}

/// Keeps a socket open until the receiver is dropped.
pub(super) async fn listen(api: Arc<Api>, events: UnboundedSender<SocketEvent>) {
    let mut pause = FIRST_PAUSE;
    let mut was_open = false;
    while !events.is_closed() {
        if session(&api, &events, &mut was_open).await.is_some() {
            pause = FIRST_PAUSE;
        }
        if std::mem::take(&mut was_open) {
            let _ = events.send(SocketEvent::Lost);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One socket from the ticket to the close; `None` if it did not open.
async fn session(api: &Api, events: &UnboundedSender<SocketEvent>, was_open: &mut bool) -> Option<()> {
    let ticket = api.post("/connections", &serde_json::json!({})).await.ok()?;
    let (mut socket, _) = connect_async(ticket.get("url")?.as_str()?).await.ok()?;
    *was_open = true;
    events.send(SocketEvent::Connected).ok()?;
    let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut alive = true;
    loop {
        tokio::select! {
            received = socket.next() => match received {
                Some(Ok(Message::Text(text))) => {
                    alive = true;
                    if let Ok(frame) = serde_json::from_str(&text) {
                        events.send(SocketEvent::Frame(frame)).ok()?;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Some(()),
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => {
                if !std::mem::take(&mut alive) || ping(&mut socket).await.is_err() {
                    return Some(());
                }
            }
            () = events.closed() => {
                let _ = socket.close(None).await;
                return Some(());
            }
        }
    }
}

async fn ping<S>(socket: &mut S) -> Result<(), tungstenite::Error>
where
    S: SinkExt<Message, Error = tungstenite::Error> + Unpin,
{
    socket.send(Message::text(r#"{"action":"ping"}"#)).await
}
