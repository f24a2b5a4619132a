//! One open WebSocket of a user, with everything that came over it.

use std::net;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::book::Book;
use crate::wait::PATIENCE;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open socket. Dropping it cuts the connection without a farewell, as a lost network does.
pub struct Socket {
    sink: SplitSink<Stream, Message>,
    inbox: Arc<Mutex<Vec<Frame>>>,
    arrivals: watch::Receiver<usize>,
    reader: JoinHandle<()>,
    /// The same TCP connection, to cut it at once when the socket is dropped.
    wire: net::TcpStream,
    ticket: String,
}

struct Frame {
    content: Value,
    taken: bool,
    /// What is wrong with it by the API book.
    fault: Option<String>,
}

/// What the API book has against a frame. A pong is no event, and what has no type comes from API Gateway.
fn fault(content: &Value) -> Option<String> {
    if content["type"] == "pong" || content["type"].is_null() {
        return None;
    }
    Book::read().check_event(content).err()
}

impl Socket {
    /// Connects to the URL of a ticket.
    ///
    /// # Errors
    /// What the handshake failed with, such as the status that refused it.
    pub async fn open(url: &str) -> Result<Self, tungstenite::Error> {
        let (stream, _) = connect_async(url).await?;
        let wire = wire(&stream);
        let (sink, stream) = stream.split();
        let inbox = Arc::new(Mutex::new(Vec::new()));
        let (announce, arrivals) = watch::channel(0);
        let reader = tokio::spawn(read(stream, Arc::clone(&inbox), announce));
        let ticket = url.rsplit_once("ticket=").map(|(_, ticket)| ticket.to_owned()).unwrap_or_default();
        Ok(Self { sink, inbox, arrivals, reader, wire, ticket })
    }

    /// The ticket it was opened with: how the gateway's list of connections knows it.
    #[must_use]
    pub fn ticket(&self) -> &str {
        &self.ticket
    }

    /// Sends a frame of text.
    pub async fn say(&mut self, text: &str) {
        self.sink.send(Message::text(text)).await.expect("the socket takes a frame");
    }

    /// Sends a binary frame.
    pub async fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.sink.send(Message::binary(bytes)).await.expect("the socket takes a frame");
    }

    /// Tells the members of a thread that the user is typing.
    pub async fn typing(&mut self, thread: &str) {
        self.say(&json!({"action": "typing", "thread_id": thread}).to_string()).await;
    }

    /// Asks for a sign of life and waits for it.
    pub async fn ping(&mut self) {
        self.say(r#"{"action":"ping"}"#).await;
        self.next("pong").await;
    }

    /// Waits for the next event of a type that no earlier call has taken.
    pub async fn next(&mut self, kind: &str) -> Value {
        self.next_where(kind, |event| event["type"] == kind).await
    }

    /// Waits for the event that a message with this text makes.
    pub async fn message(&mut self, text: &str) -> Value {
        self.next_where(&format!("the message {text:?}"), |event| {
            event["type"] == "message.created" && event["data"]["text"] == text
        })
        .await
    }

    /// Waits for the next event that `matches` and that no earlier call has taken.
    pub async fn next_where(&mut self, what: &str, matches: impl Fn(&Value) -> bool) -> Value {
        let search = async {
            loop {
                // Marked as seen before looking, so that a frame that comes meanwhile wakes the wait below.
                self.arrivals.borrow_and_update();
                if let Some(event) = take(&self.inbox, &matches) {
                    return Some(event);
                }
                if self.arrivals.changed().await.is_err() {
                    return take(&self.inbox, &matches);
                }
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(Some(event)) => event,
            Ok(None) => panic!("the socket closed before {what} came; it saw {:#?}", self.all()),
            Err(tokio::time::error::Elapsed { .. }) => {
                panic!("waited {PATIENCE:?} in vain for {what}; the socket saw {:#?}", self.all())
            }
        }
    }

    /// Everything that came, in order, taken or not.
    #[must_use]
    pub fn all(&self) -> Vec<Value> {
        lock(&self.inbox).iter().map(|frame| frame.content.clone()).collect()
    }

    /// What came of a type, in order, taken or not.
    #[must_use]
    pub fn seen(&self, kind: &str) -> Vec<Value> {
        self.all().into_iter().filter(|event| event["type"] == kind).collect()
    }

    /// Demands that nothing of this type has come that was not taken. To prove that nothing came at all, wait first for
    /// something that must come later.
    #[track_caller]
    pub fn assert_no_more(&self, kind: &str) {
        let more: Vec<Value> = lock(&self.inbox)
            .iter()
            .filter(|frame| !frame.taken && frame.content["type"] == kind)
            .map(|frame| frame.content.clone())
            .collect();
        assert!(more.is_empty(), "unexpected {kind}: {more:#?}");
    }

    /// Closes the socket as a well-behaved client does.
    pub async fn close(mut self) {
        self.sink.close().await.expect("the socket closes");
        (&mut self.reader).await.expect("the reader ends");
    }

    /// Waits until the other side has closed the socket.
    pub async fn closed(&mut self) {
        timeout(PATIENCE, &mut self.reader).await.expect("the socket closes in time").expect("the reader ends");
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let faults: Vec<String> = lock(&self.inbox).iter().filter_map(|frame| frame.fault.clone()).collect();
        assert!(faults.is_empty() || std::thread::panicking(), "frames came against the API book: {faults:#?}");
        self.reader.abort();
        // The reader lets go only when its runtime runs again; the stack, stopping, must not wait for it. A connection that
        // is closed already cannot be cut any more.
        let _ = self.wire.shutdown(net::Shutdown::Both);
    }
}

fn wire(stream: &Stream) -> net::TcpStream {
    let MaybeTlsStream::Plain(tcp) = stream.get_ref() else { panic!("the local stack speaks plain TCP") };
    tcp.as_fd().try_clone_to_owned().expect("a socket can be duplicated").into()
}

async fn read(mut stream: SplitStream<Stream>, inbox: Arc<Mutex<Vec<Frame>>>, announce: watch::Sender<usize>) {
    while let Some(Ok(message)) = stream.next().await {
        if let Message::Text(text) = message {
            let content: Value =
                serde_json::from_str(&text).unwrap_or_else(|e| panic!("a frame is not JSON ({e}): {text}"));
            let fault = fault(&content);
            lock(&inbox).push(Frame { content, taken: false, fault });
            announce.send_modify(|count| *count += 1);
        }
    }
}

fn take(inbox: &Mutex<Vec<Frame>>, matches: impl Fn(&Value) -> bool) -> Option<Value> {
    let mut frames = lock(inbox);
    let frame = frames.iter_mut().find(|frame| !frame.taken && matches(&frame.content))?;
    frame.taken = true;
    Some(frame.content.clone())
}

fn lock(inbox: &Mutex<Vec<Frame>>) -> MutexGuard<'_, Vec<Frame>> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}
