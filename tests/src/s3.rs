//! Signatures for S3, made without an SDK: signed URLs, and requests signed in a header.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use reqwest::Method;

use crate::stack::Stack;

/// Names and values.
type Pairs = Vec<(String, String)>;

/// Whoever signs: a key, its secret, and the S3 that knows it.
#[derive(Clone, Debug)]
pub struct Signer {
    pub url: String,
    pub access_key: String,
    pub secret: String,
    pub region: String,
    /// When it signs, if not now.
    pub time: Option<SystemTime>,
}

impl Signer {
    /// The owner of a stack, who may do everything.
    #[must_use]
    pub fn owner(stack: &Stack) -> Self {
        let (access_key, secret) = stack.owner_keys();
        Self { url: stack.s3_url(), access_key, secret, region: "us-east-1".to_owned(), time: None }
    }

    /// A function, from its environment.
    #[must_use]
    pub fn from_env() -> Self {
        let variable = |name: &str| std::env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self {
            url: variable("AWS_ENDPOINT_URL_S3"),
            access_key: variable("AWS_ACCESS_KEY_ID"),
            secret: variable("AWS_SECRET_ACCESS_KEY"),
            region: variable("AWS_REGION"),
            time: None,
        }
    }

    /// A URL with which anybody may send a request with these headers until it expires. `target` is the path with the query, in
    /// their encoded form.
    #[must_use]
    pub fn url(&self, method: &Method, target: &str, headers: &[(&str, &str)], life: Duration) -> String {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(life);
        let mut url = format!("{}{target}", self.url);
        let (_, parameters) = self.sign(settings, method, target, headers);
        for (name, value) in parameters {
            let separator = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{separator}{name}={}", encoded(&value));
        }
        url
    }

    /// The headers that a request needs besides these.
    #[must_use]
    pub fn headers(&self, method: &Method, target: &str, headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        self.sign(settings, method, target, headers).0
    }

    fn sign(
        &self,
        mut settings: SigningSettings,
        method: &Method,
        target: &str,
        headers: &[(&str, &str)],
    ) -> (Pairs, Pairs) {
        // As S3 wants it: the path as it is sent.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let identity: Identity = Credentials::new(&*self.access_key, &*self.secret, None, None, "tests").into();
        let parameters = v4::SigningParams::builder().identity(&identity).region(&self.region).name("s3");
        let parameters = parameters
            .time(self.time.unwrap_or_else(SystemTime::now))
            .settings(settings)
            .build()
            .expect("nothing is missing")
            .into();
        let url = format!("{}{target}", self.url);
        let request =
            SignableRequest::new(method.as_str(), url, headers.iter().copied(), SignableBody::UnsignedPayload);
        let signed = sign(request.expect("it can be signed"), &parameters).expect("it is signed");
        let (headers, query) = signed.into_parts().0.into_parts();
        let headers = headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned()));
        let query = query.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned()));
        (headers.collect(), query.collect())
    }
}

/// A value in a query.
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    value.bytes().map(encode).collect()
}
