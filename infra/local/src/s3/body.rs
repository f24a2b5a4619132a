//! The body of a request, of which what nobody read is read at the end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use parking_lot::Mutex;

/// How much of a body that was refused is read.
const MOST_DISCARDED: usize = 64 * 1024 * 1024;

#[derive(Clone)]
pub(super) struct SharedBody(Arc<Mutex<Incoming>>);

impl SharedBody {
    pub(super) fn new(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// Reads and discards the rest: a client that is still sending does not read a response.
    pub(super) async fn discard(mut self) {
        let mut remaining = MOST_DISCARDED;
        while remaining > 0 && !self.is_end_stream() {
            let frame = std::future::poll_fn(|context| Pin::new(&mut self).poll_frame(context)).await;
            let Some(Ok(frame)) = frame else { return };
            remaining = remaining.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        }
    }
}

impl Body for SharedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut *self.0.lock()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().size_hint()
    }
}
