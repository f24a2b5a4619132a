//! The product's store on the table of a running stack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::store::{Store, Table};
use shared::trace::Tracer;
use tests::{Stack, engine};

/// A store of its own client, so that several writers do not share one.
pub(crate) fn store(stack: &Stack) -> Store {
    let table = Table::new(engine::client(stack), stack.table_name(), Arc::new(Tracer::default()));
    table.begin((Instant::now() + Duration::from_mins(5)).into());
    Store::new(table)
}
