//! `POST /threads`: a direct thread or a group.

use shared::api::{
    CreateGroupBody, OpenThreadBody, Problem, Request, Response, ThreadBody, ThreadKind, ThreadView, WithSockets,
    require_key,
};
use shared::domain::ids::Pair;
use shared::service::{Context, Done, OpenedThread, create_group, open};

/// Opens the direct thread with a user, or finds it; or creates a group of the caller, its moderator, and others, all or none
/// (rules 5, 8, 9, 12). With a `message`, sends it there in the same write.
///
/// # Errors
/// `contact-closed`, `you-block-them`, `not-found` for an unknown user, `request-pending`, `group-full`, `invalid-request`,
/// `idempotency-mismatch`.
pub(crate) async fn create(
    ctx: Context,
    request: Request<ThreadBody>,
) -> Result<Response<ThreadView, WithSockets>, Problem> {
    let done = match request.body()?.kind {
        ThreadKind::Direct => direct(&ctx, request.json()?).await?,
        ThreadKind::Group => group(&ctx, request.json()?).await?,
    };
    let (OpenedThread { shown, created, sent }, done) = done.split();
    let view = ThreadView::of(shown, &ctx.caller)?;
    Ok(Response::new(if created { 201 } else { 200 }, &view).deliver(done).sent(sent))
}

async fn direct(ctx: &Context, mut body: OpenThreadBody) -> Result<Done<OpenedThread>, Problem> {
    let draft = body.draft()?;
    if draft.is_some() {
        require_key(ctx.key.as_ref())?;
    }
    let oneself = || Problem::invalid("/user_id", "must not be yourself");
    let pair = Pair::new(&ctx.caller, &body.user_id).ok_or_else(oneself)?;
    let done = open(ctx, pair, &body.user_id, draft.as_ref()).await;
    done.map_err(|error| Problem::with_message_at(OpenThreadBody::MESSAGE, error))
}

async fn group(ctx: &Context, body: CreateGroupBody) -> Result<Done<OpenedThread>, Problem> {
    let draft = body.draft()?;
    require_key(ctx.key.as_ref())?;
    let done = create_group(ctx, &draft).await;
    done.map_err(|error| Problem::with_message_at(OpenThreadBody::MESSAGE, error))
}
