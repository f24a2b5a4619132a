#![doc = include_str!("../README.md")]
#![expect(clippy::missing_panics_doc, reason = "a harness tells what is wrong by panicking: that is how a test fails")]

pub mod agree;
mod answer;
pub mod bench;
mod binaries;
pub mod book;
mod call;
mod control;
pub mod engine;
mod group;
mod log;
pub mod media;
mod meter;
mod operator;
mod processes;
pub mod roster;
pub mod routes;
pub mod s3;
mod scene;
mod server;
pub mod shape;
mod socket;
pub mod sources;
mod stack;
mod storage;
pub mod template;
pub mod text;
mod user;
pub mod view;
pub mod wait;
mod work;

pub use answer::Answer;
pub use binaries::{Profile, folder, sizes};
pub use call::{Call, Lost};
pub use control::{
    Connection, DatabaseCall, DatabaseFault, Fault, Grants, Invocation, ObjectCall, ObjectFault, Queue, QueueFault,
    SocketFault,
};
pub use group::ids;
pub use log::ThreadLog;
pub use meter::{Cores, Usage};
pub use operator::Operator;
pub use scene::{Group, Pair, followers};
pub use socket::Socket;
pub use stack::{HIGH_RATES, Held, Stack};
pub use user::{User, fresh_key, unique};
pub use work::{Bucket, Events, StoredObject};
