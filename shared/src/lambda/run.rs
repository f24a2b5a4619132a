//! The loop of every function: a response, then what is left to do, then the next event.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use tower::{Layer, Service};

use super::app::{App, ConfigError};
use super::crash;
use super::invocation::{Ended, Handled, Invocation, Left, Source};
use super::log::Line;
use crate::clock::Clock;
use crate::service::Delivered;
use crate::trace::Annotations;

/// The work that an invocation leaves behind its response, until its turn has come.
type Rest = Arc<Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

/// Takes events of a source until Lambda ends the process.
///
/// The response goes out first; delivering goes on within the same invocation. Lambda freezes a process only once it asks for the
/// next event, and hands a response to the caller as soon as it has it.
///
/// # Errors
/// If there is no `app`, or the Runtime API cannot be reached; the log has it.
pub(super) async fn run<S, Sourced>(
    app: Result<App<S>, ConfigError>,
    source: impl FnOnce(&'static App<S>) -> Sourced,
) -> Result<(), Error>
where
    S: Send + Sync + 'static,
    Sourced: Source,
{
    crash::report_panics(Clock::SYSTEM);
    let ended = match app {
        Ok(app) => {
            // Both live as long as the process.
            let app: &'static App<S> = Box::leak(Box::new(app));
            let source: &'static Sourced = Box::leak(Box::new(source(app)));
            take_events(app, source).await
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = &ended {
        crash::report(Clock::SYSTEM, &error.to_string());
    }
    ended
}

async fn take_events<S, Sourced>(app: &'static App<S>, source: &'static Sourced) -> Result<(), Error>
where
    S: Send + Sync + 'static,
    Sourced: Source,
{
    let rest = Rest::default();
    let mut cold = true;
    let handler = service_fn(|event: LambdaEvent<Sourced::Event>| {
        let rest = Arc::clone(&rest);
        let cold = std::mem::take(&mut cold);
        async move {
            let LambdaEvent { payload, context } = event;
            let labels = source.labels(&payload);
            let invocation = Invocation::begin(app, labels.clone(), &context, cold);
            let handled = crash::working_on(labels, source.handle(payload, invocation.clone())).await;
            let Handled { response, ended, rest: left } = handled;
            let duration = invocation.started.elapsed();
            let work = async move {
                let left = match left {
                    None => Left::default(),
                    Some(left) => crash::working_on(invocation.labels.clone(), left).await,
                };
                finish(app, &invocation, ended, duration, left);
            };
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(work));
            Ok::<_, Error>(response)
        }
    });
    Runtime::new(handler).layer(Behind { rest: Arc::clone(&rest) }).run().await
}

/// Writes the log line and ends the trace.
fn finish<S>(app: &App<S>, invocation: &Invocation, ended: Ended, duration: Duration, left: Left) {
    let Ended { status, code, cause, replayed, sent } = ended;
    let Left { delivered, settled } = left;
    let cause = cause.or_else(|| delivered.as_ref().err().cloned()).or_else(|| settled.err());
    let labels = &invocation.labels;
    let line = Line {
        timestamp: invocation.now,
        level: if status >= 500 || cause.is_some() { "ERROR" } else { "INFO" },
        request_id: &labels.request_id,
        trace_id: invocation.trace.id(),
        function: &app.function,
        route: &labels.route,
        status,
        code,
        cause: cause.as_deref(),
        cold: invocation.cold,
        duration_ms: millis(duration),
        usage: invocation.store.table().usage(),
        replayed,
        sent,
        delivered: delivered.unwrap_or(Delivered::LOST),
    };
    line.print();
    invocation.trace.end(&Annotations { request_id: &labels.request_id, route: &labels.route, status });
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Does the rest of the work of an invocation between its response and its end.
#[derive(Clone)]
struct Behind {
    rest: Rest,
}

impl<S> Layer<S> for Behind {
    type Service = BehindResponse<S>;

    fn layer(&self, inner: S) -> BehindResponse<S> {
        BehindResponse { inner, rest: Arc::clone(&self.rest) }
    }
}

/// The service inside posts the response; this one does the rest behind it.
#[derive(Clone)]
struct BehindResponse<S> {
    inner: S,
    rest: Rest,
}

impl<S> Service<LambdaInvocation> for BehindResponse<S>
where
    S: Service<LambdaInvocation, Response = ()>,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = ();
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let responded = self.inner.call(invocation);
        let rest = Arc::clone(&self.rest);
        Box::pin(async move {
            let responded = responded.await;
            let work = rest.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(work) = work {
                work.await;
            }
            responded
        })
    }
}
