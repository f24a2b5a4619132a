//! A function for the suite `local`, without the product and without an SDK. Told of a new object, it copies its bytes from `in/` to
//! `out/`; a request to `POST /sign` it answers with a URL that it has signed; and what else comes it writes to `out/other`.

mod runtime;

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tests::s3::Signer;

use runtime::Runtime;

#[tokio::main]
async fn main() {
    let (runtime, listener) = (Runtime::from_env(), Listener::from_env());
    loop {
        let event = runtime.next().await;
        let handled = listener.handle(&event.payload).await;
        runtime.answer(&event.request_id, handled).await;
    }
}

struct Listener {
    client: Client,
    signer: Signer,
    bucket: String,
}

impl Listener {
    fn from_env() -> Self {
        let bucket = std::env::var("BUCKET").expect("the template names the bucket");
        Self { client: Client::new(), signer: Signer::from_env(), bucket }
    }

    async fn handle(&self, event: &Value) -> Result<Value, String> {
        if event["routeKey"] == "POST /sign" {
            return Ok(self.sign(event["body"].as_str().unwrap_or_default()));
        }
        let Some(records) = event["Records"].as_array() else {
            self.call(&Method::PUT, "out/other", Some(event.to_string().into_bytes())).await?;
            return Ok(Value::Null);
        };
        for record in records {
            let key = record["s3"]["object"]["key"].as_str().ok_or("a record has no key")?;
            let bytes = self.call(&Method::GET, &key.replace('+', "%20"), None).await?;
            let name = key.strip_prefix("in/").ok_or("it is not under in/")?;
            self.call(&Method::PUT, &format!("out/{name}").replace('+', "%20"), Some(bytes)).await?;
        }
        Ok(Value::Null)
    }

    /// The URL that a request asks for: `{"method","target","headers","life_s"}`.
    fn sign(&self, body: &str) -> Value {
        let asked: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = asked["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let method = Method::from_bytes(text(&asked["method"]).as_bytes()).unwrap_or_default();
        let target = format!("/{}/{}", self.bucket, text(&asked["target"]));
        let life = Duration::from_secs(asked["life_s"].as_u64().unwrap_or(60));
        json!({ "statusCode": 200, "body": self.signer.url(&method, &target, &headers, life) })
    }

    /// Calls S3 with the role of this function. `key` is encoded.
    async fn call(&self, method: &Method, key: &str, body: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
        let target = format!("/{}/{key}", self.bucket);
        let mut request = self.client.request(method.clone(), format!("{}{target}", self.signer.url));
        for (name, value) in self.signer.headers(method, &target, &[]) {
            request = request.header(name, value);
        }
        let response = request.body(body.unwrap_or_default()).send().await.map_err(|error| error.to_string())?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| error.to_string())?.to_vec();
        if status.is_success() {
            Ok(bytes)
        } else {
            Err(format!("{key}: {status} {}", String::from_utf8_lossy(&bytes)))
        }
    }
}
