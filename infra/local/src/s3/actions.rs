//! What a request needs to be allowed.

use std::collections::BTreeSet;

use hyper::HeaderMap;
use s3s::dto::CopySource;
use s3s::path::S3Path;

use crate::iam::Need;

/// The ARN of a bucket.
pub(super) fn bucket(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The ARN of an object.
pub(super) fn object(bucket_name: &str, key: &str) -> String {
    format!("{}/{key}", bucket(bucket_name))
}

/// The needs of an operation, as far as they are known before its body is read.
pub(super) fn needed(operation: &str, path: &S3Path, headers: &HeaderMap) -> BTreeSet<Need> {
    let resource = match path {
        S3Path::Root => "*".to_owned(),
        S3Path::Bucket { bucket: name } => bucket(name),
        S3Path::Object { bucket: name, key } => object(name, key),
    };
    let need = |action: &str| Need::new(format!("s3:{action}"), resource.clone());
    match operation {
        // Their keys are in their bodies.
        "DeleteObjects" | "PostObject" => BTreeSet::new(),
        "HeadObject" => BTreeSet::from([need("GetObject")]),
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => BTreeSet::from([need("ListBucket")]),
        "CompleteMultipartUpload" | "CreateMultipartUpload" | "PutObject" | "UploadPart" => {
            let mut needs = BTreeSet::from([need("PutObject")]);
            if headers.contains_key("x-amz-tagging") {
                needs.insert(need("PutObjectTagging"));
            }
            needs
        }
        "CopyObject" => {
            let source = headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
            let mut needs = BTreeSet::from([need("PutObject")]);
            if let Some(Ok(CopySource::Bucket { bucket, key, .. })) = source.map(CopySource::parse) {
                needs.insert(Need::new("s3:GetObject", object(&bucket, &key)));
            }
            needs
        }
        other => BTreeSet::from([need(other)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(operation: &str, path: &S3Path, header: Option<(&'static str, &'static str)>) -> Vec<String> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        let needs = needed(operation, path, &headers);
        needs.iter().map(|need| format!("{} {}", need.action, need.resource)).collect()
    }

    #[test]
    fn an_operation_needs_its_action_on_its_object_or_its_bucket() {
        let object = S3Path::object("b", "in/a.jpg");
        assert_eq!(listed("HeadObject", &object, None), ["s3:GetObject arn:aws:s3:::b/in/a.jpg"]);
        assert_eq!(listed("UploadPart", &object, None), ["s3:PutObject arn:aws:s3:::b/in/a.jpg"]);
        assert_eq!(listed("GetObjectTagging", &object, None), ["s3:GetObjectTagging arn:aws:s3:::b/in/a.jpg"]);
        assert_eq!(listed("ListObjectsV2", &S3Path::bucket("b"), None), ["s3:ListBucket arn:aws:s3:::b"]);
    }

    #[test]
    fn a_copy_needs_to_read_and_tags_need_a_right_of_their_own() {
        let object = S3Path::object("b", "a");
        assert_eq!(
            listed("CopyObject", &object, Some(("x-amz-copy-source", "/files/d%20e"))),
            ["s3:GetObject arn:aws:s3:::files/d e", "s3:PutObject arn:aws:s3:::b/a"]
        );
        assert_eq!(
            listed("PutObject", &object, Some(("x-amz-tagging", "k=v"))),
            ["s3:PutObject arn:aws:s3:::b/a", "s3:PutObjectTagging arn:aws:s3:::b/a"]
        );
    }
}
