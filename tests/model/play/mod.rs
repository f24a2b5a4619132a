//! The real product under the same acts as the model.

pub(crate) mod ears;
pub(crate) mod finish;
pub(crate) mod game;
pub(crate) mod judge;
pub(crate) mod look;
pub(crate) mod portrait;
pub(crate) mod same;
pub(crate) mod stage;
