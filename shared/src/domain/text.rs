//! What text shows: characters that nobody sees, names that keep to their line, cuts between what readers take for one character,
//! and texts that read the same.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint};
use unicode_segmentation::UnicodeSegmentation;

use super::invalid::{Invalid, no_control_characters};

/// Refuses text of which nobody sees anything: white space, and characters that Unicode gives no shape of their own
/// (`Default_Ignorable_Code_Point`), such as U+200B or U+3164. Between visible ones they stay: scripts and emoji need some of them.
pub(crate) fn something_visible(text: &str) -> Result<(), Invalid> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    if text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !ignorable.contains(c)) {
        Ok(())
    } else {
        Err(Invalid::new("must have at least one visible character"))
    }
}

/// A name or a title, trimmed and with one space for a run of them. It stands among other text, so it may neither turn that around
/// (the bidirectional controls) nor break its line (U+2028 and U+2029, beside the control characters).
pub(crate) fn one_line(text: &str, most: usize) -> Result<String, Invalid> {
    // What some keyboards leave at the end is white space. Of the other control characters trimming would take some for it too.
    no_control_characters(text, &['\n', '\r', '\t'])?;
    let text = text.trim();
    no_control_characters(text, &[])?;
    let bidi_controls = CodePointSetData::new::<BidiControl>();
    let breaks = |c: char| matches!(c, '\u{2028}' | '\u{2029}') || bidi_controls.contains(c);
    if let Some(c) = text.chars().find(|c| breaks(*c)) {
        return Err(Invalid::new(format!("must not contain the formatting character U+{:04X}", u32::from(c))));
    }
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() && line.ends_with(char::is_whitespace) {
            line.pop();
            line.push(' ');
        } else {
            line.push(c);
        }
    }
    if !(1..=most).contains(&line.chars().count()) {
        return Err(Invalid::new(format!("must have 1–{most} characters")));
    }
    something_visible(&line)?;
    Ok(line)
}

/// The beginning of `text` that has at most `graphemes` and `bytes`, and whether it was cut. The cut is between graphemes (Unicode
/// Standard Annex 29), so that no flag and no accent is torn off, and ends with an ellipsis.
pub(crate) fn beginning(text: &str, graphemes: usize, bytes: usize) -> (String, bool) {
    const ELLIPSIS: &str = "…";
    let mut places = text.grapheme_indices(true);
    if text.len() <= bytes && places.nth(graphemes).is_none() {
        return (text.to_owned(), false);
    }
    let room = bytes - ELLIPSIS.len();
    let ends = text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len());
    let end = ends.take(graphemes - 1).take_while(|end| *end <= room).last().unwrap_or(0);
    (format!("{}{ELLIPSIS}", text[..end].trim_end()), true)
}

/// The text as it is compared in searches: texts that differ in case or in how their characters are written alone (compatibility
/// forms, marks that are part of a letter or follow it, characters without a shape) are the same. It follows `NFKC_Casefold` of the Unicode
/// Standard; and all forms of the letter i are one, because Turkish writes a capital one with a dot.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let text = nfkc.normalize(text);
    let cased = text.chars().map(|c| if c == 'İ' { 'i' } else { c });
    // By way of the capital, so that ß is ss, and a sigma at the end of a word any sigma.
    let cased = cased.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let cased: String = cased.filter(|c| !ignorable.contains(*c)).collect();
    nfkc.normalize(&cased).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_16_a_name_shows_and_keeps_to_its_line() {
        let name = |text: &str| one_line(text, 60);
        for (text, kept) in [
            ("Ann", "Ann"),
            ("  Ann \u{a0} \u{3000} Lee  ", "Ann Lee"),
            ("佐藤\u{3000}花子", "佐藤\u{3000}花子"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("👩‍👩‍👧", "👩‍👩‍👧"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
        ] {
            assert_eq!(name(text).unwrap(), kept);
        }
        let invisible = ["\u{200b}", "\u{3164}", "\u{2060}", "\u{ad}", "\u{feff}", "\u{e0061}", "\u{200d} \u{200c}"];
        let turning = ["a\u{202e}b", "a\u{2067}b", "a\u{200f}b", "a\u{61c}b", "a\u{2069}b"];
        let breaking = ["a\u{2028}b", "a\u{2029}b", "a\nb", "a\u{85}b", "ab\u{c}", "ab\u{85}"];
        for text in invisible.into_iter().chain(turning).chain(breaking) {
            assert!(name(text).is_err(), "{}", text.escape_unicode());
        }
        assert!(name(&"x".repeat(61)).is_err());
        assert!(name(&format!("a{}b", " ".repeat(70))).is_ok());
    }

    #[test]
    fn rule_16_a_beginning_is_cut_between_graphemes() {
        assert_eq!(beginning("abc", 3, 10), ("abc".to_owned(), false));
        assert_eq!(beginning("abcd", 3, 10), ("ab…".to_owned(), true));
        assert_eq!(beginning("ab cd", 4, 10), ("ab…".to_owned(), true));
        // A flag is two characters, a family seven, and an accent may follow its letter.
        for one in ["🇸🇪", "👩‍👩‍👧‍👦", "e\u{301}", "👍🏽", "नि"] {
            let (cut, _) = beginning(&one.repeat(50), 10, 100);
            let whole = cut.trim_end_matches('…');
            assert!(!whole.is_empty() && whole.len() % one.len() == 0 && cut.len() <= 100, "{cut}");
        }
        let piled_up = format!("a{}", "\u{301}".repeat(200));
        assert_eq!(beginning(&piled_up, 10, 100), ("…".to_owned(), true));
    }
}
