#!/usr/bin/env bash
# Tools:     aws-sdk-dynamodb 1.136.0 with its standard retries (three attempts), over the in-memory HTTP client of
#            aws-smithy-http-client 1.5.2, which always gives the same answer. Takes minutes: it compiles the SDK.
# Behaviour: the attempts that the SDK makes, by the error that it gets:
#            - ThrottlingException and ProvisionedThroughputExceededException: three, for PutItem and for a transaction;
#            - TransactionInProgressException: three;
#            - TransactionConflictException (a PutItem met a transaction): one;
#            - TransactionCanceledException whose reason is ThrottlingError, ProvisionedThroughputExceeded or
#              TransactionConflict: one.
# A guess:   the same cause has the same treatment: being throttled is retried, inside a transaction too, and a conflict
#            that is over in milliseconds is the model case for a retry.
# Matters:   with transactions, the SDK's retries cover little of what goes wrong under load. The application must look
#            into cancellation_reasons and try again itself, and retry a plain write that met a transaction.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.0.0"
edition = "2024"

[dependencies]
aws-sdk-dynamodb = { version = "=1.136.0", default-features = false, features = ["behavior-version-latest", "rt-tokio"] }
aws-smithy-http-client = { version = "=1.5.2", default-features = false, features = ["test-util"] }
http = "=1.5.0"
tokio = { version = "=1.54.1", default-features = false, features = ["macros", "rt", "time"] }

[profile.dev]
debug = false
TOML
cat >src/main.rs <<'RUST'
use std::{
    process::ExitCode,
    sync::{Arc, atomic::{AtomicU32, Ordering}},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{Credentials, Region, retry::RetryConfig},
    types::{AttributeValue, Put, TransactWriteItem},
};
use aws_smithy_http_client::test_util::infallible_client_fn;

const TABLE: &str = "probe";

/// A client all of whose requests are answered with this error, and the number of requests so far.
fn client(body: String) -> (Client, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let http = infallible_client_fn(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let answer = http::Response::builder().status(400).header("content-type", "application/x-amz-json-1.0");
        answer.body(body.clone()).expect("a valid answer")
    });
    let config = Config::builder()
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("probe", "probe", None, None, "probe"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(http);
    (Client::from_conf(config.build()), count)
}

async fn put(error: &str) -> u32 {
    let (client, count) = client(format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}"}}"#));
    let answer = client.put_item().table_name(TABLE).item("pk", AttributeValue::S("a".into())).send().await;
    assert!(answer.is_err());
    count.load(Ordering::SeqCst)
}

async fn transact(error: &str, reason: Option<&str>) -> u32 {
    let reasons = reason.map_or_else(String::new, |reason| {
        format!(r#","Message":"Transaction cancelled","CancellationReasons":[{{"Code":"{reason}"}}]"#)
    });
    let (client, count) = client(format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}"{reasons}}}"#));
    let put = Put::builder().table_name(TABLE).item("pk", AttributeValue::S("a".into()));
    let action = TransactWriteItem::builder().put(put.build().expect("a whole put")).build();
    let refused = client.transact_write_items().transact_items(action).send().await.expect_err("an error");
    if let Some(reason) = reason {
        let refused = refused.into_service_error();
        let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
            cancelled,
        ) = refused
        else {
            panic!("not a cancelled transaction: {refused}")
        };
        assert_eq!(cancelled.cancellation_reasons()[0].code(), Some(reason));
    }
    count.load(Ordering::SeqCst)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut changed = false;
    let mut see = |name: String, attempts: u32, before: u32| {
        println!("{name}: {attempts}");
        changed |= attempts != before;
    };
    let throttled = ["ThrottlingException", "ProvisionedThroughputExceededException"];
    for error in throttled {
        see(format!("PutItem, {error}"), put(error).await, 3);
    }
    see("PutItem, TransactionConflictException".into(), put("TransactionConflictException").await, 1);
    for error in throttled.into_iter().chain(["TransactionInProgressException"]) {
        see(format!("TransactWriteItems, {error}"), transact(error, None).await, 3);
    }
    for reason in ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"] {
        let attempts = transact("TransactionCanceledException", Some(reason)).await;
        see(format!("TransactWriteItems, TransactionCanceledException [{reason}]"), attempts, 1);
    }
    if changed {
        eprintln!("CHANGED: not what was found before");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
RUST
CARGO_TARGET_DIR=$dir/target cargo run --quiet --jobs 1
