//! API Gateway as a source of events: HTTP requests, and what happens on sockets.

use std::collections::HashMap;
use std::sync::Arc;

use data_encoding::BASE64;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayWebsocketProxyRequest};
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::timeout_at;

use super::app::{App, Capability, ConfigError};
use super::invocation::{Ended, Handled, Invocation, Labels, Left, Rest, Source};
use super::run::run;
use crate::api::{Call, Outcome, Problem, ProblemFrame, RequestParts, Routes, Sender, render};
use crate::delivery::Fanout;
use crate::domain::ids::{ConnectionId, OperatorArn, UserId};
use crate::service::{Closing, Context, Unsettled, deliver};

/// The argument with which a function prints its table of routes as JSON and ends.
const ROUTES_ARGUMENT: &str = "routes";

/// Serves a table of routes until Lambda ends the process.
///
/// # Errors
/// If there is no `app`, or the Runtime API cannot be reached; the log has it.
pub async fn serve<S: Capability>(app: Result<App<S>, ConfigError>, routes: Routes<S::Has>) -> Result<(), Error> {
    if std::env::args().nth(1).is_some_and(|argument| argument == ROUTES_ARGUMENT) {
        return print(&routes);
    }
    run(app, |app| ApiGateway { app, routes }).await
}

#[expect(clippy::print_stdout, reason = "this is what the argument asks for")]
fn print<Has>(routes: &Routes<Has>) -> Result<(), Error> {
    println!("{}", serde_json::to_string(&routes.descriptions())?);
    Ok(())
}

struct ApiGateway<S: Capability> {
    app: &'static App<S>,
    routes: Routes<S::Has>,
}

/// An event of either API. They are told apart by the version that only an HTTP API's event has: one function may serve both.
pub(super) enum ApiEvent {
    Http(Box<ApiGatewayV2httpRequest>),
    Socket(Box<ApiGatewayWebsocketProxyRequest>),
}

impl<'de> Deserialize<'de> for ApiEvent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<String>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let custom = |error: serde_json::Error| serde::de::Error::custom(error);
        let Versioned { version } = serde_json::from_str(raw.get()).map_err(custom)?;
        if version.is_some() {
            serde_json::from_str(raw.get()).map(Self::Http).map_err(custom)
        } else {
            serde_json::from_str(raw.get()).map(Self::Socket).map_err(custom)
        }
    }
}

impl ApiEvent {
    fn is_socket(&self) -> bool {
        matches!(self, Self::Socket(_))
    }

    /// Who sent it: the `sub` of the token or the IAM identity that API Gateway verified, or a connection. A header says nothing.
    fn sender(&self) -> Sender {
        match self {
            Self::Http(event) => {
                let Some(authorizer) = &event.request_context.authorizer else { return Sender::Unknown };
                if let Some(operator) = authorizer.iam.as_ref().and_then(|iam| iam.user_arn.clone()) {
                    return OperatorArn::try_from(operator).map_or(Sender::Unknown, Sender::Operator);
                }
                let subject = authorizer.jwt.as_ref().and_then(|jwt| jwt.claims.get("sub").cloned());
                // In a path `me` is the caller, so it can be nobody's id.
                let subject = subject.filter(|subject| subject != "me");
                let user = subject.and_then(|subject| UserId::try_from(subject).ok());
                user.map_or(Sender::Unknown, Sender::User)
            }
            Self::Socket(event) => {
                let id = event.request_context.connection_id.clone();
                let id = id.and_then(|id| ConnectionId::try_from(id).ok());
                id.map_or(Sender::Unknown, Sender::Socket)
            }
        }
    }

    /// What handlers read. Nothing here can fail, whatever the bytes: the query is read leniently, as browsers do, and a body
    /// that is not what it says is empty, which no route takes for JSON.
    fn parts(self) -> RequestParts {
        match self {
            Self::Http(event) => {
                let event = *event;
                let query = event.raw_query_string.unwrap_or_default();
                let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                let key = event.headers.get("idempotency-key");
                RequestParts {
                    id: event.request_context.request_id.unwrap_or_default(),
                    method: event.request_context.http.method.to_string(),
                    raw_path: event.raw_path.unwrap_or_default(),
                    path: event.path_parameters,
                    query,
                    idempotency_key: key.map(|key| key.to_str().unwrap_or_default().to_owned()),
                    body: body(event.body, event.is_base64_encoded),
                }
            }
            Self::Socket(event) => {
                let event = *event;
                // Where a parameter comes twice, only the second map has both.
                let several = &event.multi_value_query_string_parameters;
                let query = if several.is_empty() { &event.query_string_parameters } else { several }.iter();
                RequestParts {
                    id: event.request_context.request_id.unwrap_or_default(),
                    query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                    body: body(event.body, event.is_base64_encoded),
                    ..RequestParts::default()
                }
            }
        }
    }
}

fn body(text: Option<String>, is_base64: bool) -> Vec<u8> {
    let bytes = text.unwrap_or_default().into_bytes();
    if is_base64 { BASE64.decode(&bytes).unwrap_or_default() } else { bytes }
}

impl<S: Capability> Source for ApiGateway<S> {
    type Event = ApiEvent;

    fn labels(&self, event: &ApiEvent) -> Labels {
        let (request_id, route) = match event {
            ApiEvent::Http(event) => (&event.request_context.request_id, &event.request_context.route_key),
            ApiEvent::Socket(event) => (&event.request_context.request_id, &event.request_context.route_key),
        };
        Labels { request_id: request_id.clone().unwrap_or_default(), route: route.clone().unwrap_or_default() }
    }

    async fn handle(&self, event: ApiEvent, invocation: Invocation) -> Handled {
        // `$connect` refuses a handshake with its status; any other frame is responded to with a frame.
        let framed = event.is_socket() && invocation.labels.route != "$connect";
        let (sender, request) = (event.sender(), Arc::new(event.parts()));
        let context = Context {
            caller: (),
            now: invocation.now,
            key: None,
            store: invocation.store.clone(),
            bucket: self.app.bucket(&invocation.trace, invocation.end),
            rates: Arc::clone(&self.app.rates),
            work: self.app.work_queue(&invocation.trace),
        };
        let call = Call { sender, context, request };
        match self.routes.dispatch(&invocation.labels.route, call).await {
            Ok(outcome) => {
                let Outcome { status, body, location, replayed, sent, fanout, unsettled, closing } = outcome;
                let ended = Ended { status, replayed, sent, ..Ended::default() };
                let response = ApiResponse::new(status, body, JSON).replayed(replayed).location(location);
                let rest = match closing {
                    Some(closing) => self.close(closing, invocation),
                    None => self.rest(fanout, unsettled, invocation),
                };
                Handled { response: response.into_payload(), ended, rest }
            }
            Err(problem) => refused(&problem, framed, &invocation),
        }
    }
}

impl<S: Capability> ApiGateway<S> {
    /// Closes the connections that are too many. There is nothing else to do then.
    fn close(&self, closing: Closing, invocation: Invocation) -> Option<Rest> {
        let sockets = self.app.sockets(&invocation.trace)?;
        Some(Box::pin(async move {
            let store = invocation.store_until_end();
            let closed = timeout_at(invocation.end, closing.run((&store, &sockets), invocation.now)).await;
            let delivered = closed.map_err(|_| "not closed: there was no time left".to_owned());
            Left { delivered, ..Left::default() }
        }))
    }

    /// What is left to do: delivering, and making an item of a message. A function without sockets has no route that does
    /// either.
    fn rest(&self, fanout: Fanout, unsettled: Option<Unsettled>, invocation: Invocation) -> Option<Rest> {
        if fanout.notifications.is_empty() && fanout.frames.is_empty() && unsettled.is_none() {
            return None;
        }
        let sockets = self.app.sockets(&invocation.trace)?;
        Some(Box::pin(async move {
            let store = invocation.store_until_end();
            let delivering = timeout_at(invocation.end, deliver((&store, &sockets), fanout, render, invocation.now));
            let (delivered, made) = tokio::join!(delivering, async {
                match &unsettled {
                    Some(unsettled) => timeout_at(invocation.end, unsettled.make_item(&store, invocation.now)).await,
                    None => Ok(Ok(())),
                }
            });
            // What there is no time for stays in the tail, and somebody else settles it.
            let settled = match (made, unsettled) {
                (Ok(Ok(())), Some(unsettled)) => timeout_at(invocation.end, unsettled.settle(&store)).await,
                (made, _) => made,
            };
            let delivered = match delivered {
                Ok(delivered) => delivered.map_err(|error| format!("not delivered: {error}")),
                Err(_) => Err("not delivered: there was no time left".to_owned()),
            };
            let settled = settled.unwrap_or(Ok(())).map_err(|error| format!("not settled: {error}"));
            Left { delivered, settled }
        }))
    }
}

/// A problem as the sender gets it: a document over HTTP, a frame with the document over a socket.
fn refused(problem: &Problem, framed: bool, invocation: &Invocation) -> Handled {
    let (code, status, _) = problem.code().parts();
    let document = problem.document(&invocation.labels.request_id);
    let response = if framed {
        // A frame has no status; all that API Gateway has to do with it is to send it.
        let frame = ProblemFrame::new(document, invocation.now);
        ApiResponse::new(200, serde_json::to_string(&frame).ok(), JSON)
    } else {
        ApiResponse::new(status, serde_json::to_string(&document).ok(), "application/problem+json")
    };
    let response = response.retry_after(problem.retry_after_s()).into_payload();
    let ended = Ended { status, code: Some(code), cause: problem.cause().map(str::to_owned), ..Ended::default() };
    Handled { response, ended, rest: None }
}

const JSON: &str = "application/json";

/// A response in the form that both APIs take.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiResponse {
    status_code: u16,
    headers: HashMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

impl ApiResponse {
    fn new(status_code: u16, body: Option<String>, media_type: &str) -> Self {
        // Responses are about one user at one moment.
        let mut headers = HashMap::from([("cache-control", "no-store".to_owned())]);
        if body.is_some() {
            headers.insert("content-type", media_type.to_owned());
        }
        Self { status_code, headers, body, is_base64_encoded: false }
    }

    fn replayed(mut self, replayed: bool) -> Self {
        if replayed {
            self.headers.insert("idempotency-replayed", "true".to_owned());
        }
        self
    }

    fn location(mut self, location: Option<String>) -> Self {
        if let Some(location) = location {
            self.headers.insert("location", location);
            // A browser takes what it finds there for what it is said to be.
            self.headers.insert("x-content-type-options", "nosniff".to_owned());
        }
        self
    }

    fn retry_after(mut self, seconds: Option<u32>) -> Self {
        if let Some(seconds) = seconds {
            self.headers.insert("retry-after", seconds.to_string());
        }
        self
    }

    fn into_payload(self) -> serde_json::Value {
        // Texts and numbers only: turning them into JSON cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn http(query: &str, body: &str) -> ApiEvent {
        let event = json!({
            "version": "2.0", "routeKey": "GET /users", "rawPath": "/users", "rawQueryString": query, "headers": {},
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "p", "requestId": "r", "routeKey": "GET /users",
                "stage": "$default", "time": "t", "timeEpoch": 1,
                "http": {"method": "GET", "path": "/users", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "u"}
            },
            "body": body, "isBase64Encoded": true
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn a_query_of_any_characters_is_read_and_ends_nothing() {
        for (query, expected) in [
            ("username=<an", "<an"),
            ("username=\"an\"&limit=5", "\"an\""),
            ("username=a n{}|\\^`", "a n{}|\\^`"),
            ("username=%3Can+b", "<an b"),
            ("username=%", "%"),
            ("username=\u{1}", "\u{1}"),
        ] {
            let parts = http(query, "").parts();
            let username = parts.query.iter().find(|(name, _)| name == "username");
            assert_eq!(username.map(|(_, value)| value.as_str()), Some(expected), "{query}");
        }
    }

    #[test]
    fn a_body_that_is_not_what_it_says_is_empty() {
        assert_eq!(http("", "e30=").parts().body, b"{}");
        assert!(http("", "no base 64").parts().body.is_empty());
    }

    #[test]
    fn me_is_nobody() {
        let sender = |subject: &str| {
            let ApiEvent::Http(mut event) = http("", "") else { panic!("it is one of HTTP") };
            let authorizer = json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
            event.request_context.authorizer = Some(serde_json::from_value(authorizer).unwrap());
            ApiEvent::Http(event).sender()
        };
        assert!(matches!(sender("usr_me"), Sender::User(id) if id.as_str() == "usr_me"));
        assert!(matches!(sender("me"), Sender::Unknown));
    }

    #[test]
    fn an_operator_is_who_iam_says() {
        let sender = |authorizer: serde_json::Value| {
            let ApiEvent::Http(mut event) = http("", "") else { panic!("it is one of HTTP") };
            event.request_context.authorizer = Some(serde_json::from_value(authorizer).unwrap());
            ApiEvent::Http(event).sender()
        };
        let iam = |arn: &str| {
            json!({"iam": {
                "accessKey": "AKIA", "accountId": "123456789012", "callerId": "AIDA", "cognitoIdentity": null,
                "principalOrgId": "o-1", "userArn": arn, "userId": "AIDA"
            }})
        };
        let arn = "arn:aws:iam::123456789012:user/ops";
        assert!(matches!(sender(iam(arn)), Sender::Operator(operator) if operator.as_str() == arn));
        assert!(matches!(sender(iam("ops")), Sender::Unknown));
        assert!(matches!(sender(json!({"iam": null})), Sender::Unknown));
    }

    #[test]
    fn events_of_the_two_apis_are_told_apart_and_name_their_sender() {
        assert!(!http("", "").is_socket());
        assert!(matches!(http("", "").sender(), Sender::Unknown));
        let event = json!({"requestContext": {"connectionId": "Kf2bqd9WywMCEng=", "connectedAt": 1, "requestTimeEpoch": 1, "routeKey": "ping", "requestId": "r"}});
        let event: ApiEvent = serde_json::from_value(event).unwrap();
        assert!(event.is_socket());
        assert!(matches!(event.sender(), Sender::Socket(id) if id.as_str() == "Kf2bqd9WywMCEng="));
    }
}
