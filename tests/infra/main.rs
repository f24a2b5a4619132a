//! The template and the pages checked against the code: the same routes, functions and boundaries on both sides, and grants that are
//! neither missing nor superfluous.

mod altered;
mod book;
mod boundaries;
mod callers;
mod features;
mod grants;
mod imports;
mod journey;
mod policies;
mod routes;
mod rules;
