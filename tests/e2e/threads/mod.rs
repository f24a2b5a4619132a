//! Direct threads, and what every thread has.

mod clearing;
mod direct;
mod preferences;
mod read_marks;
mod rooms;
