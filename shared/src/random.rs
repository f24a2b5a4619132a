//! Randomness that nobody can guess, as an argument of what needs it.

/// Fresh random bytes from the operating system.
///
/// # Errors
/// If it has none, in words.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
pub fn bytes<const N: usize>() -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| format!("no randomness: {error}"))?;
    Ok(bytes)
}
