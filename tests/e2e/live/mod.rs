//! Sockets, and what comes over them.

mod connections;
mod frames;
mod push;
mod typing;
