//! The `thread` function.
fn main() {}
