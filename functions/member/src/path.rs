//! The member in a path.

use shared::api::{Problem, Request};
use shared::domain::ids::UserId;

/// The user in the path; `me` is the caller.
///
/// # Errors
/// `not-found`.
pub(crate) fn user_id<B>(request: &Request<B>, caller: &UserId) -> Result<UserId, Problem> {
    let text: String = request.path("user_id")?;
    if text == "me" { Ok(caller.clone()) } else { request.path("user_id") }
}
