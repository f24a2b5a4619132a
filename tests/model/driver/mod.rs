//! The driver: runs actions on the real stack and compares it with the oracle.

pub(crate) mod case;
pub(crate) mod checker;
pub(crate) mod client;
pub(crate) mod compare;
pub(crate) mod final_check;
pub(crate) mod names;
pub(crate) mod responses;
pub(crate) mod sockets;
