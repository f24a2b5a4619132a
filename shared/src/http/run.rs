//! The loop of every function: an answer, then what is left to do, then the next event.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use lambda_http::{Adapter, service_fn};
use lambda_runtime::{Error, LambdaInvocation, Runtime};
use tower::{Layer, Service};

use super::answer::answer;
use super::crash;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Request;
use crate::app::{App, ConfigError};
use crate::clock::Clock;

/// The work that an answered request leaves behind, until its turn has come.
type Rest = Arc<Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

/// Answers events with `route` until Lambda ends the process.
///
/// The answer goes out first; pushing goes on within the same invocation. Lambda freezes a process only once it asks for
/// the next event, and hands an answer to the caller as soon as it has it.
///
/// # Errors
/// If there is no `app`, or the Runtime API cannot be reached; the log has it.
pub async fn run<R, F>(app: Result<App, ConfigError>, route: R) -> Result<(), Error>
where
    R: Fn(&'static App, Arc<Request>) -> F + Copy + Send + 'static,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    crash::report_panics(Clock::SYSTEM);
    let ended = match app {
        Ok(app) => serve(app, route).await,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = &ended {
        crash::report(Clock::SYSTEM, &error.to_string());
    }
    ended
}

async fn serve<R, F>(app: App, route: R) -> Result<(), Error>
where
    R: Fn(&'static App, Arc<Request>) -> F + Copy + Send + 'static,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    // One per process, for as long as the process lives.
    let app: &'static App = Box::leak(Box::new(app));
    let rest = Rest::default();
    let mut cold = true;
    let handler = service_fn(|event: lambda_http::Request| {
        let rest = Arc::clone(&rest);
        let cold = std::mem::take(&mut cold);
        async move {
            let (response, work) = answer(app, route, event, cold).await;
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(work));
            Ok::<_, Error>(response)
        }
    });
    Runtime::new(Adapter::from(handler)).layer(Finish { rest: Arc::clone(&rest) }).run().await
}

/// Does the rest of an invocation's work between its answer and its end.
#[derive(Clone)]
struct Finish {
    rest: Rest,
}

impl<S> Layer<S> for Finish {
    type Service = Finishing<S>;

    fn layer(&self, inner: S) -> Finishing<S> {
        Finishing { inner, rest: Arc::clone(&self.rest) }
    }
}

/// The service below posts the answer; this one does the rest behind it.
#[derive(Clone)]
struct Finishing<S> {
    inner: S,
    rest: Rest,
}

impl<S> Service<LambdaInvocation> for Finishing<S>
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
        let answered = self.inner.call(invocation);
        let rest = Arc::clone(&self.rest);
        Box::pin(async move {
            let answered = answered.await;
            let work = rest.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(work) = work {
                work.await;
            }
            answered
        })
    }
}
