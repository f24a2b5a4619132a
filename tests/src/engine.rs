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

/// Makes the time when somebody looks after an upload so much earlier.
pub async fn media_due_earlier(stack: &Stack, id: &str, by: Duration) {
    let client = client(stack);
    let due = |sk: String| [("pk", AttributeValue::S("MEDIA_DUE".to_owned())), ("sk", AttributeValue::S(sk))];
    let query = client.query().table_name(stack.table_name()).key_condition_expression("pk = :due");
    let query = query.expression_attribute_values(":due", AttributeValue::S("MEDIA_DUE".to_owned()));
    let items = query.send().await.expect("it can be read").items.unwrap_or_default();
    let keys = items.iter().map(|item| item["sk"].as_s().expect("keys are texts").clone());
    for key in keys.filter(|key| key.ends_with(id)) {
        let at: i64 = key.split('#').next().and_then(|at| at.parse().ok()).expect("it begins with a time");
        let earlier = at - i64::try_from(by.as_millis()).expect("it is no long time");
        let [pk, sk] = due(format!("{earlier:013}#{id}"));
        let put = client.put_item().table_name(stack.table_name()).item(pk.0, pk.1).item(sk.0, sk.1);
        put.send().await.expect("it can be put");
        let [pk, sk] = due(key);
        let delete = client.delete_item().table_name(stack.table_name()).key(pk.0, pk.1).key(sk.0, sk.1);
        delete.send().await.expect("it can be deleted");
    }
}
