//! Sockets: tickets, and the connections that they open (rule 22).

use super::context::Context;
use super::error::Error;
use super::load::registered;
use super::operation::{Done, Operation, Step, run};
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, Ticket};
use crate::domain::limits::TICKET_LIFE;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::{Condition, Head, Writes};

/// A ticket that opens one socket.
#[derive(Debug, Clone)]
pub struct GivenTicket {
    pub ticket: Ticket,
    pub expires_at: Timestamp,
}

struct GiveTicket;

/// Gives the caller a ticket.
///
/// # Errors
/// `ProfileRequired`, `IdempotencyMismatch`.
pub async fn give_ticket(ctx: &Context) -> Result<Done<GivenTicket>, Error> {
    run(ctx, GiveTicket).await
}

impl Operation for GiveTicket {
    type Output = GivenTicket;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<GivenTicket>, Error> {
        registered(ctx.store.profile(&ctx.caller).await?)?;
        let ticket = Ticket::from_random(random::bytes().map_err(Error::Internal)?);
        let expires_at = ctx.now.plus(TICKET_LIFE);
        let writes = Writes::save_ticket(&ticket, &ctx.caller, expires_at)?;
        let reference = Reference::Ticket { ticket: ticket.clone(), expires_at };
        Ok(Step::write(GivenTicket { ticket, expires_at }, writes).refer(reference))
    }

    async fn replay(&self, _ctx: &Context, reference: Reference) -> Result<GivenTicket, Error> {
        match reference {
            Reference::Ticket { ticket, expires_at } => Ok(GivenTicket { ticket, expires_at }),
            _ => Err(Refusal::IdempotencyMismatch.into()),
        }
    }
}

/// Uses a ticket up for the caller's connection, and stores the connection; `None` if the ticket is unknown, used or over. Returns the
/// user's oldest connections that are too many with it, to be closed.
///
/// # Errors
/// Those of the table.
pub async fn connect(ctx: &Context<ConnectionId>, ticket: &Ticket) -> Result<Option<Vec<Connection>>, Error> {
    let user_id = match ctx.store.claim_ticket(ticket, &ctx.caller, ctx.now).await {
        Err(error) if error.failed(Condition::Ticket) => return Ok(None),
        claimed => claimed?,
    };
    let connection = Connection { user_id, id: ctx.caller.clone(), opened_at: ctx.now };
    Ok(Some(ctx.store.open_connection(&connection).await?))
}

/// Forgets the caller's connection.
///
/// # Errors
/// Those of the table.
pub async fn disconnect(ctx: &Context<ConnectionId>) -> Result<(), Error> {
    if let Some(user_id) = ctx.store.connection_user(&ctx.caller).await? {
        ctx.store.drop_connection(&user_id, &ctx.caller).await?;
    }
    Ok(())
}
