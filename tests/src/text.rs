//! Texts for tests of what may be shown where.

/// Names of which nobody sees anything, which turn the text around them, or which break the line.
pub const UNSEEN_OR_TURNING: [&str; 13] = [
    "\u{200b}",
    "\u{3164}",
    "\u{2060}",
    "\u{ad}",
    "\u{feff}\u{200d}",
    "\u{fe0f}",
    "a\u{202e}b",
    "a\u{2067}b",
    "a\u{200e}b",
    "a\u{61c}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{85}b",
];
