//! The one door to the open sockets: `@connections` of the WebSocket API.
#![expect(clippy::disallowed_methods, reason = "this is the one door to the sockets")]

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::error::SdkError;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use serde::Serialize;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::domain::ids::ConnectionId;
use crate::trace::{Ended, Service, Trace};

/// How long one socket may take. API Gateway responds within some tens of milliseconds; one that does not must not hold the
/// function.
const POST_TIMEOUT: Duration = Duration::from_secs(2);

/// The outcome of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// API Gateway took it.
    Delivered,
    /// The connection is gone for good.
    Gone,
    /// It failed in another way, after a retry: the client will see the gap at the next event.
    Failed(PushFailure),
}

/// Why a post failed, as far as an operator can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PushFailure {
    /// The function's role does not allow it (403).
    Forbidden,
    /// The account's quota is used up (429).
    TooMany,
    /// The frame is larger than API Gateway takes (413).
    TooLarge,
    /// No response came in time.
    Timeout,
    /// Anything else.
    Other,
}

/// The sockets, for the posts of one invocation.
#[derive(Debug, Clone)]
pub struct Sockets {
    client: Client,
    trace: Arc<Trace>,
}

impl Sockets {
    /// The sockets that `client` reaches; its endpoint is the stage of the API. Posts are noted in `trace`.
    #[must_use]
    pub fn new(client: Client, trace: Arc<Trace>) -> Self {
        Self { client, trace }
    }

    /// Closes a connection.
    pub async fn close(&self, connection: &ConnectionId) -> Posted {
        let request = self.client.delete_connection().connection_id(connection.as_str());
        let close =
            async { posted(timeout(POST_TIMEOUT, request.send()).await, DeleteConnectionError::is_gone_exception) };
        self.trace.call(Service::Sockets, "DeleteConnection", close, |closed| ended(*closed)).await
    }

    /// Sends a frame to one connection.
    pub async fn post(&self, connection: &ConnectionId, frame: &[u8]) -> Posted {
        let request =
            self.client.post_to_connection().connection_id(connection.as_str()).data(Blob::new(frame.to_vec()));
        let post =
            async { posted(timeout(POST_TIMEOUT, request.send()).await, PostToConnectionError::is_gone_exception) };
        self.trace.call(Service::Sockets, "PostToConnection", post, |posted| ended(*posted)).await
    }
}

/// What became of a call.
fn posted<T, E>(ended: Result<Result<T, SdkError<E>>, Elapsed>, is_gone: impl Fn(&E) -> bool) -> Posted {
    match ended {
        Ok(Ok(_)) => Posted::Delivered,
        Ok(Err(error)) if error.as_service_error().is_some_and(is_gone) => Posted::Gone,
        Ok(Err(error)) => Posted::Failed(why(&error)),
        Err(_) => Posted::Failed(PushFailure::Timeout),
    }
}

fn why<E>(error: &SdkError<E>) -> PushFailure {
    match error.raw_response().map(|response| response.status().as_u16()) {
        Some(403) => PushFailure::Forbidden,
        Some(429) => PushFailure::TooMany,
        Some(413) => PushFailure::TooLarge,
        None => PushFailure::Timeout,
        Some(_) => PushFailure::Other,
    }
}

/// How a post ended, for its trace.
fn ended(posted: Posted) -> Ended {
    match posted {
        Posted::Delivered => Ended::Well,
        Posted::Gone | Posted::Failed(PushFailure::Forbidden | PushFailure::TooLarge) => Ended::Error,
        Posted::Failed(PushFailure::TooMany) => Ended::Throttle,
        Posted::Failed(PushFailure::Timeout | PushFailure::Other) => Ended::Fault,
    }
}
