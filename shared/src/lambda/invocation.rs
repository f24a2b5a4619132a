//! One invocation, whatever brought it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::Context as LambdaContext;
use tokio::time::Instant;

use super::app::App;
use crate::domain::time::Timestamp;
use crate::service::Delivered;
use crate::store::Store;
use crate::trace::Trace;

/// How long before Lambda's deadline everything has to be over.
const MARGIN: Duration = Duration::from_millis(300);
/// The part of an invocation that is kept for delivering what was stored: a request gives up before.
const DELIVERY: Duration = Duration::from_millis(1_200);

/// What an event is called in logs and traces.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    /// The id of the request.
    pub(super) request_id: String,
    /// The route key, or what else says which work it is.
    pub(super) route: String,
}

/// An invocation in progress.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    pub(super) labels: Labels,
    /// When it began: one instant for everything that follows from it.
    pub(super) now: Timestamp,
    pub(super) started: Instant,
    /// When everything has to be over.
    pub(super) end: Instant,
    pub(super) trace: Arc<Trace>,
    /// The table, which gives up in time for delivering.
    pub(super) store: Store,
    /// Whether it is the first of its process.
    pub(super) cold: bool,
}

impl Invocation {
    /// Begins with an event that Lambda handed over.
    pub(super) fn begin<S>(app: &App<S>, labels: Labels, lambda: &LambdaContext, cold: bool) -> Self {
        let (now, started) = (app.clock.now(), Instant::now());
        let left = Duration::from_millis(lambda.deadline.saturating_sub(now.ms().unsigned_abs()));
        let end = started + left.saturating_sub(MARGIN);
        let trace = Arc::new(app.tracer.begin(lambda.xray_trace_id.as_deref(), now));
        let store = app.store(&trace, end - DELIVERY);
        Self { labels, now, started, end, trace, store, cold }
    }

    /// The table for delivering, until the end of the invocation.
    pub(super) fn store_until_end(&self) -> Store {
        Store::new(self.store.table().until(self.end))
    }
}

/// How the work on an event ended, for the log.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    /// The HTTP status, or what corresponds to it.
    pub(super) status: u16,
    /// The code of the problem.
    pub(super) code: Option<&'static str>,
    /// Why a 5xx came about.
    pub(super) cause: Option<String>,
    pub(super) replayed: bool,
    pub(super) sent: bool,
}

/// Work that goes on behind the response.
pub(super) type Rest = Pin<Box<dyn Future<Output = Left> + Send>>;

/// What became of the work behind the response; of what failed, why.
pub(super) struct Left {
    pub(super) delivered: Result<Delivered, String>,
    pub(super) settled: Result<(), String>,
}

impl Default for Left {
    fn default() -> Self {
        Self { delivered: Ok(Delivered::default()), settled: Ok(()) }
    }
}

/// What a source makes of an event: the payload that Lambda takes as the response, how the work ended, and what is left to do
/// behind the response.
pub(super) struct Handled {
    pub(super) response: serde_json::Value,
    pub(super) ended: Ended,
    pub(super) rest: Option<Rest>,
}

/// A source of events: how their names are read, and what is done with one.
pub(super) trait Source: Send + Sync + 'static {
    /// The event as Lambda hands it over.
    type Event: for<'de> serde::Deserialize<'de> + Send + 'static;

    fn labels(&self, event: &Self::Event) -> Labels;

    fn handle(&self, event: Self::Event, invocation: Invocation) -> impl Future<Output = Handled> + Send;
}
