//! The product against a small model of it: random interleavings of everything people can do, through the real binaries, the
//! real store and real sockets. `one_by_one` compares every answer and every view with the model's; `at_once` lets several
//! clients loose on one group and demands an order of what they did in which the model does the same.
//!
//! `BACKCHANNEL_MODEL_CASES` sets how many cases each of the two runs; a failing case says how to run it again.

mod at_once;
mod hearsay;
mod one_by_one;
mod order;
mod plan;
mod play;
mod run;
mod world;
