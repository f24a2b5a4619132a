//! Pages in a browser, which ask before they upload.

use reqwest::Method;

use crate::files::Files;

const ORIGIN: (&str, &str) = ("origin", "https://app.example.com");

#[tokio::test]
async fn a_page_may_upload_as_the_bucket_says() {
    let files = Files::start();
    let url = format!("{}{}", files.stack.s3_url(), files.target("in/a"));
    let ask = async |origin: &str, method: &str, headers: &str| {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        files.send(&Method::OPTIONS, &url, &asked, b"").await
    };
    let allowed = ask(ORIGIN.1, "PUT", "content-type,x-amz-meta-a").await;
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert_eq!(allowed.header("access-control-allow-origin"), ORIGIN.1);
    assert_eq!(allowed.header("access-control-allow-methods"), "PUT, GET");
    assert_eq!(allowed.header("access-control-allow-headers"), "content-type, x-amz-meta-a");
    assert_eq!(allowed.header("access-control-max-age"), "600");
    ask("https://other.example.com", "PUT", "content-type").await.refused(403, "AccessDenied");
    ask(ORIGIN.1, "DELETE", "").await.refused(403, "AccessDenied");
    ask(ORIGIN.1, "PUT", "x-other").await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_page_may_read_what_it_is_answered_a_refusal_too() {
    let files = Files::start();
    files.put("out/a", "hello").await;
    let read = files.owner(&Method::GET, "out/a", &[ORIGIN], b"").await;
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, ORIGIN.1));
    assert_eq!(read.header("access-control-expose-headers"), "ETag");
    let url = format!("{}{}", files.stack.s3_url(), files.target("out/a"));
    let refused = files.send(&Method::GET, &url, &[ORIGIN], b"").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, ORIGIN.1));
    let elsewhere = files.owner(&Method::GET, "out/a", &[("origin", "https://other.example.com")], b"").await;
    assert_eq!((elsewhere.status, elsewhere.header("access-control-allow-origin")), (200, ""));
}
