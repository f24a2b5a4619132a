//! Images and videos in the bucket: addresses that clients use for some minutes, and what functions read and write there.

mod bucket;
mod error;
mod key;
mod sign;

pub use bucket::{Body, Bucket, Found, LazyConnector, Part};
pub use error::ObjectError;
pub use key::ObjectKey;
pub use sign::SignedUrl;
