//! Images and videos: rule 21.

mod erasing;
mod fetching;
mod sending;
mod uploading;
