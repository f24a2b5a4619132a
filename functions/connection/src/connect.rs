//! `$connect` and `$disconnect`: a socket opens and closes.

use shared::api::{Problem, Request, Response};
use shared::domain::ids::{ConnectionId, Ticket};
use shared::service::{self, Context};

/// Uses the ticket up and stores the connection.
///
/// # Errors
/// `unauthenticated` without a valid ticket: the handshake is refused with 401.
pub(crate) async fn connect(ctx: Context<ConnectionId>, request: Request) -> Result<Response<()>, Problem> {
    let ticket = request.query_text("ticket").ok_or(Problem::Unauthenticated)?;
    let ticket = Ticket::try_from(ticket.to_owned()).map_err(|_| Problem::Unauthenticated)?;

    if service::connect(&ctx, &ticket).await? { Ok(Response::empty()) } else { Err(Problem::Unauthenticated) }
}

/// Forgets the connection. API Gateway tries to tell of a closed socket, and may fail to.
///
/// # Errors
/// Those of the table.
pub(crate) async fn disconnect(ctx: Context<ConnectionId>, _request: Request) -> Result<Response<()>, Problem> {
    service::disconnect(&ctx).await?;
    Ok(Response::empty())
}
