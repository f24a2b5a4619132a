//! Typed routes: one table per function says which routes it has and all that is to be known of them. Dispatch, the tests and
//! the API description come from it.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use super::problem::{Code, Problem};
use super::request::{Request, RequestParts};
use super::response::{Outcome, Respond};
use crate::domain::ids::{ConnectionId, OperatorArn, UserId};
use crate::domain::limits::MAX_BODY_BYTES;
use crate::service::Context;
use crate::store::Store;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Anybody.
    Public,
    /// Any user with a valid token.
    User,
    /// A member of the thread in the path; the route does not exist to anybody else.
    Member,
    /// A moderator of the group in the path.
    Moderator,
    /// Whoever operates the deployment: IAM allows them to call the route.
    Operator,
    /// A socket.
    Socket,
}

/// Whether a POST takes an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    None,
    Optional,
    /// A message is stored, or a group created.
    Required,
}

/// What is to be known of a route, as data.
#[derive(Debug, Clone, Serialize)]
pub struct RouteDescription {
    /// The route key of API Gateway: `POST /threads`, `$connect`, `ping`.
    pub key: String,
    /// The type of the body in `api`, if it has one.
    pub body: Option<String>,
    /// The type of the view in `api`, if the response has a body.
    pub view: Option<String>,
    pub statuses: &'static [u16],
    /// The codes of the problems that belong to the route. Each user route may also respond with the common ones.
    pub problems: &'static [Code],
    pub access: Access,
    pub idempotency_key: KeyUse,
    /// The largest body in bytes.
    pub max_body_bytes: usize,
}

/// Problems of every route; they are not listed with each.
pub const COMMON_PROBLEMS: &[Code] =
    &[Code::Unauthenticated, Code::ProfileRequired, Code::TooLarge, Code::Internal, Code::Unavailable];

/// Who sent the event.
#[derive(Debug, Clone)]
pub enum Sender {
    User(UserId),
    Operator(OperatorArn),
    Socket(ConnectionId),
    /// Nobody who is known.
    Unknown,
}

/// An event on its way to a handler.
#[derive(Debug, Clone)]
pub struct Call {
    pub sender: Sender,
    /// What there is whoever sent it.
    pub context: Context<()>,
    pub request: Arc<RequestParts>,
}

type HandlerFuture = Pin<Box<dyn Future<Output = Result<Outcome, Problem>> + Send>>;
type Handler = Box<dyn Fn(Call) -> HandlerFuture + Send + Sync>;

/// A route of a function that has the capability `Has`.
pub struct Route<Has> {
    key: &'static str,
    body: fn() -> Option<String>,
    view: fn() -> Option<String>,
    statuses: &'static [u16],
    problems: &'static [Code],
    access: Access,
    idempotency_key: KeyUse,
    handler: Handler,
    capability: std::marker::PhantomData<fn() -> Has>,
}

impl<Has> Route<Has> {
    fn new<Body, R: Respond<Has>>(key: &'static str, access: Access, handler: Handler) -> Self {
        let (body, view) = (short_name::<Body>, short_name::<R::View>);
        let (statuses, capability): (&'static [u16], _) = (&[200], std::marker::PhantomData);
        let idempotency_key = KeyUse::None;
        Self { key, body, view, statuses, problems: &[], access, idempotency_key, handler, capability }
    }

    /// A route of users, by its key: method and path.
    pub fn user<Body, R, F>(
        key: &'static str,
        handler: impl Fn(Context, Request<Body>) -> F + Copy + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<R, Problem>> + Send + 'static,
        R: Respond<Has>,
    {
        let takes_key = key.starts_with("POST ");
        let call = move |call: Call| -> HandlerFuture {
            Box::pin(async move {
                let Sender::User(caller) = call.sender else { return Err(Problem::Unauthenticated) };
                let request = Request::new(call.request);
                let key = if takes_key { request.idempotency()? } else { None };
                let context = call.context.by(caller, key);
                let (caller, store) = (context.caller.clone(), context.store.clone());
                let outcome = handler(context, request).await.map(Respond::outcome);
                match outcome {
                    Err(Problem::NotFound) => Err(not_found(&store, &caller).await),
                    outcome => outcome,
                }
            })
        };
        let idempotency_key = if takes_key { KeyUse::Optional } else { KeyUse::None };
        Self { idempotency_key, ..Self::new::<Body, R>(key, Access::User, Box::new(call)) }
    }

    /// A route of operators, by its key. API Gateway has checked that IAM allows it to the caller.
    pub fn operator<Body, R, F>(
        key: &'static str,
        handler: impl Fn(Context<OperatorArn>, Request<Body>) -> F + Copy + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<R, Problem>> + Send + 'static,
        R: Respond<Has>,
    {
        let call = move |call: Call| -> HandlerFuture {
            Box::pin(async move {
                let Sender::Operator(caller) = call.sender else { return Err(Problem::Unauthenticated) };
                handler(call.context.by(caller, None), Request::new(call.request)).await.map(Respond::outcome)
            })
        };
        Self::new::<Body, R>(key, Access::Operator, Box::new(call))
    }

    /// A route of sockets, by its key.
    pub fn socket<Body, R, F>(
        key: &'static str,
        handler: impl Fn(Context<ConnectionId>, Request<Body>) -> F + Copy + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<R, Problem>> + Send + 'static,
        R: Respond<Has>,
    {
        let call = move |call: Call| -> HandlerFuture {
            Box::pin(async move {
                let Sender::Socket(caller) = call.sender else {
                    return Err(Problem::Internal("not a socket's event".to_owned()));
                };
                handler(call.context.by(caller, None), Request::new(call.request)).await.map(Respond::outcome)
            })
        };
        Self::new::<Body, R>(key, Access::Socket, Box::new(call))
    }

    /// A route of anybody that has the same response for all.
    pub fn public<R: Respond<Has> + 'static>(key: &'static str, respond: fn() -> Result<R, Problem>) -> Self {
        let call = move |_: Call| -> HandlerFuture {
            let response = respond().map(Respond::outcome);
            Box::pin(async move { response })
        };
        Self::new::<(), R>(key, Access::Public, Box::new(call))
    }

    /// The statuses of its responses; 200 unless said otherwise.
    #[must_use]
    pub fn statuses(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }

    /// The problems that belong to it, beside the common ones.
    #[must_use]
    pub fn problems(self, problems: &'static [Code]) -> Self {
        Self { problems, ..self }
    }

    /// Says that only members of the thread in the path may call it. The service enforces it.
    #[must_use]
    pub fn members(self) -> Self {
        Self { access: Access::Member, ..self }
    }

    /// Says that only moderators of the group in the path may call it. The service enforces it.
    #[must_use]
    pub fn moderators(self) -> Self {
        Self { access: Access::Moderator, ..self }
    }

    /// It requires an idempotency key.
    #[must_use]
    pub fn key_required(self) -> Self {
        Self { idempotency_key: KeyUse::Required, ..self }
    }

    /// What is to be known of it.
    #[must_use]
    pub fn description(&self) -> RouteDescription {
        RouteDescription {
            key: self.key.to_owned(),
            body: (self.body)(),
            view: (self.view)(),
            statuses: self.statuses,
            problems: self.problems,
            access: self.access,
            idempotency_key: self.idempotency_key,
            max_body_bytes: MAX_BODY_BYTES,
        }
    }

    fn lists(&self, code: Code) -> bool {
        self.problems.contains(&code) || COMMON_PROBLEMS.contains(&code)
    }
}

/// The routes of a function.
pub struct Routes<Has>(Vec<Route<Has>>);

impl<Has> Routes<Has> {
    #[must_use]
    pub fn new(routes: impl IntoIterator<Item = Route<Has>>) -> Self {
        Self(routes.into_iter().collect())
    }

    /// The table as data.
    #[must_use]
    pub fn descriptions(&self) -> Vec<RouteDescription> {
        self.0.iter().map(Route::description).collect()
    }

    /// Calls the handler of the route with this key.
    ///
    /// # Errors
    /// Those of the handler. In a debug build, which all tests run, a problem or a status that the table does not list is
    /// `internal`.
    pub async fn dispatch(&self, key: &str, call: Call) -> Result<Outcome, Problem> {
        let route = self.0.iter().find(|route| route.key == key).ok_or_else(|| Problem::no_such_route(key))?;
        let outcome = (route.handler)(call).await;
        if cfg!(debug_assertions) {
            match &outcome {
                Ok(outcome) if !route.statuses.contains(&outcome.status) => {
                    return Err(Problem::Internal(format!("{key} does not list the status {}", outcome.status)));
                }
                Err(problem) if !route.lists(problem.code()) => {
                    return Err(Problem::Internal(format!("{key} does not list the problem {:?}", problem.code())));
                }
                _ => {}
            }
        }
        outcome
    }
}

/// To a user without a profile nothing is there yet (rule 1). That is looked up here alone, so that users with a profile do not
/// pay for it at every request.
async fn not_found(store: &Store, caller: &UserId) -> Problem {
    match store.profile(caller).await {
        Ok(Some(_)) => Problem::NotFound,
        Ok(None) => Problem::ProfileRequired,
        Err(error) => error.into(),
    }
}

/// The name of a type without the paths of modules; `None` for the unit type.
fn short_name<T>() -> Option<String> {
    let name = type_name::<T>();
    if name == "()" {
        return None;
    }
    let mut short = String::new();
    let mut word = String::new();
    for c in name.chars() {
        match c {
            ':' => word.clear(),
            '<' | '>' | ',' | ' ' => {
                short.push_str(&word);
                short.push(c);
                word.clear();
            }
            other => word.push(other),
        }
    }
    short.push_str(&word);
    Some(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn names_of_types_have_no_paths() {
        assert_eq!(short_name::<Vec<Option<Timestamp>>>().as_deref(), Some("Vec<Option<Timestamp>>"));
        assert_eq!(short_name::<()>(), None);
    }
}
