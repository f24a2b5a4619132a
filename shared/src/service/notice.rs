//! Staying in a group with a blocked member (rule 12).

use super::context::Context;
use super::error::Error;
use super::load::thread_at;
use super::operation::{Done, Operation, Step, run};
use crate::domain::block;
use crate::domain::ids::ThreadId;
use crate::store::{Head, Writes};

struct Stay<'a>(&'a ThreadId);

/// Settles the caller's notice: they stay. Nobody else ever learns that there was one.
///
/// # Errors
/// `NotFound`.
pub async fn stay(ctx: &Context, thread_id: &ThreadId) -> Result<Done<()>, Error> {
    run(ctx, Stay(thread_id)).await
}

impl Operation for Stay<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<()>, Error> {
        let thread = thread_at(ctx, head, self.0).await?;
        let writes = block::stay(&thread, &ctx.caller).as_ref().map(Writes::change_thread).transpose()?;
        Ok(Step::write((), writes.unwrap_or_default()))
    }
}
