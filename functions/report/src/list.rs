//! `GET /reports`.

use shared::api::{ListView, Problem, ReportView, Request, Response};
use shared::domain::ids::OperatorArn;
use shared::domain::report::ReportPosition;
use shared::service::{Context, open_reports};
use shared::store::Cursor;

/// The name of the list in its cursors.
const LIST: &str = "reports";

/// Responds with the open reports, oldest first.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(
    ctx: Context<OperatorArn>,
    request: Request,
) -> Result<Response<ListView<ReportView>>, Problem> {
    let limit = request.limit()?;
    let after: Option<ReportPosition> = request.cursor(LIST)?;

    let (reports, next) = open_reports(&ctx, after.as_ref(), limit).await?;
    let next_cursor = next.map(|last| Cursor::new(LIST, &last).into_text());
    Ok(Response::ok(&ListView { items: reports.into_iter().map(ReportView::from).collect(), next_cursor }))
}
