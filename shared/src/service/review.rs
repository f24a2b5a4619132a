//! What operators do with reports: reading the open ones, and closing them (rule 28).

use super::context::Context;
use super::error::Error;
use crate::domain::ids::OperatorArn;
use crate::domain::limits::MAX_REPORTS_ON_PAGE;
use crate::domain::refusal::Refusal;
use crate::domain::report::{Closed, Report, ReportId, ReportPosition};
use crate::store::{Condition, Writes};

/// A page of the open reports behind `after`, oldest first, and the place where the list goes on. However many are asked for, it has
/// no more than a response takes.
///
/// # Errors
/// Those of the table.
pub async fn open_reports(
    ctx: &Context<OperatorArn>,
    after: Option<&ReportPosition>,
    limit: usize,
) -> Result<(Vec<Report>, Option<ReportPosition>), Error> {
    Ok(ctx.store.open_reports(after, limit.min(MAX_REPORTS_ON_PAGE)).await?)
}

/// The caller closes a report. Closing it again is the same as once: who was first stays.
///
/// # Errors
/// `NotFound`.
pub async fn close_report(ctx: &Context<OperatorArn>, id: &ReportId) -> Result<Closed, Error> {
    let report = lasting(ctx, id).await?;
    if let Some(closed) = report.closed {
        return Ok(closed);
    }
    let closed = Closed { at: ctx.now, by: ctx.caller.clone() };
    match ctx.store.commit(Writes::close_report(&report, &closed), None).await {
        Ok(_) => Ok(closed),
        // Another operator was faster.
        Err(error) if error.failed(Condition::ReportOpen) => {
            Ok(lasting(ctx, id).await?.closed.ok_or(Refusal::NotFound)?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn lasting(ctx: &Context<OperatorArn>, id: &ReportId) -> Result<Report, Error> {
    let report = ctx.store.report(id).await?.filter(|report| report.lasts(ctx.now));
    report.ok_or(Error::Refused(Refusal::NotFound))
}
