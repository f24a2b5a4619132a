//! A queue as a source of events: batches of messages, each a piece of work as JSON.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use lambda_runtime::Error;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::app::{App, ConfigError};
use super::invocation::{Ended, Handled, Invocation, Labels, Source};
use super::run::run;
use crate::domain::time::Timestamp;
use crate::domain::work::Worked;
use crate::objects::Bucket;
use crate::service;
use crate::store::Store;

/// Does the work that messages of a queue ask for, until Lambda ends the process. `kind` names the work in logs and traces. What fails
/// or comes too early is given back to the queue, which hands it out again, and at last keeps it among its dead letters; the other
/// messages of the batch are done.
///
/// # Errors
/// If there is no `app`, or the Runtime API cannot be reached; the log has it.
pub async fn serve_queue<Work, F>(
    app: Result<App, ConfigError>,
    kind: &'static str,
    work: impl Fn(Job, Work) -> F + Send + Sync + 'static,
) -> Result<(), Error>
where
    Work: DeserializeOwned + Send + 'static,
    F: Future<Output = Result<Worked, service::Error>> + Send,
{
    run(app, |app| Queue { app, kind, work, takes: std::marker::PhantomData }).await
}

/// What work needs that no request waits for.
#[derive(Debug)]
pub struct Job {
    pub store: Store,
    bucket: Option<Bucket>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    pub now: Timestamp,
}

impl Job {
    pub(super) fn new(app: &App, invocation: &Invocation, asked_at: Timestamp) -> Self {
        let bucket = app.bucket(&invocation.trace, invocation.end);
        Self { store: invocation.store.clone(), bucket, asked_at, now: invocation.now }
    }

    /// The bucket of the function.
    ///
    /// # Errors
    /// [`service::Error::Internal`] if it has none.
    pub fn bucket(&self) -> Result<&Bucket, service::Error> {
        self.bucket.as_ref().ok_or_else(|| service::Error::Internal("the function has no bucket".to_owned()))
    }
}

struct Queue<Work, Handler> {
    app: &'static App,
    kind: &'static str,
    work: Handler,
    takes: std::marker::PhantomData<fn(Work)>,
}

impl<Work, Handler, F> Queue<Work, Handler>
where
    Work: DeserializeOwned + Send + 'static,
    Handler: Fn(Job, Work) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Worked, service::Error>> + Send,
{
    /// Does what one message asks for; `Err` has the cause for the log.
    async fn work_on(&self, message: &SqsMessage, invocation: &Invocation) -> Result<Worked, String> {
        let body = message.body.as_deref().unwrap_or_default();
        let work = serde_json::from_str(body).map_err(|error| format!("a message that cannot be read: {error}"))?;
        let sent_at = message.attributes.get("SentTimestamp").and_then(|ms| Timestamp::from_ms(ms.parse().ok()?).ok());
        let sent_at = sent_at.ok_or("a message without the time at which it was sent")?;
        let worked = (self.work)(Job::new(self.app, invocation, sent_at), work).await;
        worked.map_err(|error| format!("{error:?}"))
    }
}

impl<Work, Handler, F> Source for Queue<Work, Handler>
where
    Work: DeserializeOwned + Send + 'static,
    Handler: Fn(Job, Work) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Worked, service::Error>> + Send,
{
    type Event = SqsEvent;

    /// The first message of the batch names it.
    fn labels(&self, event: &SqsEvent) -> Labels {
        let first = event.records.first().and_then(|message| message.message_id.clone());
        Labels { request_id: first.unwrap_or_default(), route: self.kind.to_owned() }
    }

    async fn handle(&self, event: SqsEvent, invocation: Invocation) -> Handled {
        let (mut again, mut cause) = (Vec::new(), None);
        for message in &event.records {
            let worked = self.work_on(message, &invocation).await;
            if worked != Ok(Worked::Done) {
                again.push(json!({"itemIdentifier": message.message_id}));
            }
            cause = cause.or(worked.err());
        }
        let status = if cause.is_some() { 500 } else { 200 };
        let ended = Ended { status, cause, ..Ended::default() };
        Handled { response: json!({"batchItemFailures": again}), ended, rest: None }
    }
}
