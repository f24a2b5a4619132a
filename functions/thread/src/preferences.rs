//! `PUT /threads/{thread_id}/preferences`.

use serde::{Deserialize, Deserializer};
use shared::act::thread_of;
use shared::app::App;
use shared::domain::about::Preferences;
use shared::domain::ids::ThreadId;
use shared::domain::invalid::Invalid;
use shared::domain::time::Timestamp;
use shared::http::{Problem, Reply, Request};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(deserialize_with = "nullable")]
    muted_until: Option<Until>,
    pinned: bool,
}

/// A time as clients write it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Until(Timestamp);

impl TryFrom<String> for Until {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Timestamp::parse(&text).map(Self)
    }
}

/// Without a default of its own, so that a body without the member is refused.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Until>, D::Error> {
    Option::deserialize(deserializer)
}

/// Replaces what the caller chose for a thread, and answers it. Nobody else sees it.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let Body { muted_until, pinned } = request.json()?;
    let own = Preferences { muted_until: muted_until.map(|Until(at)| at), pinned };

    let thread = thread_of(app, &caller, &thread_id).await?;
    if app.store.set_preferences(&thread, &caller, own).await? { Ok(Reply::ok(&own)) } else { Err(Problem::NotFound) }
}
