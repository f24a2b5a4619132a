//! The WebSocket API: handshakes, sessions, and `@connections`.

mod api;
mod connections;
mod event;
mod handshake;
mod management;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use percent_encoding::percent_decode_str;

use crate::net::{self, Answer, Cut};

pub(crate) use api::{Access, Sockets};

/// Handles one request: a handshake, or a call of the management API.
///
/// # Errors
/// [`Cut`] if the caller disconnected.
pub(crate) async fn handle(sockets: Arc<Sockets>, request: Request<Incoming>, peer: SocketAddr) -> Result<Answer, Cut> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let mut segments = path.trim_matches('/').splitn(3, '/');
    match (segments.next(), segments.next(), segments.next()) {
        (Some(stage), None, None) if stage == sockets.stage() => Ok(handshake::handle(sockets, request, peer).await),
        (Some(stage), Some("@connections"), Some(id)) if stage == sockets.stage() => {
            management::handle(&sockets, id, request).await
        }
        _ => Ok(net::message(StatusCode::FORBIDDEN, "Forbidden")),
    }
}
