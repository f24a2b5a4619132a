//! Listening on loopback, and the few HTTP answers that every server of the stack needs.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpListener;

/// How long accepting rests after it failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An answer with its whole body in hand.
pub(crate) type Answer = Response<Full<Bytes>>;

/// The connection is closed without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is cut on purpose")
    }
}

impl std::error::Error for Cut {}

/// Binds a port of the loopback interface; 0 picks a free one.
///
/// # Errors
/// A sentence that says what to do when the port is taken.
pub(crate) async fn bind(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
            "port {port} is taken: stop the program that uses it (perhaps another local stack), or choose another port \
             with --port (0 picks free ones)"
        ),
        Err(error) => bail!("port {port} of 127.0.0.1 cannot be opened: {error}"),
    }
}

/// Serves HTTP/1.1 on a listener until the surrounding task ends; every connection runs in a task of its own.
pub(crate) async fn serve<H, F>(listener: TcpListener, handler: H)
where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Cut>> + Send + 'static,
{
    let handler = Arc::new(handler);
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // File descriptors have run out; one that is closed meanwhile makes room.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let handler = Arc::clone(&handler);
        tokio::spawn(async move {
            let service = service_fn(move |request| handler(request, peer));
            // An error here is a client that went away, or a cut on purpose.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await;
        });
    }
}

/// How much of a body that is too large is read for the sake of its answer.
const MOST_DISCARDED: usize = 64 * 1024 * 1024;

/// Why a body could not be read.
pub(crate) enum BodyError {
    /// It is longer than allowed.
    TooLarge,
    /// The client went away in the middle of it.
    Broken,
}

/// Reads a whole body of at most `limit` bytes.
///
/// # Errors
/// [`BodyError`] says whether the client sent too much or too little.
pub(crate) async fn read_body(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(&mut body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            // A client that is still sending does not look for an answer, so the rest is read and thrown away.
            let mut patience = MOST_DISCARDED;
            while let Some(Ok(frame)) = body.frame().await {
                patience = patience.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
                if patience == 0 {
                    break;
                }
            }
            Err(BodyError::TooLarge)
        }
        Err(_) => Err(BodyError::Broken),
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(bytes)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// The form of every error that API Gateway itself answers.
pub(crate) fn message(status: StatusCode, text: &str) -> Answer {
    json(status, &serde_json::json!({ "message": text }))
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
