//! A client of the engine under a running stack: the embedded one, or the one that `AWS_ENDPOINT_URL_DYNAMODB` names.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;

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

/// Makes the end of a group so much older, so that nobody has to wait until requests are over that may be storing something in it.
pub async fn end_earlier(stack: &Stack, thread: &str, by: Duration) {
    let by = by.as_millis().to_string();
    let update = client(stack).update_item().table_name(stack.table_name());
    let update = update.key("pk", AttributeValue::S(format!("THREAD#{thread}")));
    let update = update.key("sk", AttributeValue::S("HEAD".to_owned()));
    let update = update.update_expression("SET ended = ended - :by").condition_expression("attribute_exists(ended)");
    update.expression_attribute_values(":by", AttributeValue::N(by)).send().await.expect("the group has ended");
}
