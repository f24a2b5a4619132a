//! `POST /threads`: a direct thread or a group.

use serde::Deserialize;
use shared::act::DraftBody;
use shared::app::App;
use shared::domain::message::Draft;
use shared::http::{Object, Problem, Reply, Request};

use crate::{group, open};

/// The kinds of threads that can be opened.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Kind {
    Direct,
    Group,
}

impl TryFrom<String> for Kind {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "direct" => Ok(Self::Direct),
            "group" => Ok(Self::Group),
            _ => Err("must be direct or group"),
        }
    }
}

/// Where a body has the message that is sent with it.
pub(crate) const MESSAGE: &str = "/message";

/// The message that comes with a body, if there is one.
pub(crate) fn first_message(message: Option<Object<DraftBody>>) -> Result<Option<Draft>, Problem> {
    let draft = message.map(|Object(message)| message.draft()).transpose();
    draft.map_err(|problem| problem.within(MESSAGE))
}

/// As much of the body as says how to read it.
#[derive(Debug, Deserialize)]
struct Which {
    kind: Kind,
}

/// Opens a direct thread, or creates a group.
///
/// # Errors
/// Those of either.
pub(crate) async fn create(app: &App, request: &Request) -> Result<Reply, Problem> {
    let Which { kind } = request.json()?;
    match kind {
        Kind::Direct => open::open(app, request).await,
        Kind::Group => group::create(app, request).await,
    }
}
