//! The Runtime API of Lambda, as a function uses it.

use reqwest::Client;
use serde_json::{Value, json};

pub(crate) struct Runtime {
    client: Client,
    url: String,
}

pub(crate) struct Event {
    pub(crate) request_id: String,
    pub(crate) payload: Value,
}

impl Runtime {
    pub(crate) fn from_env() -> Self {
        let host = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("a function is started by Lambda");
        Self { client: Client::new(), url: format!("http://{host}/2018-06-01/runtime/invocation") }
    }

    /// Waits for the next event. Without a Lambda, the process ends.
    pub(crate) async fn next(&self) -> Event {
        let response = self.client.get(format!("{}/next", self.url)).send().await.expect("there is a Lambda");
        let id = response.headers()["lambda-runtime-aws-request-id"].to_str().expect("an id is plain").to_owned();
        let payload = response.bytes().await.expect("an event has an end");
        Event { request_id: id, payload: serde_json::from_slice(&payload).expect("an event is JSON") }
    }

    /// Answers an event, or says why it failed.
    pub(crate) async fn answer(&self, request_id: &str, answer: Result<Value, String>) {
        let (kind, body) = match answer {
            Ok(answer) => ("response", answer),
            Err(error) => {
                eprintln!("{error}");
                ("error", json!({ "errorMessage": error, "errorType": "Listener" }))
            }
        };
        let url = format!("{}/{request_id}/{kind}", self.url);
        self.client.post(url).body(body.to_string()).send().await.expect("there is a Lambda");
    }
}
