//! What a handler answers, and what is to happen once it is answered.

use serde::Serialize;

use crate::push::Fanout;

/// The answer of a handler.
#[derive(Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) body: Option<String>,
    pub(super) replayed: bool,
    pub(super) sent: bool,
    pub(super) fanout: Option<Fanout>,
}

impl Reply {
    /// A status and a body.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Views are made of texts, numbers and lists of them: turning them into JSON cannot fail.
        Self::new(status, Some(serde_json::to_string(body).unwrap_or_default()))
    }

    /// A status and a body, if there is one, that is JSON text already.
    #[must_use]
    pub fn new(status: u16, body: Option<String>) -> Self {
        Self { status, body, replayed: false, sent: false, fanout: None }
    }

    /// 200 with a body.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    /// 201 with a body.
    #[must_use]
    pub fn created(body: &impl Serialize) -> Self {
        Self::json(201, body)
    }

    /// 204.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(204, None)
    }

    /// 200 without a body: what a socket route answers that has nothing to say.
    #[must_use]
    pub fn quiet() -> Self {
        Self::new(200, None)
    }

    /// Says that this was answered before (rule 15).
    #[must_use]
    pub fn replayed(self) -> Self {
        Self { replayed: true, ..self }
    }

    /// Says that a message was stored, for those who count them.
    #[must_use]
    pub fn sent(self, sent: bool) -> Self {
        Self { sent, ..self }
    }

    /// Pushes this once the answer is on its way.
    #[must_use]
    pub fn then_push(self, fanout: Fanout) -> Self {
        Self { fanout: Some(fanout), ..self }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body as JSON text.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }
}
