//! The `member` function.
fn main() {}
