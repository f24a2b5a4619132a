//! What operations cost.

mod budgets;
mod group_budgets;
mod monthly;
mod prices;
mod seed;
mod sends;
mod tail;
