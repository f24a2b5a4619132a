//! A schedule as a source of events: they say that it is time, and nothing else.

use lambda_runtime::Error;
use serde_json::Value;

use super::app::{App, ConfigError};
use super::invocation::{Ended, Handled, Invocation, Labels, Source};
use super::queue::Job;
use super::run::run;
use crate::service;

/// Does work when a schedule says that it is time, until Lambda ends the process. `kind` names the work in logs and traces. Work that
/// fails ends in a failed invocation, which Lambda tries again; the next run goes on in any case.
///
/// # Errors
/// If there is no `app`, or the Runtime API cannot be reached; the log has it.
pub async fn serve_schedule<F>(
    app: Result<App, ConfigError>,
    kind: &'static str,
    work: impl Fn(Job) -> F + Send + Sync + 'static,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), service::Error>> + Send,
{
    run(app, |app| Schedule { app, kind, work }).await
}

struct Schedule<Handler> {
    app: &'static App,
    kind: &'static str,
    work: Handler,
}

impl<Handler, F> Source for Schedule<Handler>
where
    Handler: Fn(Job) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), service::Error>> + Send,
{
    type Event = Value;

    fn labels(&self, event: &Value) -> Labels {
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        Labels { request_id: id, route: self.kind.to_owned() }
    }

    async fn handle(&self, _event: Value, invocation: Invocation) -> Handled {
        let worked = (self.work)(Job::new(self.app, &invocation, invocation.now)).await;
        let worked = worked.map_err(|error| format!("{error:?}"));
        let status = if worked.is_err() { 500 } else { 200 };
        Handled { response: Value::Null, ended: Ended { status, cause: worked.err(), ..Ended::default() }, rest: None }
    }
}
