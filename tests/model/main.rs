//! The product against a small model of it: random operations of many users, through the real binaries, the real store and
//! real sockets. `one_by_one` compares every response and every view with the oracle's. `at_once` runs operations of several
//! users concurrently in one group, and searches an order of them in which the oracle does the same.
//!
//! `BACKCHANNEL_MODEL_CASES` sets how many cases each of the two runs; a failing case says how to run it again.

mod at_once;
mod driver;
mod linearize;
mod one_by_one;
mod oracle;
mod pushes;
mod run;
mod trace;
