#![doc = include_str!("../README.md")]

mod audit;
mod bytes;
pub mod fuzz;
mod icc;
mod kind;
pub mod limits;
mod orientation;
mod picture;
mod refusal;
mod thumbnail;
mod video;

pub use audit::is_clean;
pub use kind::{Kind, SNIFFED_BYTES, sniff};
pub use orientation::Orientation;
pub use picture::Picture;
pub use refusal::Refusal;
pub use thumbnail::{Thumbnail, thumbnail};
pub use video::{Patch, Step, Survey, VideoPlan};
