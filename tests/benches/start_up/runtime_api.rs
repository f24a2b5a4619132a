//! The Runtime API for one process, which gets one event after the other.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

/// Longer than any request takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The server and what passes through it.
pub(crate) struct RuntimeApi {
    /// Its host and port.
    pub(crate) address: String,
    events: mpsc::Sender<Bytes>,
    answers: Mutex<mpsc::Receiver<Bytes>>,
    asked: watch::Receiver<bool>,
    server: JoinHandle<()>,
}

/// What the connections of the process share.
struct Shared {
    events: Mutex<mpsc::Receiver<Bytes>>,
    answers: mpsc::Sender<Bytes>,
    asked: watch::Sender<bool>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let (events, to_hand_out) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        let (asking, asked) = watch::channel(false);
        let shared = Arc::new(Shared { events: Mutex::new(to_hand_out), answers: answered, asked: asking });
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("the socket is open");
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| handle(Arc::clone(&shared), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, events, answers: Mutex::new(answers), asked, server }
    }

    /// Waits until the process has asked for its first event: it has started.
    pub(crate) async fn until_asked(&self) {
        let mut asked = self.asked.clone();
        tokio::time::timeout(TIMEOUT, asked.wait_for(|asked| *asked))
            .await
            .expect("it starts in time")
            .expect("it lives");
    }

    /// Hands out an event and gives the answer.
    pub(crate) async fn invoke(&self, event: Bytes) -> Bytes {
        self.events.send(event).await.expect("the server runs");
        let mut answers = self.answers.lock().await;
        tokio::time::timeout(TIMEOUT, answers.recv()).await.expect("it answers in time").expect("the server runs")
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET && path.ends_with("/invocation/next") {
        shared.asked.send_replace(true);
        let event = shared.events.lock().await.recv().await.unwrap_or_default();
        let deadline = SystemTime::now() + TIMEOUT;
        let deadline_ms = deadline.duration_since(UNIX_EPOCH).expect("it is later than 1970").as_millis();
        let response = Response::builder()
            .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            .header("lambda-runtime-deadline-ms", deadline_ms.to_string())
            .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:measured")
            .header("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
            .body(Full::new(event));
        return Ok(response.expect("the headers are right"));
    }
    let body = request.into_body().collect().await?.to_bytes();
    assert!(path.ends_with("/response"), "the function reports {path}: {}", String::from_utf8_lossy(&body));
    shared.answers.send(body).await.expect("somebody waits for it");
    let accepted = Response::builder().status(202).body(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")));
    Ok(accepted.expect("the headers are right"))
}
