//! The one door to the open sockets: `@connections` of the WebSocket API.
#![expect(clippy::disallowed_methods, reason = "this is the one door to the sockets")]

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;

use crate::domain::ids::ConnectionId;

/// How long one socket may take. API Gateway answers within some tens of milliseconds; one that does not must not hold the
/// function.
const POST_TIMEOUT: Duration = Duration::from_secs(2);

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// API Gateway took it.
    Delivered,
    /// The connection is gone for good.
    Gone,
    /// It failed in another way, after a retry: the client will see the gap at the next event.
    Failed,
}

/// The sockets.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
}

impl Gateway {
    /// The sockets that `client` reaches; its endpoint is the API's stage.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends a frame to one connection.
    pub async fn post(&self, connection: &ConnectionId, frame: &Arc<[u8]>) -> Posted {
        let request =
            self.client.post_to_connection().connection_id(connection.as_str()).data(Blob::new(frame.to_vec()));
        match tokio::time::timeout(POST_TIMEOUT, request.send()).await {
            Ok(Ok(_)) => Posted::Delivered,
            Ok(Err(error)) if error.as_service_error().is_some_and(PostToConnectionError::is_gone_exception) => {
                Posted::Gone
            }
            Ok(Err(_)) | Err(_) => Posted::Failed,
        }
    }
}
