//! An answer of the API, and what a test may demand of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::shape;

/// What came back for a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The request in short, for messages.
    pub request: String,
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is empty or none.
    pub json: Value,
}

/// Every problem there is, with its status.
const PROBLEMS: [(&str, u16); 18] = [
    ("invalid-request", 400),
    ("unauthenticated", 401),
    ("forbidden", 403),
    ("profile-required", 403),
    ("contact-closed", 403),
    ("request-pending", 403),
    ("not-found", 404),
    ("conflict", 409),
    ("username-taken", 409),
    ("group-full", 409),
    ("you-block-them", 409),
    ("idempotency-mismatch", 409),
    ("edit-window-closed", 409),
    ("too-large", 413),
    ("unsupported-media", 415),
    ("too-many-requests", 429),
    ("internal", 500),
    ("unavailable", 503),
];

impl Answer {
    /// Demands this status and gives the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{} was answered {}", self.request, self.text());
        if status != 204 {
            assert_eq!(self.header("content-type").map(media_type), Some("application/json"), "{}", self.request);
        }
        &self.json
    }

    /// Demands this problem, as a whole problem document, and gives it.
    #[track_caller]
    pub fn problem(&self, code: &str) -> &Value {
        let status = PROBLEMS.iter().find(|(name, _)| *name == code).expect("it is a problem there is").1;
        assert_eq!(
            (self.status, problem_code(&self.json)),
            (status, code),
            "{} was answered {}",
            self.request,
            self.text()
        );
        assert_eq!(self.header("content-type").map(media_type), Some("application/problem+json"), "{}", self.request);
        shape::problem(&self.json);
        &self.json
    }

    /// Demands `invalid-request` with a field that the pointer names.
    #[track_caller]
    pub fn invalid(&self, pointer: &str) {
        let fields = self.problem("invalid-request")["fields"].as_array().cloned().unwrap_or_default();
        assert!(
            fields.iter().any(|field| field["pointer"] == pointer),
            "{} does not point at {pointer}: {}",
            self.request,
            self.text()
        );
    }

    /// Demands one of these problems, where the rules leave it open which.
    #[track_caller]
    pub fn problem_among(&self, codes: &[&str]) {
        let code = codes.iter().find(|code| self.is_problem(code));
        self.problem(code.unwrap_or_else(|| panic!("{} is none of {codes:?}: {}", self.request, self.text())));
    }

    /// Whether it is this problem; nothing is demanded.
    #[must_use]
    pub fn is_problem(&self, code: &str) -> bool {
        problem_code(&self.json) == code
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// Whether it is the first response, answered again.
    #[must_use]
    pub fn replayed(&self) -> bool {
        self.header("idempotency-replayed") == Some("true")
    }

    /// The gateway's id of the request.
    #[track_caller]
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.header("apigw-requestid").unwrap_or_else(|| panic!("{} has no apigw-requestid", self.request))
    }

    /// The id in the body.
    #[track_caller]
    #[must_use]
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text())).to_owned()
    }

    /// The `items` of a list.
    #[track_caller]
    #[must_use]
    pub fn items(&self) -> &[Value] {
        self.expect(200);
        self.json["items"].as_array().unwrap_or_else(|| panic!("no items in {}", self.text()))
    }

    /// Status and body, for messages.
    #[must_use]
    pub fn text(&self) -> String {
        let body = String::from_utf8_lossy(&self.bytes);
        let short: String = body.chars().take(2_000).collect();
        format!("{} {short}", self.status)
    }
}

fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn problem_code(body: &Value) -> &str {
    body["type"].as_str().and_then(|uri| uri.rsplit('/').next()).unwrap_or_default()
}
