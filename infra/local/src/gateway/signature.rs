//! Signature Version 4: who signed a request to a route with IAM authorization.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HOST, HeaderName};
use hyper::http::request::Parts;
use time::PrimitiveDateTime;
use time::macros::format_description;

/// What the scope of a signature names as service.
const SERVICE: &str = "execute-api";
/// How far the clock of a client may be off.
const MOST_SKEW: Duration = Duration::from_mins(5);
/// When the request was signed.
const DATE: &str = "x-amz-date";
/// Comes with temporary credentials. There are none here.
const TOKEN: &str = "x-amz-security-token";

/// The parts of the header of a signed request.
struct Signed<'a> {
    access_key: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Signed<'a> {
    fn read(headers: &'a HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let line = lines.next()?.to_str().ok()?;
        if lines.next().is_some() {
            return None;
        }
        let parts = line.strip_prefix("AWS4-HMAC-SHA256 ")?.split(',').map(str::trim);
        let parts: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
        let part = |name: &str| parts.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let [access_key, date, region, service, "aws4_request"] = *part("Credential")?.split('/').collect::<Vec<_>>()
        else {
            return None;
        };
        let headers = part("SignedHeaders")?.split(';').collect();
        Some(Self { access_key, date, region, service, headers, signature: part("Signature")? })
    }

    /// Whether everything is signed that has to be: the host, and all headers of AWS.
    fn covers(&self, headers: &HeaderMap) -> bool {
        let needed = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
        [HOST.as_str(), DATE].into_iter().chain(needed).all(|name| self.headers.contains(&name))
    }
}

/// Whether a request was signed with this key and secret for an API in `region`, not more than five minutes from `now`.
pub(super) fn is_signed(
    (parts, body): (&Parts, &[u8]),
    (access_key, secret): (&str, &str),
    region: &str,
    now: SystemTime,
) -> bool {
    let credentials = Credentials::new(access_key, secret, None, None, "local");
    verify((parts, body), credentials, (region, SERVICE), now).is_some()
}

fn verify(
    (parts, body): (&Parts, &[u8]),
    credentials: Credentials,
    (region, service): (&str, &str),
    now: SystemTime,
) -> Option<()> {
    let signed = Signed::read(&parts.headers)?;
    let scope = (signed.access_key, signed.region, signed.service);
    if scope != (credentials.access_key_id(), region, service) || !signed.covers(&parts.headers) {
        return None;
    }
    let at = parts.headers.get(DATE)?.to_str().ok()?;
    let time = signing_time(at)?;
    let skew = now.duration_since(time).or_else(|_| time.duration_since(now)).ok()?;
    if skew > MOST_SKEW || !at.starts_with(signed.date) || parts.headers.contains_key(TOKEN) {
        return None;
    }
    (signature(parts, body, &signed, (credentials, time))? == signed.signature).then_some(())
}

fn signing_time(text: &str) -> Option<SystemTime> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(text, form).ok()?.assume_utc().into())
}

/// The signature that the request should have.
fn signature(
    parts: &Parts,
    body: &[u8],
    signed: &Signed<'_>,
    (credentials, time): (Credentials, SystemTime),
) -> Option<String> {
    let mut headers = Vec::new();
    for name in &signed.headers {
        let values: Vec<&str> = parts.headers.get_all(*name).iter().filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return None;
        }
        headers.extend(values.into_iter().map(|value| (*name, value)));
    }
    let host = parts.headers.get(HOST)?.to_str().ok()?;
    let url = format!("http://{host}{}", parts.uri.path_and_query()?);
    let request =
        SignableRequest::new(parts.method.as_str(), url, headers.into_iter(), SignableBody::Bytes(body)).ok()?;
    let mut settings = SigningSettings::default();
    // The client says which headers it signed.
    settings.excluded_headers = None;
    let identity: Identity = credentials.into();
    let parameters = v4::SigningParams::builder().identity(&identity).region(signed.region).name(signed.service);
    let parameters = parameters.time(time).settings(settings).build().ok()?.into();
    Some(sign(request, &parameters).ok()?.into_parts().1)
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    /// The example in AWS's own description of Signature Version 4 (Reference guide, "Create a signed request").
    const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    const SCOPE: &str = "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request";
    const HEADERS: &str = "content-type;host;x-amz-date";

    fn example() -> hyper::http::request::Builder {
        Request::get("/?Action=ListUsers&Version=2010-05-08")
            .header("host", "iam.amazonaws.com")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header(DATE, "20150830T123600Z")
    }

    fn holds(request: hyper::http::request::Builder, authorization: &str, late: Duration) -> bool {
        let (parts, ()) = request.header("authorization", authorization).body(()).unwrap().into_parts();
        let credentials =
            Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None, None, "test");
        let now = signing_time("20150830T123600Z").unwrap() + late;
        verify((&parts, b""), credentials, ("us-east-1", "iam"), now).is_some()
    }

    fn line(scope: &str, headers: &str, signature: &str) -> String {
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
    }

    #[test]
    fn the_example_of_aws_is_signed() {
        let soon = Duration::from_mins(4);
        assert!(holds(example(), &line(SCOPE, HEADERS, SIGNATURE), soon));
        assert!(holds(example(), &line(SCOPE, HEADERS, SIGNATURE).replace(", ", ","), soon));
        assert!(!holds(example(), &line(SCOPE, HEADERS, SIGNATURE), Duration::from_mins(6)));
        assert!(!holds(example(), &line(SCOPE, HEADERS, &SIGNATURE.replace('5', "6")), soon));
    }

    #[test]
    fn what_is_signed_for_something_else_is_not_signed() {
        let soon = Duration::from_secs(1);
        for scope in [
            SCOPE.replace("iam", "execute-api"),
            SCOPE.replace("us-east-1", "eu-west-1"),
            SCOPE.replace("AKID", "AKIX"),
            SCOPE.replace("0830", "0831"),
            SCOPE.replace("aws4_request", "aws4"),
        ] {
            assert!(!holds(example(), &line(&scope, HEADERS, SIGNATURE), soon), "{scope}");
        }
        assert!(!holds(example(), &line(SCOPE, "content-type;x-amz-date", SIGNATURE), soon));
        assert!(!holds(example(), &line(SCOPE, &format!("{HEADERS};x-other"), SIGNATURE), soon));
        assert!(!holds(example().header("x-amz-target", "x"), &line(SCOPE, HEADERS, SIGNATURE), soon));
        assert!(!holds(example().header(TOKEN, "x"), &line(SCOPE, &format!("{HEADERS};{TOKEN}"), SIGNATURE), soon));
        assert!(!holds(Request::get("/").header("host", "iam.amazonaws.com"), &line(SCOPE, HEADERS, SIGNATURE), soon));
        assert!(!holds(example(), "Bearer token", soon));
    }
}
