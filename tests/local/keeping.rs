//! What survives the death of the stack, and what expires.

use std::time::Duration;

use reqwest::Method;
use tests::{Fault, ObjectFault};

use crate::files::{BUCKET, Files, LISTENER};

#[tokio::test]
async fn objects_and_events_survive_the_death_of_the_stack() {
    let files = Files::start();
    files.stack.excuse("the stack dies");
    let held = files.stack.hold(Fault::object(ObjectFault::HoldBefore).function(LISTENER).always()).await;
    files.put("in/a", "hello").await;
    files.put("in/b", "bye").await;
    held.reached().await;
    files.stack.kill();
    files.stack.restart();
    files.stack.handled(LISTENER).await;
    assert_eq!(files.keys().await, ["in/a", "in/b", "out/a", "out/b"]);
    assert_eq!(files.owner(&Method::GET, "out/b", &[], b"").await.text, "bye");
    let read = files.owner(&Method::GET, "in/a", &[], b"").await;
    assert_eq!((read.text.as_str(), read.header("content-type")), ("hello", "text/plain"));
}

#[tokio::test]
async fn an_upload_that_a_death_cuts_is_not_there() {
    let files = Files::start();
    files.stack.excuse("the stack dies");
    files.put("out/a", "old").await;
    // The answer is lost, so the sender does not know. What was written is there as a whole.
    let fault = Fault::object(ObjectFault::AnswerLost).operation("PutObject");
    let fault = files.stack.inject(fault).await;
    let signer = tests::s3::Signer::owner(&files.stack);
    let url = signer.url(&Method::PUT, &files.target("out/a"), &[], Duration::from_mins(1));
    assert!(files.try_send(&Method::PUT, &url, &[], b"new").await.is_err());
    files.stack.await_fault(&fault, 1).await;
    assert_eq!(files.owner(&Method::GET, "out/a", &[], b"").await.text, "new");
    // A body that stops in the middle: the stack dies while it waits for the rest.
    let stream = tokio::net::TcpStream::connect(files.stack.s3_url().trim_start_matches("http://")).await;
    let mut stream = stream.expect("S3 listens");
    let (host, target) = (files.stack.s3_url(), url.replace(&files.stack.s3_url(), ""));
    let head = format!("PUT {target} HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000000\r\n\r\nhalf", &host[7..]);
    tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.expect("it can be written");
    files.stack.kill();
    files.stack.restart();
    assert_eq!(files.owner(&Method::GET, "out/a", &[], b"").await.text, "new");
    assert_eq!(files.keys().await, ["out/a"]);
}

#[tokio::test]
async fn objects_expire_by_the_rules_of_their_bucket() {
    let files = Files::start();
    files.put("in/a", "hello").await;
    files.stack.handled(LISTENER).await;
    assert_eq!(files.stack.sweep(BUCKET, Duration::from_hours(23)).await, 0);
    assert_eq!(files.stack.sweep(BUCKET, Duration::from_hours(25)).await, 1);
    assert_eq!(files.keys().await, ["out/a"]);
}
