//! The `connection` function.
fn main() {}
