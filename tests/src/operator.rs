//! Somebody who operates the deployment: their requests have signatures of IAM and no token.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::call::Call;

/// An operator with a key. Each field may be made wrong.
#[derive(Clone, Debug)]
pub struct Operator {
    client: Client,
    http_url: String,
    pub access_key: String,
    pub secret: String,
    pub region: String,
    pub service: String,
    /// When they sign, if not now.
    pub time: Option<SystemTime>,
}

impl Operator {
    pub(crate) fn new(
        client: Client,
        http_url: String,
        (access_key, secret): (String, String),
        region: String,
    ) -> Self {
        Self { client, http_url, access_key, secret, region, service: "execute-api".to_owned(), time: None }
    }

    /// The same with something else about them.
    #[must_use]
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// The headers that sign a request.
    #[must_use]
    pub fn signature(&self, method: &Method, path: &str, body: &[u8]) -> Vec<(String, String)> {
        let identity: Identity = Credentials::new(&*self.access_key, &*self.secret, None, None, "tests").into();
        let time = self.time.unwrap_or_else(SystemTime::now);
        let parameters = v4::SigningParams::builder().identity(&identity).region(&self.region).name(&self.service);
        let parameters = parameters.time(time).settings(SigningSettings::default()).build();
        let parameters = parameters.expect("nothing is missing").into();
        let url = format!("{}{path}", self.http_url);
        let request = SignableRequest::new(method.as_str(), url, std::iter::empty(), SignableBody::Bytes(body));
        let signed = sign(request.expect("it can be signed"), &parameters).expect("it is signed");
        let (headers, _) = signed.into_parts().0.into_parts();
        headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect()
    }

    /// A signed request without a body; `path` begins with a slash.
    pub fn call(&self, method: &Method, path: &str) -> Call {
        self.sending((method, path), (method, path), b"")
    }

    /// A request that was signed for another method and path, or for no body.
    pub fn sending(&self, (method, path): (&Method, &str), signed: (&Method, &str), body: &[u8]) -> Call {
        let call = Call::new(self.client.clone(), method.clone(), format!("{}{path}", self.http_url));
        let headers = self.signature(signed.0, signed.1, b"");
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        if body.is_empty() { call } else { call.bytes(body) }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Call {
        self.call(&Method::GET, path)
    }

    /// All open reports, oldest first.
    pub async fn reports(&self) -> Vec<Value> {
        let mut reports = Vec::new();
        let mut path = "/reports".to_owned();
        loop {
            let answer = self.get(&path).await;
            reports.extend_from_slice(answer.items());
            match answer.json["next_cursor"].as_str() {
                Some(cursor) => path = format!("/reports?cursor={cursor}"),
                None => return reports,
            }
        }
    }

    /// An open report.
    pub async fn report(&self, id: &str) -> Value {
        let reports = self.reports().await;
        let found = reports.iter().find(|report| report["id"] == id);
        found.unwrap_or_else(|| panic!("the report {id} is not open")).clone()
    }

    /// Closes a report; what comes back is up to the test.
    pub fn closing(&self, id: &str) -> Call {
        self.call(&Method::PUT, &format!("/reports/{id}/closed"))
    }
}
