//! An open socket that looks at nothing but what is measured: the client shares the machine with the stack, so what it spends on
//! reading would be missing there.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde::Deserialize;
use tests::User;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// The clock of a run. A message carries its number and the time at which it was sent, so who hears it knows how long it took.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The number and the text of a message that is sent now.
    pub(crate) fn message(self) -> (u64, String) {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        (number, format!("{number} {}", self.now_us()))
    }

    /// The number in a text, and how long ago it was sent.
    fn read(self, text: &str) -> Option<(u64, Duration)> {
        let (number, sent_us) = text.split_once(' ')?;
        Some((number.parse().ok()?, Duration::from_micros(self.now_us().checked_sub(sent_us.parse().ok()?)?)))
    }

    fn now_us(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).expect("a run is short")
    }
}

/// A message as one socket heard it.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    /// The number of the message.
    pub(crate) number: u64,
    /// Its place in the log of its thread.
    pub(crate) seq: u64,
    /// From just before the POST.
    pub(crate) took: Duration,
}

/// What is read of a frame.
#[derive(Deserialize)]
struct Frame<'a> {
    seq: Option<u64>,
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    text: Option<&'a str>,
}

/// The socket of one user.
pub(crate) struct Listener {
    arrivals: watch::Receiver<Vec<Arrival>>,
    reader: JoinHandle<()>,
}

impl Listener {
    pub(crate) async fn connect(user: &User, clock: Clock) -> Self {
        let ticket = user.ticket().await;
        let url = ticket["url"].as_str().expect("a ticket has a URL");
        let (mut stream, _) = connect_async(url).await.expect("the socket opens");
        let (arrived, arrivals) = watch::channel(Vec::new());
        let reader = tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let Message::Text(frame) = message
                    && let Some(arrival) = read(&frame, clock)
                {
                    arrived.send_modify(|arrivals| arrivals.push(arrival));
                }
            }
        });
        Self { arrivals, reader }
    }

    /// Waits for a message and gives how long it took; nothing if it does not come in time.
    pub(crate) async fn hear(&self, number: u64, patience: Duration) -> Option<Duration> {
        let mut took = None;
        let mut arrivals = self.arrivals.clone();
        // The newest first, since that is what is waited for.
        let heard = arrivals.wait_for(|arrivals| {
            took = arrivals.iter().rev().find(|arrival| arrival.number == number).map(|arrival| arrival.took);
            took.is_some()
        });
        let _ = timeout(patience, heard).await;
        took
    }

    /// Everything that was heard so far, in the order in which it came.
    pub(crate) fn heard(&self) -> watch::Ref<'_, Vec<Arrival>> {
        self.arrivals.borrow()
    }
}

/// Dropped before the stack, a listener lets go of its socket.
impl Drop for Listener {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// A frame that is no message of this run is none of ours: its text, if there is one, is not that of a clock.
fn read(frame: &str, clock: Clock) -> Option<Arrival> {
    let frame: Frame<'_> = serde_json::from_str(frame).ok()?;
    let (number, took) = clock.read(frame.data?.text?)?;
    Some(Arrival { number, seq: frame.seq?, took })
}
