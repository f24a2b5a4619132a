//! Downloads: parts, conditions, and headers that a URL asks for.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::files::Files;

#[tokio::test]
async fn a_part_can_be_read() {
    let files = Files::start();
    files.put("out/a", "0123456789").await;
    let part = async |range: &str| files.owner(&Method::GET, "out/a", &[("range", range)], b"").await;
    let middle = part("bytes=2-4").await;
    assert_eq!((middle.status, middle.text.as_str()), (206, "234"));
    assert_eq!((middle.header("content-range"), middle.header("content-length")), ("bytes 2-4/10", "3"));
    assert_eq!(part("bytes=8-").await.text, "89");
    assert_eq!(part("bytes=-99").await.text, "0123456789");
    part("bytes=10-").await.refused(416, "InvalidRange");
    assert_eq!(files.owner(&Method::GET, "out/a", &[], b"").await.header("accept-ranges"), "bytes");
}

#[tokio::test]
async fn who_has_it_already_is_told_so() {
    let files = Files::start();
    files.put("out/a", "hello").await;
    let first = files.owner(&Method::GET, "out/a", &[], b"").await;
    let e_tag = first.header("etag").to_owned();
    for method in [Method::GET, Method::HEAD] {
        let again = files.owner(&method, "out/a", &[("if-none-match", &e_tag)], b"").await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", e_tag.as_str()), "{method}");
    }
    let since = files.owner(&Method::GET, "out/a", &[("if-modified-since", first.header("last-modified"))], b"").await;
    assert_eq!(since.status, 304);
    let other = files.owner(&Method::GET, "out/a", &[("if-match", "\"other\"")], b"").await;
    other.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn a_signed_url_chooses_the_headers_of_its_response() {
    let files = Files::start();
    files.put("out/a", "hello").await;
    let query = "out/a?response-cache-control=private%2C%20max-age%3D60&response-content-disposition=attachment%3B%20filename%3D%22%C3%A4.txt%22&response-content-type=application%2Foctet-stream";
    let url = files.signed(&Method::GET, query, json!({}), Duration::from_mins(1)).await;
    let read = files.send(&Method::GET, &url, &[], b"").await;
    assert_eq!((read.status, read.text.as_str()), (200, "hello"), "{read:?}");
    assert_eq!(read.header("content-type"), "application/octet-stream");
    assert_eq!(read.header("cache-control"), "private, max-age=60");
    assert!(read.headers["content-disposition"].as_bytes().starts_with(b"attachment; filename="));
    let changed = url.replace("max-age%3D60", "max-age%3D99");
    files.send(&Method::GET, &changed, &[], b"").await.refused(403, "SignatureDoesNotMatch");
    assert_eq!(files.owner(&Method::GET, "out/a", &[], b"").await.header("content-type"), "text/plain");
}

#[tokio::test]
async fn keys_are_no_paths() {
    let files = Files::start();
    let long = "l".repeat(900);
    for key in ["out/a", "out/a/b", "out//c", "out/a%20%2B%C3%A4", &long] {
        files.put(key, key).await;
    }
    for key in ["out/a", "out/a/b", "out//c", "out/a%20%2B%C3%A4", &long] {
        assert_eq!(files.owner(&Method::GET, key, &[], b"").await.text, key);
    }
    let listed = files.owner(&Method::GET, "?list-type=2&prefix=out%2Fa&max-keys=2", &[], b"").await;
    assert!(listed.text.contains("<Key>out/a</Key>") && listed.text.contains("<IsTruncated>true"), "{listed:?}");
    assert_eq!(files.owner(&Method::DELETE, "out/a", &[], b"").await.status, 204);
    files.owner(&Method::GET, "out/a", &[], b"").await.refused(404, "NoSuchKey");
    assert_eq!(files.keys().await.len(), 4);
}

#[tokio::test]
async fn copies_and_tags_are_kept() {
    let files = Files::start();
    files.put("out/a", "hello").await;
    let source = files.target("out/a");
    let copied = files.owner(&Method::PUT, "out/b", &[("x-amz-copy-source", &source)], b"").await;
    assert_eq!(copied.status, 200, "{copied:?}");
    let tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    let tagged = files.owner(&Method::PUT, "out/b?tagging=", &[], tags.as_bytes()).await;
    assert_eq!(tagged.status, 200, "{tagged:?}");
    assert!(files.owner(&Method::GET, "out/b?tagging=", &[], b"").await.text.contains("<Value>v</Value>"));
    let copy = files.owner(&Method::GET, "out/b", &[], b"").await;
    assert_eq!((copy.text.as_str(), copy.header("content-type")), ("hello", "text/plain"));
}
