//! From an event to an answer: the same for every function.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::{Body, Response};
use serde_json::json;
use tokio::time::Instant;

use super::crash;
use super::log::Line;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Request;
use crate::app::App;
use crate::domain::time::Timestamp;
use crate::push::{Fanout, Pushed};
use crate::trace::Annotations;
use crate::view::{Signal, signal};

/// What is kept of an invocation's time for pushing what was stored: a request gives up before.
const PUSH_TIME: Duration = Duration::from_millis(1_200);

/// Turns one event into a response, and what is left to do after it.
pub(super) async fn answer<R, F>(
    app: &'static App,
    route: R,
    event: lambda_http::Request,
    cold: bool,
) -> (Response<Body>, impl Future<Output = ()> + Send + 'static)
where
    R: Fn(&'static App, Arc<Request>) -> F,
    F: Future<Output = Result<Reply, Problem>>,
{
    let started = Instant::now();
    let now = app.clock.now();
    let request = Arc::new(Request::new(event, now));
    crash::works_on(&request);
    let end = request.end();
    app.store.table().begin(end - PUSH_TIME);
    app.tracer.begin(request.trace_header(), now);
    let outcome = match route(app, Arc::clone(&request)).await {
        Err(Problem::NotFound) => Err(not_found(app, &request).await),
        outcome => outcome,
    };
    let problem = outcome.as_ref().err().map(|problem| (problem.kind().1, problem.cause().map(str::to_owned)));
    let status = outcome.as_ref().map_or_else(|problem| problem.kind().0, |reply| reply.status);
    let (mut reply, retry_after) = match outcome {
        Ok(reply) => (reply, None),
        Err(problem) => (refusal(&problem, &request, now), problem.retry_after_s()),
    };
    let duration = started.elapsed();
    let fanout = reply.fanout.take();
    let (replayed, sent) = (reply.replayed, reply.sent);
    let response = response(reply, problem.is_some(), retry_after);

    let work = async move {
        let pushed = match fanout {
            None => Ok(Pushed::default()),
            Some(fanout) => push(app, fanout, now, end).await.map_err(|reason| format!("not pushed: {reason}")),
        };
        let (code, cause) = problem.unzip();
        let cause = cause.flatten().or_else(|| pushed.as_ref().err().cloned());
        let trace_id = app.tracer.trace_id();
        let line = Line {
            timestamp: now,
            level: if status >= 500 || cause.is_some() { "ERROR" } else { "INFO" },
            request_id: request.id(),
            trace_id: trace_id.as_deref(),
            function: &app.function,
            route: request.route_key(),
            status,
            code,
            cause: cause.as_deref(),
            cold,
            duration_ms: millis(duration),
            usage: app.store.table().usage(),
            replayed,
            sent,
            pushed: pushed.unwrap_or(Pushed::LOST),
        };
        line.print();
        app.tracer.end(&Annotations { request_id: request.id(), route: request.route_key(), status });
    };
    (response, work)
}

/// Pushes until `end` at most.
async fn push(app: &App, fanout: Fanout, now: Timestamp, end: Instant) -> Result<Pushed, String> {
    let gateway = app.gateway.as_ref().ok_or("this function is not built to push")?;
    app.store.table().extend(end);
    match tokio::time::timeout_at(end, fanout.run(&app.store, gateway, now)).await {
        Ok(pushed) => pushed.map_err(|error| error.to_string()),
        Err(_) => Err("there was no time left".to_owned()),
    }
}

/// To someone without a profile nothing is there yet (rule 1). Asked only here, so that members, who all have one, do not
/// pay for it at every request.
async fn not_found(app: &App, request: &Request) -> Problem {
    match request.caller() {
        Err(_) => Problem::NotFound,
        Ok(caller) => match app.store.profile(&caller).await {
            Ok(Some(_)) => Problem::NotFound,
            Ok(None) => Problem::ProfileRequired,
            Err(error) => error.into(),
        },
    }
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A problem as the caller gets it: a document over HTTP, a frame with the document over a socket.
fn refusal(problem: &Problem, request: &Request, now: Timestamp) -> Reply {
    let document = problem.document(request.id());
    if request.is_socket() && request.route_key() != "$connect" {
        // A frame has no status; all that API Gateway has to do with it is to send it.
        Reply::ok(&signal(Signal::Problem, None, None, now, json!(document)))
    } else {
        // `$connect` refuses the handshake with its status.
        Reply::json(problem.kind().0, &document)
    }
}

fn response(reply: Reply, problem: bool, retry_after_s: Option<u32>) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    if reply.body.is_some() {
        let media = if problem { "application/problem+json" } else { "application/json" };
        response = response.header("content-type", media);
    }
    // Answers are about one user at one moment.
    response = response.header("cache-control", "no-store");
    if reply.replayed {
        response = response.header("idempotency-replayed", "true");
    }
    if let Some(seconds) = retry_after_s {
        response = response.header("retry-after", seconds);
    }
    let body = reply.body.map_or(Body::Empty, Body::Text);
    // A status from `Problem` or `Reply` and fixed header names: nothing here can be malformed.
    response.body(body).unwrap_or_default()
}
