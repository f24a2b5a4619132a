//! Frames that need no table.

use shared::api::{PingFrame, PongView, Problem, Request, Response};
use shared::domain::ids::ConnectionId;
use shared::service::Context;

/// Responds to `{"action":"ping"}`: the socket and the function behind it are alive.
///
/// # Errors
/// `invalid-request` for more members.
pub(crate) async fn ping(
    _ctx: Context<ConnectionId>,
    request: Request<PingFrame>,
) -> Result<Response<PongView>, Problem> {
    request.body()?;
    Ok(Response::ok(&PongView::default()))
}

/// Refuses a frame that is no JSON or has another action.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn unknown(_ctx: Context<ConnectionId>, _request: Request) -> Result<Response<()>, Problem> {
    Err(Problem::invalid("/action", "must be \"ping\" or \"typing\"; state is changed over HTTP"))
}
