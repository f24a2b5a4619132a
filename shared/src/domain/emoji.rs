//! The emoji of a reaction, in one spelling (rule 18).

use icu_properties::CodePointSetData;
use icu_properties::props::{Emoji as IsEmoji, EmojiModifier, EmojiModifierBase, EmojiPresentation, RegionalIndicator};
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::invalid::Invalid;
use super::limits::MAX_EMOJI_CHARS;

/// Asks for the coloured shape of a character (`emoji presentation selector`).
const COLOURED: char = '\u{fe0f}';
/// Asks for its plain shape (`text presentation selector`).
const PLAIN: char = '\u{fe0e}';
/// Joins several emoji to one.
const JOINER: char = '\u{200d}';
/// Turns a digit, `#` or `*` into a key.
const KEYCAP: char = '\u{20e3}';
/// The flag that is followed by the letters of a region in tags, up to the end tag.
const BLACK_FLAG: char = '\u{1f3f4}';
const END_TAG: char = '\u{e007f}';

/// One emoji: a single grapheme that is built as Unicode Technical Standard 51 says ("emoji sequence", ED-17). Every spelling of it, with
/// and without variation selectors, becomes the one that is fully qualified (ED-18). Skin tones and genders are different emoji.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Emoji(String);

impl Emoji {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

impl TryFrom<String> for Emoji {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        if text.chars().take(MAX_EMOJI_CHARS + 1).count() > MAX_EMOJI_CHARS {
            return Err(not_one());
        }
        let chars: Vec<char> = text.chars().filter(|c| ![COLOURED, PLAIN].contains(c)).collect();
        let spelt = qualified(&chars).ok_or_else(not_one)?;
        if spelt.graphemes(true).nth(1).is_some() { Err(not_one()) } else { Ok(Self(spelt)) }
    }
}

fn not_one() -> Invalid {
    Invalid::new("must be one emoji")
}

/// The full spelling of an emoji without variation selectors; `None` if it is none.
fn qualified(chars: &[char]) -> Option<String> {
    match chars {
        [first, second] if is_regional(*first) && is_regional(*second) => Some(String::from_iter(chars)),
        ['0'..='9' | '#' | '*', KEYCAP] => Some(String::from_iter([chars[0], COLOURED, KEYCAP])),
        [BLACK_FLAG, tags @ .., END_TAG] if tags.len() >= 2 && tags.iter().copied().all(is_tag) => {
            Some(String::from_iter(chars))
        }
        _ => {
            let parts: Option<Vec<String>> = chars.split(|c| *c == JOINER).map(part).collect();
            Some(parts?.join(&JOINER.to_string()))
        }
    }
}

/// One part of what joiners join: an emoji, and its skin tone.
fn part(chars: &[char]) -> Option<String> {
    let is_base = |c: char| CodePointSetData::new::<EmojiModifierBase>().contains(c);
    let is_tone = |c: char| CodePointSetData::new::<EmojiModifier>().contains(c);
    let is_coloured = |c: char| CodePointSetData::new::<EmojiPresentation>().contains(c);
    match chars {
        [base, tone] if is_base(*base) && is_tone(*tone) => Some(String::from_iter(chars)),
        [one] if is_emoji(*one) && is_coloured(*one) => Some(one.to_string()),
        [one] if is_emoji(*one) => Some(String::from_iter([*one, COLOURED])),
        _ => None,
    }
}

/// Whether a character is an emoji by itself. Digits are emoji to Unicode, but only as keys, and letters of a flag only in pairs.
fn is_emoji(c: char) -> bool {
    !c.is_ascii() && !is_regional(c) && CodePointSetData::new::<IsEmoji>().contains(c)
}

fn is_regional(c: char) -> bool {
    CodePointSetData::new::<RegionalIndicator>().contains(c)
}

/// A letter or digit of a region, as a tag.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emoji(text: &str) -> Option<String> {
        Emoji::try_from(text.to_owned()).ok().map(String::from)
    }

    #[test]
    fn rule_18_every_spelling_of_an_emoji_is_the_same() {
        for (full, spellings) in [
            ("\u{2764}\u{fe0f}", vec!["\u{2764}", "\u{2764}\u{fe0e}", "\u{2764}\u{fe0f}\u{fe0f}"]),
            ("\u{1f44d}", vec!["\u{1f44d}\u{fe0f}", "\u{1f44d}\u{fe0e}"]),
            ("\u{31}\u{fe0f}\u{20e3}", vec!["\u{31}\u{20e3}"]),
            (
                "\u{2764}\u{fe0f}\u{200d}\u{1f525}",
                vec!["\u{2764}\u{200d}\u{1f525}", "\u{2764}\u{fe0f}\u{200d}\u{1f525}\u{fe0f}"],
            ),
            ("\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}", vec!["\u{1f3f3}\u{200d}\u{1f308}"]),
            (
                "\u{1f575}\u{1f3fd}\u{200d}\u{2640}\u{fe0f}",
                vec!["\u{1f575}\u{1f3fd}\u{200d}\u{2640}", "\u{1f575}\u{fe0f}\u{1f3fd}\u{200d}\u{2640}"],
            ),
            ("\u{a9}\u{fe0f}", vec!["\u{a9}"]),
        ] {
            assert_eq!(emoji(full).as_deref(), Some(full));
            for spelling in spellings {
                assert_eq!(emoji(spelling).as_deref(), Some(full), "{}", spelling.escape_unicode());
            }
        }
    }

    #[test]
    fn rule_18_what_looks_different_is_different() {
        let scotland = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
        let different = ["👍", "👍🏽", "👍🏿", "👩‍👩‍👧", "👨‍👩‍👧", "🧑🏽‍🤝‍🧑🏿", "🇸🇪", "🇪🇸", "#️⃣", "🏴", scotland, "🏳️‍⚧️", "🫱🏻‍🫲🏿", "☺️", "🅰️"];
        let kinds: std::collections::BTreeSet<_> = different.iter().map(|text| emoji(text).unwrap()).collect();
        assert_eq!(kinds.len(), different.len());
    }

    #[test]
    fn rule_18_what_is_not_one_emoji_is_refused() {
        let tags = "🏴\u{e0067}\u{e0062}";
        for text in [
            "",
            "a",
            "1",
            "#",
            "👍👍",
            "👍 ",
            " 👍",
            "👍a",
            "\u{fe0f}",
            "\u{200d}",
            "👍\u{200d}",
            "\u{200d}👍",
            "👍\u{301}",
            "🇸",
            "🇸🇪🇸🇪",
            "🇸👍",
            "🐢🏽",
            "\u{20e3}",
            "a\u{20e3}",
            tags,
            "☺\u{20e3}",
            "é",
            "中",
            ":)",
            "<b>",
        ] {
            assert_eq!(emoji(text), None, "{}", text.escape_unicode());
        }
        assert_eq!(emoji(&vec!["👩"; 20].join("\u{200d}")), None);
    }
}
