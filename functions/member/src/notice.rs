//! `PUT /threads/{thread_id}/members/me/notice`: staying with a blocked member, or leaving (rule 12).

use shared::api::{Decision, NoticeBody, Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, leave, stay};

/// Settles the caller's notice. Nobody else ever learns that there was one.
///
/// # Errors
/// `not-found`; `forbidden` for leaving a direct thread.
pub(crate) async fn decide(ctx: Context, request: Request<NoticeBody>) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let NoticeBody { decision } = request.body()?;

    Ok(match decision {
        Decision::Leave => Response::no_content().deliver(leave(&ctx, &thread_id).await?),
        Decision::Stay => Response::no_content().deliver(stay(&ctx, &thread_id).await?),
    })
}
