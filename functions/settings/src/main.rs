//! The `settings` function.
fn main() {}
