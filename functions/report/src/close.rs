//! `PUT /reports/{report_id}/closed`.

use shared::api::{ClosedReportView, Problem, Request, Response};
use shared::domain::ids::OperatorArn;
use shared::domain::report::ReportId;
use shared::service::{Context, close_report};

/// Closes a report: it is on the list no more, and gone after 30 days.
///
/// # Errors
/// `not-found`.
pub(crate) async fn close(ctx: Context<OperatorArn>, request: Request) -> Result<Response<ClosedReportView>, Problem> {
    let id: ReportId = request.path("report_id")?;

    let closed = close_report(&ctx, &id).await?;
    Ok(Response::ok(&ClosedReportView::new(id, closed)))
}
