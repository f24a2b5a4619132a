//! The `user` function.
fn main() {}
