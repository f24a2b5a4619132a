//! `POST /reports`.

use shared::api::{Problem, ReportBody, ReportReceiptView, Request, Response};
use shared::service::{Context, file_report};

/// Reports a user, a thread or a message that the caller sees (rule 28). Nobody but operators learns of it.
///
/// # Errors
/// `invalid-request`, `not-found`, `profile-required`, `idempotency-mismatch`.
pub(crate) async fn file(ctx: Context, request: Request<ReportBody>) -> Result<Response<ReportReceiptView>, Problem> {
    let draft = request.body()?.draft(&ctx.caller)?;

    let (filed, done) = file_report(&ctx, &draft).await?.split();
    let status = if filed.created { 201 } else { 200 };
    Ok(Response::new(status, &filed.into()).replayed(done.replayed))
}
