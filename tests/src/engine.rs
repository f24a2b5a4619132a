//! A client of the engine under a running stack: the embedded one, or the one that `AWS_ENDPOINT_URL_DYNAMODB` names.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};

use crate::stack::Stack;

/// A client of the engine, past the product.
#[must_use]
pub fn client(stack: &Stack) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("seed", "seed", None, None, "seed"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(stack.database_url())
        .build();
    Client::from_conf(config)
}

/// All that the table has, as text.
pub async fn everything(stack: &Stack) -> String {
    let scan = client(stack).scan().table_name(stack.table_name()).consistent_read(true).into_paginator().items();
    let items = scan.send().collect::<Result<Vec<_>, _>>().await.expect("a table can be scanned");
    format!("{items:?}")
}
