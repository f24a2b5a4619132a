//! Direct threads, and what every thread has.

mod direct;
mod preferences;
mod read_marks;
mod rooms;
