//! The socket: opened with a ticket, kept alive with pings, opened again when it breaks.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{connect_async, tungstenite};

use super::api::Api;

/// Often enough for the gateway's ten minutes, and to notice a dead connection.
const PING_PAUSE: Duration = Duration::from_secs(30);
/// The pauses between attempts to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What happens on the socket.
#[derive(Debug)]
pub(super) enum News {
    /// It is open, perhaps not for the first time: something may have been missed.
    Connected,
    /// It broke.
    Lost,
    /// A frame of the service.
    Frame(Value),
}

/// Keeps a socket open for as long as somebody listens to the news.
pub(super) async fn listen(api: Arc<Api>, news: UnboundedSender<News>) {
    let mut pause = FIRST_PAUSE;
    let mut was_open = false;
    while !news.is_closed() {
        if session(&api, &news, &mut was_open).await.is_some() {
            pause = FIRST_PAUSE;
        }
        if std::mem::take(&mut was_open) {
            let _ = news.send(News::Lost);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One socket from its ticket to its end; nothing if it never opened.
async fn session(api: &Api, news: &UnboundedSender<News>, was_open: &mut bool) -> Option<()> {
    let ticket = api.post("/connections", &serde_json::json!({})).await.ok()?;
    let (mut socket, _) = connect_async(ticket.get("url")?.as_str()?).await.ok()?;
    *was_open = true;
    news.send(News::Connected).ok()?;
    let mut pings = interval_at(Instant::now() + PING_PAUSE, PING_PAUSE);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answered = true;
    loop {
        tokio::select! {
            received = socket.next() => match received {
                Some(Ok(Message::Text(text))) => {
                    answered = true;
                    if let Ok(frame) = serde_json::from_str(&text) {
                        news.send(News::Frame(frame)).ok()?;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Some(()),
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => {
                if !std::mem::take(&mut answered) || ping(&mut socket).await.is_err() {
                    return Some(());
                }
            }
            () = news.closed() => {
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
