//! Patterns of actions and ARNs in a policy, with `*` and `?`.

use std::fmt;

/// One element of a statement: `Action`, `Resource`, or a negative form.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Covers what matches this pattern.
    Like(String),
    /// `NotAction` and `NotResource`: covers what matches none of these patterns.
    Unlike(Vec<String>),
}

impl Pattern {
    /// Actions match in any case.
    pub(super) fn covers_action(&self, action: &str) -> bool {
        self.covers(action, |left, right| left.eq_ignore_ascii_case(&right))
    }

    /// ARNs match exactly.
    pub(super) fn covers_resource(&self, arn: &str) -> bool {
        self.covers(arn, |left, right| left == right)
    }

    fn covers(&self, text: &str, same: fn(char, char) -> bool) -> bool {
        match self {
            Self::Like(pattern) => matches(pattern, text, same),
            Self::Unlike(patterns) => !patterns.iter().any(|pattern| matches(pattern, text, same)),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Like(pattern) => formatter.write_str(pattern),
            Self::Unlike(patterns) => write!(formatter, "all but {}", patterns.join(", ")),
        }
    }
}

/// `*` matches any characters and `?` matches one, both within a segment of an ARN. A `*` at the end of a segment also matches
/// colons.
fn matches(pattern: &str, text: &str, same: fn(char, char) -> bool) -> bool {
    let mut rest = pattern.chars();
    let mut remaining = text.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            let crosses_colons = rest.is_empty() || rest.starts_with(':');
            loop {
                if matches(rest, remaining.as_str(), same) {
                    return true;
                }
                match remaining.next() {
                    Some(':') if !crosses_colons => return false,
                    Some(_) => {}
                    None => return false,
                }
            }
        }
        Some('?') => remaining.next().is_some_and(|any| any != ':') && matches(rest.as_str(), remaining.as_str(), same),
        Some(letter) => {
            remaining.next().is_some_and(|other| same(letter, other))
                && matches(rest.as_str(), remaining.as_str(), same)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str) -> Pattern {
        Pattern::Like(pattern.to_owned())
    }

    #[test]
    fn actions_match_in_any_case_and_by_wildcards() {
        for pattern in ["dynamodb:GetItem", "DynamoDB:getitem", "dynamodb:*", "dynamodb:Get*", "dynamodb:?etItem", "*"]
        {
            assert!(like(pattern).covers_action("dynamodb:GetItem"), "{pattern}");
        }
        for pattern in ["dynamodb:GetItems", "dynamodb:Get", "dynamodb:?GetItem", "s3:*", "dynamodb:Batch*", ""] {
            assert!(!like(pattern).covers_action("dynamodb:GetItem"), "{pattern}");
        }
    }

    #[test]
    fn resources_match_exactly_and_by_wildcards() {
        let table = "arn:aws:dynamodb:us-east-1:123456789012:table/Local-Table";
        for pattern in [table, "*", "arn:aws:dynamodb:*", "arn:aws:dynamodb:*:*:table/*", "arn:*:table/Local-?able"] {
            assert!(like(pattern).covers_resource(table), "{pattern}");
        }
        let others = [
            "arn:aws:dynamodb:us-east-1:123456789012:table/local-Table",
            "arn:aws:dynamodb:us-east-1:123456789012:table/Local-Table/index/*",
            "arn:aws:dynamodb:us-east-1:123456789012:table/",
            // Only a star at the end of a segment matches colons.
            "arn:aws:d*/Local-Table",
            "arn:aws:dynamodb?us-east-1:123456789012:table/Local-Table",
        ];
        for pattern in others {
            assert!(!like(pattern).covers_resource(table), "{pattern}");
        }
        assert!(like("arn:aws:s3:::b/*/c/*").covers_resource("arn:aws:s3:::b/1/2/c/3/c/4"));
    }

    #[test]
    fn the_negative_elements_cover_the_rest() {
        let rest = Pattern::Unlike(vec!["dynamodb:Get*".to_owned(), "dynamodb:Query".to_owned()]);
        assert!(rest.covers_action("dynamodb:PutItem"));
        assert!(!rest.covers_action("dynamodb:GetItem") && !rest.covers_action("dynamodb:Query"));
        assert_eq!(rest.to_string(), "all but dynamodb:Get*, dynamodb:Query");
    }
}
