//! IAM: the roles of the template, and the refusal of every call that they do not allow.
//!
//! A service finds out who calls ([`crate::lambda::Callers`]), derives the [`Need`]s of the request, and asks
//! [`Gate::authorize`]. Each service has its own way from a request to needs, and its own form of a refusal.

mod gate;
mod grants;
mod need;
mod pattern;
mod policy;
mod role;

pub(crate) use gate::Gate;
pub(crate) use need::{ACCOUNT, Need, arn};
pub(crate) use policy::{Policy, one_or_many};
pub(crate) use role::{Denied, Role};
