//! The product's store on the table of a running stack: the embedded engine, or the one that `AWS_ENDPOINT_URL_DYNAMODB` names.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use shared::store::{Store, Table};
use shared::trace::Trace;
use tests::Stack;

/// A client of the engine, past the product.
pub(crate) fn client(stack: &Stack) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("seed", "seed", None, None, "seed"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(stack.database_url())
        .build();
    Client::from_conf(config)
}

/// A store of its own client, so that several writers do not share one.
pub(crate) fn store(stack: &Stack) -> Store {
    let give_up_at = Instant::now() + Duration::from_mins(5);
    let trace = Arc::new(Trace::default());
    Store::new(Table::new(client(stack), stack.table_name().into(), trace, give_up_at.into()))
}
