//! The product's store on the table of a running stack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::store::{Store, Table};
use shared::trace::Trace;
use tests::{Stack, engine};

/// A store of its own client, so that several writers do not share one.
pub(crate) fn store(stack: &Stack) -> Store {
    let give_up_at = Instant::now() + Duration::from_mins(5);
    let trace = Arc::new(Trace::default());
    Store::new(Table::new(engine::client(stack), stack.table_name().into(), trace, give_up_at.into()))
}
