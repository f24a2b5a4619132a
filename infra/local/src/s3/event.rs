//! The event of a new object, as S3 sends it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::object::Object;
use crate::clock::iso_time;
use crate::template::BucketSpec;

/// What stays as it is in the key.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// Who did it, and how.
pub(super) struct Cause {
    /// Such as `ObjectCreated:Put`.
    pub(super) event: &'static str,
    pub(super) access_key: String,
    pub(super) request_id: String,
}

pub(super) fn payload(bucket: &BucketSpec, region: &str, object: &Object, cause: &Cause) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": iso_time(object.modified_ms),
        "eventName": cause.event,
        "userIdentity": { "principalId": format!("AWS:{}", cause.access_key) },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": cause.request_id, "x-amz-id-2": cause.request_id },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": bucket.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": { "principalId": "LOCAL" },
                "arn": format!("arn:aws:s3:::{}", bucket.name),
            },
            "object": {
                "key": encoded(&object.key),
                "size": object.size,
                "eTag": object.e_tag,
                "sequencer": format!("{:018X}", object.sequencer),
            },
        },
    }] })
}

/// A key as in a form: a space is a plus.
fn encoded(key: &str) -> String {
    utf8_percent_encode(key, ENCODED).to_string().replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_as_in_forms() {
        assert_eq!(encoded("in/Ä b+c=(1).jpg"), "in/%C3%84+b%2Bc%3D%281%29.jpg");
    }
}
