//! The checks of uploads, judged by exiftool, by decoders, and by what the seeds hold (`tests/seeds/make.py`).

mod bounded;
mod exiftool;
mod mutated;
mod orientations;
mod pictures;
mod pixels;
mod refused;
mod seeds;
mod thumbnails;
mod videos;
