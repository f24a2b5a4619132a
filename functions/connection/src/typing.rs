//! `{"action":"typing","thread_id"}`: the one signal that is never stored (rule 24).

use shared::api::{Problem, ProblemFrame, Request, Response, TypingFrame, WithSockets};
use shared::delivery::Fanout;
use shared::domain::connection::Connection;
use shared::domain::ids::ConnectionId;
use shared::domain::time::Timestamp;
use shared::service::{self, Context};

/// Tells the members who accepted the thread that the sender is typing. A refused frame comes back as a `problem`; the socket
/// stays open.
///
/// # Errors
/// Those of the table.
pub(crate) async fn typing(
    ctx: Context<ConnectionId>,
    request: Request<TypingFrame>,
) -> Result<Response<(), WithSockets>, Problem> {
    let notification = match request.body() {
        Ok(frame) => service::typing(&ctx, &frame.thread_id).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match notification {
        Ok(notification) => {
            let notifications = notification.into_iter().collect();
            Ok(Response::empty().fanout(Fanout { notifications, ..Fanout::default() }))
        }
        Err(problem @ (Problem::NotFound | Problem::InvalidRequest(_) | Problem::TooLarge)) => {
            refuse(&ctx, request.id(), &problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// Sends the problem to the socket that sent the frame, and to no other: this route has no route response.
async fn refuse(
    ctx: &Context<ConnectionId>,
    request_id: &str,
    problem: &Problem,
) -> Result<Response<(), WithSockets>, Problem> {
    let Some(user_id) = ctx.store.connection_user(&ctx.caller).await? else {
        return Ok(Response::empty().fanout(Fanout::default()));
    };
    // It is open: a frame came from it.
    let socket = Connection { user_id, id: ctx.caller.clone(), opened_at: Timestamp::EPOCH };
    Ok(Response::empty().frame(socket, ProblemFrame::new(problem.document(request_id), ctx.now).render()))
}
