//! The ready file: the addresses of a running stack.

use serde::Serialize;

/// The data folder of `cargo dev` without `--data`.
pub(crate) const DEFAULT_FOLDER: &str = ".backchannel";
/// The name of the ready file in a data folder.
pub(crate) const READY_FILE: &str = "ready.json";

/// The content of the ready file.
#[derive(Serialize)]
pub(crate) struct Ready {
    /// Base URL of the HTTP API.
    pub(crate) http_url: String,
    /// URL of the WebSocket API, without a ticket.
    pub(crate) socket_url: Option<String>,
    pub(crate) sign_in_url: String,
    /// Base URL of the control API.
    pub(crate) control_url: String,
    /// Base URL of the DynamoDB proxy.
    pub(crate) dynamodb_url: String,
    /// Base URL of SQS.
    pub(crate) sqs_url: String,
    /// Base URL of S3.
    pub(crate) s3_url: String,
    /// The access key that may do everything.
    pub(crate) access_key_id: &'static str,
    /// Its secret. Only S3 verifies signatures.
    pub(crate) secret_access_key: &'static str,
    /// The region that signatures are for.
    pub(crate) region: String,
    /// The access key with which requests to routes with IAM authorization are signed, and its secret.
    pub(crate) operator_access_key_id: &'static str,
    pub(crate) operator_secret_access_key: String,
    pub(crate) table_names: Vec<String>,
    pub(crate) bucket_names: Vec<String>,
}
