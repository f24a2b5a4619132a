//! `PUT /threads/{thread_id}/members/me/notice`: staying with a blocked person, or leaving (rule 12).

use serde::Deserialize;
use shared::act::thread_of;
use shared::app::App;
use shared::domain::block::stay;
use shared::domain::ids::{ThreadId, UserId};
use shared::http::{Problem, Reply, Request};

use crate::remove::take_out;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    decision: Decision,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
enum Decision {
    Stay,
    Leave,
}

impl TryFrom<String> for Decision {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "stay" => Ok(Self::Stay),
            "leave" => Ok(Self::Leave),
            _ => Err("must be stay or leave"),
        }
    }
}

/// Settles the caller's notice. Nobody else ever learns that there was one.
///
/// # Errors
/// `not-found`; `forbidden` for leaving a direct thread.
pub(crate) async fn answer(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let Body { decision } = request.json()?;

    match decision {
        Decision::Leave => take_out(app, request, &caller, &thread_id, &caller).await,
        Decision::Stay => settle(app, &caller, &thread_id).await,
    }
}

async fn settle(app: &App, caller: &UserId, thread_id: &ThreadId) -> Result<Reply, Problem> {
    let mut thread = thread_of(app, caller, thread_id).await?;
    let mut pauses = app.store.table().pauses();
    loop {
        thread.member(caller).ok_or(Problem::NotFound)?;
        let Some(after) = stay(&thread, caller) else { return Ok(Reply::nothing()) };
        match app.store.change_thread(&thread, &after, &[], None).await {
            Ok(()) => return Ok(Reply::nothing()),
            Err(error) => {
                let head = app.store.head_after(error, thread_id, &mut pauses).await?;
                thread = head.thread().ok_or(Problem::NotFound)?;
            }
        }
    }
}
