//! `POST /connections`.

use shared::api::{Problem, Request, Response, TicketView};
use shared::lambda::variable;
use shared::service::{Context, give_ticket};

/// Responds with a ticket that opens one socket within 30 seconds, and the URL to open (rule 22).
///
/// # Errors
/// `profile-required`, `idempotency-mismatch`.
pub(crate) async fn create(ctx: Context, _request: Request) -> Result<Response<TicketView>, Problem> {
    let socket_url = variable("SOCKET_URL").map_err(|error| Problem::Internal(error.to_string()))?;

    let done = give_ticket(&ctx).await?;
    let view = TicketView::new(&socket_url, &done.output.ticket, done.output.expires_at);
    Ok(Response::created(&view).replayed(done.replayed))
}
