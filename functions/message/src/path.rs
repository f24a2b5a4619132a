//! Paths of messages.

use shared::api::{Problem, Request};
use shared::domain::ids::Seq;

/// The place of the message in the path.
///
/// # Errors
/// `not-found` for what can be no place.
pub(crate) fn message_seq<B>(request: &Request<B>) -> Result<Seq, Problem> {
    let seq: String = request.path("seq")?;
    seq.parse().map_err(|_| Problem::NotFound)
}
