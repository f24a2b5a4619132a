//! What operations cost.

mod budgets;
mod group_budgets;
mod lists;
mod monthly;
mod prices;
mod reports;
mod seed;
mod sends;
mod tail;
