//! The member in a path.

use shared::api::{Problem, Request};
use shared::domain::ids::UserId;

/// The user in the path; `me` is the caller.
///
/// # Errors
/// `not-found`.
pub(crate) fn user_id<B>(request: &Request<B>, caller: &UserId) -> Result<UserId, Problem> {
    let user_id: UserId = request.path("user_id")?;
    Ok(if user_id.as_str() == "me" { caller.clone() } else { user_id })
}
