//! Responses: what a handler returns, and what is delivered once the response is on its way.

use std::marker::PhantomData;

use serde::Serialize;

use crate::delivery::{Fanout, Frame};
use crate::domain::connection::Connection;
use crate::service::{Closing, Done, Unsettled};

/// The capability of a function that delivers nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoSockets;

/// The capability of a function that delivers to open sockets.
#[derive(Debug, Clone, Copy)]
pub struct WithSockets;

/// A response with the view `V`. `Needs` is the capability that it takes: a function without sockets cannot have a route whose
/// response is delivered to somebody.
#[derive(Debug)]
pub struct Response<V, Needs = NoSockets> {
    outcome: Outcome,
    view: PhantomData<fn() -> (V, Needs)>,
}

/// A response without its type.
#[derive(Debug, Default)]
pub struct Outcome {
    pub status: u16,
    /// JSON, if there is a body.
    pub body: Option<String>,
    /// Where to look instead.
    pub location: Option<String>,
    /// Whether an earlier request with the same key led to it (rule 15).
    pub replayed: bool,
    /// Whether a message was stored, for those who count them.
    pub sent: bool,
    pub fanout: Fanout,
    /// A message that is to become an item, once the response is on its way.
    pub unsettled: Option<Unsettled>,
    /// Connections that are to be closed then.
    pub closing: Option<Closing>,
}

impl<V: Serialize> Response<V> {
    /// A status and a view.
    #[must_use]
    pub fn new(status: u16, view: &V) -> Self {
        // Views are made of texts, numbers and lists of them: turning them into JSON cannot fail.
        let body = Some(serde_json::to_string(view).unwrap_or_default());
        Self { outcome: Outcome { status, body, ..Outcome::default() }, view: PhantomData }
    }

    /// 200 with a view.
    #[must_use]
    pub fn ok(view: &V) -> Self {
        Self::new(200, view)
    }

    /// 201 with a view.
    #[must_use]
    pub fn created(view: &V) -> Self {
        Self::new(201, view)
    }
}

impl Response<()> {
    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self { outcome: Outcome { status: 204, ..Outcome::default() }, view: PhantomData }
    }

    /// 302 to another address.
    #[must_use]
    pub fn found(location: String) -> Self {
        Self { outcome: Outcome { status: 302, location: Some(location), ..Outcome::default() }, view: PhantomData }
    }

    /// 200 without a body: the response of a socket route that has nothing to say.
    #[must_use]
    pub fn empty() -> Self {
        Self { outcome: Outcome { status: 200, ..Outcome::default() }, view: PhantomData }
    }
}

impl<V> Response<V> {
    /// Says whether an earlier request with the same key led to it.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.outcome.replayed = replayed;
        self
    }

    /// Delivers what an operation led to, once the response is on its way.
    #[must_use]
    pub fn deliver<T>(self, done: Done<T>) -> Response<V, WithSockets> {
        let Done { replayed, notifications, connections, unsettled, .. } = done;
        let mut response = self.replayed(replayed);
        response.outcome.unsettled = unsettled;
        response.fanout(Fanout { notifications, connections, ..Fanout::default() })
    }

    /// Delivers this, once the response is on its way.
    #[must_use]
    pub fn fanout(self, fanout: Fanout) -> Response<V, WithSockets> {
        Response { outcome: Outcome { fanout, ..self.outcome }, view: PhantomData }
    }

    /// Closes connections, once the response is on its way.
    #[must_use]
    pub fn close(self, closing: Option<Closing>) -> Response<V, WithSockets> {
        let outcome = Outcome { closing, ..self.outcome };
        Response { outcome, view: PhantomData }
    }

    /// Delivers a frame to one connection.
    #[must_use]
    pub fn frame(self, connection: Connection, frame: Frame) -> Response<V, WithSockets> {
        self.fanout(Fanout { frames: vec![(connection, frame)], ..Fanout::default() })
    }
}

impl<V> Response<V, WithSockets> {
    /// Says that a message was stored, unless this is a replay.
    #[must_use]
    pub fn sent(mut self, sent: bool) -> Self {
        self.outcome.sent = sent && !self.outcome.replayed;
        self
    }
}

/// What the handlers of a function with the capability `Has` return.
pub trait Respond<Has> {
    /// The view.
    type View;

    /// The response without its type.
    fn outcome(self) -> Outcome;
}

impl<V, Has> Respond<Has> for Response<V, NoSockets> {
    type View = V;

    fn outcome(self) -> Outcome {
        self.outcome
    }
}

impl<V> Respond<WithSockets> for Response<V, WithSockets> {
    type View = V;

    fn outcome(self) -> Outcome {
        self.outcome
    }
}
