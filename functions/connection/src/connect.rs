//! `$connect` and `$disconnect`: a socket opens and closes.

use shared::api::{Problem, ProblemFrame, Request, Response, WithSockets};
use shared::domain::ids::{ConnectionId, Ticket};
use shared::service::{self, Closing, Context};

/// Uses the ticket up and stores the connection. The user's oldest one beyond the 20th is told and closed (rule 22).
///
/// # Errors
/// `unauthenticated` without a valid ticket: the handshake is refused with 401.
pub(crate) async fn connect(
    ctx: Context<ConnectionId>,
    request: Request,
) -> Result<Response<(), WithSockets>, Problem> {
    let ticket = request.query_text("ticket").ok_or(Problem::Unauthenticated)?;
    let ticket = Ticket::try_from(ticket.to_owned()).map_err(|_| Problem::Unauthenticated)?;

    let too_many = service::connect(&ctx, &ticket).await?.ok_or(Problem::Unauthenticated)?;
    if too_many.is_empty() {
        return Ok(Response::empty().close(None));
    }
    let problem = Problem::Conflict("A newer connection took the place of this one: a user has at most 20.");
    let frame = ProblemFrame::new(problem.document(request.id()), ctx.now).render();
    Ok(Response::empty().close(Some(Closing::new(too_many, frame))))
}

/// Forgets the connection. API Gateway tries to tell of a closed socket, and may fail to.
///
/// # Errors
/// Those of the table.
pub(crate) async fn disconnect(ctx: Context<ConnectionId>, _request: Request) -> Result<Response<()>, Problem> {
    service::disconnect(&ctx).await?;
    Ok(Response::empty())
}
