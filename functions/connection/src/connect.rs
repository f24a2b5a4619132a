//! `$connect`: somebody opens a socket.

use shared::app::App;
use shared::domain::ids::Ticket;
use shared::http::{Problem, Reply, Request};
use shared::store::{Connection, Guard};

/// Uses the ticket up and stores the connection.
///
/// # Errors
/// `unauthenticated` without a ticket that is good: the handshake is refused with 401.
pub(crate) async fn connect(app: &App, request: &Request) -> Result<Reply, Problem> {
    let id = request.connection_id()?;
    let ticket = request.query_text("ticket").ok_or(Problem::Unauthenticated)?;
    let ticket = Ticket::try_from(ticket.to_owned()).map_err(|_| Problem::Unauthenticated)?;

    let user_id = match app.store.claim_ticket(&ticket, &id, request.now()).await {
        Err(error) if error.lost(Guard::Ticket) => return Err(Problem::Unauthenticated),
        other => other?,
    };
    app.store.open_connection(&Connection { user_id, id, opened_at: request.now() }).await?;
    Ok(Reply::quiet())
}
