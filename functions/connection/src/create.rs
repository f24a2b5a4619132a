//! `POST /connections`.

use serde::Serialize;
use shared::act::{outcome_of, replay, replay_or};
use shared::app::{App, variable};
use shared::domain::ids::Ticket;
use shared::domain::limits::TICKET_LIFE;
use shared::domain::time::{Timestamp, rfc3339};
use shared::http::{Problem, Reply, Request};
use shared::random;
use shared::store::Guard;

#[derive(Debug, Serialize)]
struct TicketView {
    ticket: String,
    url: String,
    #[serde(serialize_with = "rfc3339")]
    expires_at: Timestamp,
}

/// Answers a ticket that opens one socket within 30 seconds, and the URL to open it at (rule 22).
///
/// # Errors
/// `profile-required`, `idempotency-mismatch`.
pub(crate) async fn create(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let once = request.once()?;
    let now = request.now();
    let socket_url = variable("SOCKET_URL").map_err(|error| Problem::Internal(error.to_string()))?;

    let own = async { app.store.profile(&caller).await.map_err(Problem::from) };
    let (own, replayed) = tokio::try_join!(own, replay(app, &caller, once.as_ref(), now))?;
    own.ok_or(Problem::ProfileRequired)?;
    if let Some(reply) = replayed {
        return Ok(reply);
    }
    let ticket = Ticket::from_random(random::bytes().map_err(Problem::Internal)?);
    let expires_at = now.plus(TICKET_LIFE);
    let url = format!("{socket_url}?ticket={}", ticket.as_str());
    let reply = Reply::created(&TicketView { ticket: ticket.as_str().to_owned(), url, expires_at });
    let record = once.as_ref().map(|once| outcome_of(&caller, once, &reply, now));
    match app.store.save_ticket(&ticket, &caller, expires_at, record.as_ref()).await {
        Ok(()) => Ok(reply),
        Err(error) if error.lost(Guard::Once) => replay_or(app, &caller, once.as_ref(), now, error.into()).await,
        Err(error) => Err(error.into()),
    }
}
