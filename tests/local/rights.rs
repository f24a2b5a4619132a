//! Who may: the signature is verified, and the role of the signer is asked when a URL is used.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::s3::Signer;

use crate::files::Files;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn the_role_of_the_signer_is_asked_when_a_url_is_used() {
    let files = Files::start();
    files.put("other/a", "secret").await;
    let url = files.signed(&Method::GET, "other/a", json!({}), MINUTE).await;
    let refused = files.send(&Method::GET, &url, &[], b"").await;
    refused.refused(403, "AccessDenied");
    let resource = format!("arn:aws:s3:::{}/other/a", files.stack.bucket_name());
    assert!(refused.text.contains(&format!("is not authorized to perform: s3:GetObject on resource: {resource}")));
    let url = files.signed(&Method::DELETE, "out/a", json!({}), MINUTE).await;
    files.send(&Method::DELETE, &url, &[], b"").await.refused(403, "AccessDenied");
    let missing = files.stack.grants().await.missing();
    assert!(missing.contains(&format!("ListenerFunction: s3:GetObject on {resource}")), "{missing:?}");
}

#[tokio::test]
async fn who_may_not_list_is_not_told_what_is_missing() {
    let files = Files::start();
    let url = files.signed(&Method::GET, "out/none", json!({}), MINUTE).await;
    files.send(&Method::GET, &url, &[], b"").await.refused(403, "AccessDenied");
    files.owner(&Method::GET, "out/none", &[], b"").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn buckets_are_closed_to_strangers() {
    let files = Files::start();
    let url = format!("{}{}", files.stack.s3_url(), files.target("out/a"));
    files.send(&Method::PUT, &url, &[], b"1").await.refused(403, "AccessDenied");
    let owner = Signer::owner(&files.stack);
    let put = async |signer: Signer| {
        let url = signer.url(&Method::PUT, &files.target("out/a"), &[], MINUTE);
        files.send(&Method::PUT, &url, &[], b"1").await
    };
    let stranger = Signer { access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..owner.clone() };
    put(stranger).await.refused(403, "InvalidAccessKeyId");
    put(Signer { secret: "guessed".to_owned(), ..owner.clone() }).await.refused(403, "SignatureDoesNotMatch");
    assert_eq!(put(owner).await.status, 200);
}
