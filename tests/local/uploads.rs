//! Uploads with signed URLs.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::json;
use tests::s3::Signer;

use crate::files::Files;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_signed_url_takes_the_bytes_it_was_signed_for_and_no_others() {
    let files = Files::start();
    let headers = json!({"content-type": "image/jpeg", "content-length": "5"});
    let url = files.signed(&Method::PUT, "in/a.jpg", headers, MINUTE).await;
    let put = async |kind: &str, body: &[u8]| files.send(&Method::PUT, &url, &[("content-type", kind)], body).await;
    put("image/jpeg", b"123456").await.refused(403, "SignatureDoesNotMatch");
    put("image/jpeg", b"1234").await.refused(403, "SignatureDoesNotMatch");
    put("image/png", b"12345").await.refused(403, "SignatureDoesNotMatch");
    assert!(files.keys().await.is_empty());
    let answered = put("image/jpeg", b"12345").await;
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(answered.header("etag"), "\"827ccb0eea8a706c4c34a16891f84e7b\"");
    // Nobody adds what was not signed, such as tags, or makes a copy of it.
    for header in [("x-amz-tagging", "a=b"), ("x-amz-copy-source", "/bucket/other")] {
        let answered = files.send(&Method::PUT, &url, &[("content-type", "image/jpeg"), header], b"12345").await;
        answered.refused(403, "AccessDenied");
    }
    // The key and the method are signed too.
    let other = url.replace("in/a.jpg", "in/b.jpg");
    files
        .send(&Method::PUT, &other, &[("content-type", "image/jpeg")], b"12345")
        .await
        .refused(403, "SignatureDoesNotMatch");
    files.send(&Method::GET, &url, &[], b"").await.refused(403, "SignatureDoesNotMatch");
    files.stack.handled(crate::files::LISTENER).await;
    let large = vec![0; 8 * 1024 * 1024];
    put("image/jpeg", &large).await.refused(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_signed_url_ends() {
    let files = Files::start();
    let url = |age: u64| {
        let time = SystemTime::now() - Duration::from_secs(age);
        let signer = Signer { time: Some(time), ..Signer::owner(&files.stack) };
        signer.url(&Method::PUT, &files.target("out/a"), &[], MINUTE)
    };
    assert_eq!(files.send(&Method::PUT, &url(50), &[], b"1").await.status, 200);
    files.send(&Method::PUT, &url(62), &[], b"1").await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_signed_url_outlives_the_process_that_signed_it() {
    let files = Files::start();
    let url = files.signed(&Method::PUT, "out/a", json!({}), MINUTE).await;
    let key = url.split("X-Amz-Credential=").nth(1).expect("a URL names its key");
    assert!(key.starts_with("LOCALListenerFunction_"), "{url}");
    files.stack.excuse("the process is killed");
    let fault = tests::Fault::object(tests::ObjectFault::KillBefore).function(crate::files::LISTENER);
    let fault = files.stack.inject(fault).await;
    files.put("in/b", "text").await;
    files.stack.await_fault(&fault, 1).await;
    files.call_again_after_failure().await;
    assert_eq!(files.send(&Method::PUT, &url, &[], b"1").await.status, 200);
    files.stack.handled(crate::files::LISTENER).await;
}

#[tokio::test]
async fn what_is_damaged_on_its_way_is_not_stored() {
    let files = Files::start();
    let headers = [("x-amz-checksum-crc32", "AAAAAA==")];
    files.owner(&Method::PUT, "out/a", &headers, b"hello").await.refused(400, "BadDigest");
    assert!(files.keys().await.is_empty());
    let headers = [("x-amz-checksum-crc32", "NhCmhg=="), ("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")];
    assert_eq!(files.owner(&Method::PUT, "out/a", &headers, b"hello").await.status, 200);
}

#[tokio::test]
async fn an_object_is_written_once_if_so_asked() {
    let files = Files::start();
    let once = [("if-none-match", "*")];
    assert_eq!(files.owner(&Method::PUT, "out/a", &once, b"first").await.status, 200);
    files.owner(&Method::PUT, "out/a", &once, b"second").await.refused(412, "PreconditionFailed");
    assert_eq!(files.owner(&Method::GET, "out/a", &[], b"").await.text, "first");
}

#[tokio::test]
async fn parts_become_one_object() {
    let files = Files::start();
    let begun = files.owner(&Method::POST, "out/a?uploads=", &[("content-type", "video/mp4")], b"").await;
    let id = begun.text.split("<UploadId>").nth(1).and_then(|rest| rest.split('<').next()).expect("it has an id");
    let mut parts = Vec::new();
    for (number, part) in [(1, "x".repeat(5 * 1024 * 1024)), (2, "end".to_owned())] {
        let key = format!("out/a?partNumber={number}&uploadId={id}");
        let stored = files.owner(&Method::PUT, &key, &[], part.as_bytes()).await;
        parts.push(format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", stored.header("etag")));
    }
    assert!(files.keys().await.is_empty());
    let body = format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.concat());
    let done = files.owner(&Method::POST, &format!("out/a?uploadId={id}"), &[], body.as_bytes()).await;
    assert!(done.status == 200 && done.text.contains("-2"), "{done:?}");
    let head = files.owner(&Method::HEAD, "out/a", &[], b"").await;
    assert_eq!((head.header("content-length"), head.header("content-type")), ("5242883", "video/mp4"));
}
