//! Searching a thread (rule 33): what a query asks for, and which of the messages that were read fit it.

use unicode_segmentation::UnicodeSegmentation;

use super::ids::Seq;
use super::invalid::{Invalid, no_control_characters};
use super::limits::MAX_QUERY_CHARS;
use super::member::Member;
use super::message::Message;
use super::text::{folded, something_visible};
use super::thread::Thread;

/// What to look for: 1–100 characters after trimming, at least one of them visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    text: String,
    words: Vec<String>,
}

impl SearchQuery {
    /// The query as it was asked.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `text` has all words of the query, in whatever order. A word stands at the beginning of one of the text.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let text = folded(text);
        // Few messages have them all, and only these are looked at closely.
        if !self.words.iter().all(|word| text.contains(word)) {
            return false;
        }
        let beginnings: Vec<usize> = beginnings(&text).collect();
        self.words.iter().all(|word| beginnings.iter().any(|place| text[*place..].starts_with(word)))
    }
}

impl TryFrom<String> for SearchQuery {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        no_control_characters(&text, &[])?;
        let text = text.trim();
        if !(1..=MAX_QUERY_CHARS).contains(&text.chars().count()) {
            return Err(Invalid::new(format!("must have 1–{MAX_QUERY_CHARS} characters")));
        }
        let folded = folded(text);
        something_visible(&folded)?;
        let mut words: Vec<String> = folded.split_whitespace().map(|word| bare(word).to_owned()).collect();
        words.sort();
        words.dedup();
        Ok(Self { text: text.to_owned(), words })
    }
}

/// A word without the punctuation around it; as it is if it has neither letters nor digits, such as an emoji.
fn bare(word: &str) -> &str {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() { word } else { bare }
}

/// Where words begin (Unicode Standard Annex 29), in scripts without spaces too; and behind punctuation within what counts as one word, such as
/// `l'amour` or `foo_bar`.
fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let divides = |c: char| c.is_ascii_punctuation() || ('\u{2010}'..='\u{205e}').contains(&c);
    let behind = text.match_indices(divides).map(|(place, mark)| place + mark.len());
    behind.chain(text.split_word_bound_indices().map(|(place, _)| place))
}

/// What a reading of the log found.
#[derive(Debug)]
pub struct Found {
    /// Newest first.
    pub messages: Vec<Message>,
    /// The place before which the search goes on; `None` at the end of the log.
    pub next: Option<Seq>,
}

/// Those of the messages `read`, newest first, that fit `query` and that `reader` sees, at most `limit`. `more` says whether the log goes on
/// behind them.
#[must_use]
pub fn find(
    (reader, thread): (&Member, &Thread),
    query: &SearchQuery,
    (read, more): (Vec<Message>, bool),
    limit: usize,
) -> Found {
    let last_read = read.last().map(|message| message.seq);
    let seen = |message: &Message| reader.sees(message.seq) && !thread.hides(reader, &message.author_id, message.seq);
    let fits = |message: &Message| {
        message.written().is_some_and(|written| query.fits(written.content.text.as_str())) && seen(message)
    };
    let mut messages: Vec<Message> = read.into_iter().filter(fits).take(limit + 1).collect();
    if messages.len() > limit {
        messages.truncate(limit);
        let next = messages.last().map(|message| message.seq);
        return Found { messages, next };
    }
    Found { messages, next: last_read.filter(|_| more) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<SearchQuery, Invalid> {
        SearchQuery::try_from(text.to_owned())
    }

    #[test]
    fn rule_33_a_query_has_something_to_look_for() {
        for fine in ["a", "  see you  ", "🎉", "!", "日", &"x".repeat(100)] {
            assert!(query(fine).is_ok(), "{fine:?}");
        }
        for bad in ["", "   ", "\u{200b}", "\u{3164} \u{ad}", "a\u{0}b", "a\nb", &"x".repeat(101)] {
            assert!(query(bad).is_err(), "{bad:?}");
        }
        assert_eq!(query(" See  you, SEE ").unwrap().words, ["see", "you"]);
    }

    #[test]
    fn rule_33_all_words_occur_whatever_their_order_and_case() {
        for (text, asked) in [
            ("See you at the Harbour", "harbour see"),
            ("See you at the harbour", "HARB"),
            ("l’amour, c’est l'Amour", "amour"),
            ("write to foo_bar@example.com!", "bar example com"),
            ("(hello), she said", "hello, \"said\""),
            ("STRASSE", "straße"),
            ("Straße", "STRASSE"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("İstanbul", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("ﬁne ｆｕｌｌ ①", "fine full 1"),
            ("cafe\u{301}", "CAFÉ"),
            ("ｶﾞｲﾄﾞ", "ガイド"),
            ("明日の会議は三時です", "会議 三時"),
            ("พรุ่งนี้ประชุม", "ประชุม"),
            ("회의는 세 시에", "회의"),
            ("नमस्ते दुनिया", "दुनि"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("in\u{ad}visible", "invisible"),
            ("party 🎉 ❤\u{fe0f}", "❤ 🎉"),
            ("na xna-na-na", "na-na"),
            ("c++ and c#", "c++"),
        ] {
            assert!(query(asked).unwrap().fits(text), "{asked:?} in {text:?}");
        }
        let long = "a".repeat(4_000);
        for (text, asked) in [
            ("a party", "art"),
            ("see you", "see them"),
            ("3.14", "4"),
            ("コンピューター", "ピュー"),
            ("नमस्ते", "ते"),
            (long.as_str(), "aa ab"),
            ("party", "🎉"),
            ("cafe", "café"),
            ("", "a"),
        ] {
            assert!(!query(asked).unwrap().fits(text), "{asked:?} in {text:?}");
        }
    }
}
