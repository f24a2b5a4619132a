//! The page of rules and the tests: a number that is cited is a rule of the page, and a test proves each rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tests::sources::root;

/// Has a heading for each rule.
const PAGE: &str = "functions/RULES.md";
/// The samples in here cite what is no rule.
const THIS_FILE: &str = "tests/infra/rules.rs";

#[test]
fn every_rule_that_is_cited_is_on_the_page() {
    let files = files();
    let rules = headings(&files[PAGE]).into_iter().collect();
    let missing: BTreeMap<&String, Vec<u32>> = files
        .iter()
        .map(|(name, text)| (name, cited(text).difference(&rules).copied().collect::<Vec<_>>()))
        .filter(|(_, missing)| !missing.is_empty())
        .collect();
    assert!(missing.is_empty(), "{PAGE} has no such rules: {missing:?}");
}

#[test]
fn the_name_of_a_test_cites_every_rule_of_the_page() {
    let files = files();
    let code = files.iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|extension| extension == "rs"));
    let proven: BTreeSet<u32> = code.flat_map(|(_, text)| named(text)).collect();
    let unproven: Vec<u32> = headings(&files[PAGE]).into_iter().filter(|rule| !proven.contains(rule)).collect();
    assert!(unproven.is_empty(), "no test is named rule_NN_… after these rules of {PAGE}: {unproven:?}");
}

#[test]
fn the_page_has_each_rule_once_and_in_order() {
    let rules = headings(&files()[PAGE]);
    assert!(!rules.is_empty() && rules.is_sorted_by(|one, next| one < next), "{rules:?}");
}

#[test]
fn headings_with_a_number_are_rules() {
    let page = "# 1. Page\n## 2. Search\ntext\n## 30. Bounds\n### 4. Part\n## Every request\n## 5 things\n5. an item\n";
    assert_eq!(headings(page), [2, 30]);
}

#[test]
fn names_of_functions_cite_and_comments_about_them_do_not() {
    let code = "async fn rule_07_is_one() {}\n    fn rule_31_is_too() {}\n// fn rule_08_is_none() {}\nfn rule_() {}\n\
                fn no_rule_09_either() {}\nlet name = \"rule_10_x\";\n";
    assert_eq!(named(code), BTreeSet::from([7, 31]));
}

#[test]
fn every_way_to_cite_is_read() {
    for (text, numbers) in [
        ("A block (rule 6).", vec![6]),
        ("Rule 6: blocks", vec![6]),
        ("(rules 7, 10)", vec![7, 10]),
        ("rules 9 and 10 of every entry", vec![9, 10]),
        ("rules 2, 3, and 5", vec![2, 3, 5]),
        ("(rules 5–7, 14-16)", vec![5, 6, 7, 14, 15, 16]),
        ("(rules 1–4, 7, 12): rule 40", vec![1, 2, 3, 4, 7, 12, 40]),
        ("//! Running a group: rules 9\n//! and 10, rule\n//! 11", vec![9, 10, 11]),
        ("/// Twice (rule 3),\n/// and rule 4", vec![3, 4]),
        ("`cargo test rule_07` and rule_12_x", vec![7, 12]),
        ("rule 5, 2 users", vec![5]),
        ("rules 5, and no look-up", vec![5]),
        ("overrule 5, the rule of one door, rule_, the rules: 5, rule 5x, unruly_rule_6", vec![]),
    ] {
        assert_eq!(cited(text), BTreeSet::from_iter(numbers), "{text}");
    }
}

/// Every Rust file and page that may cite a rule, by its path from the root.
fn files() -> BTreeMap<String, String> {
    fn collect(path: &Path, files: &mut BTreeMap<String, String>) {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            entries.for_each(|entry| collect(&entry.expect("a folder can be listed").path(), files));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(root()).expect("it lies in the workspace").display().to_string();
            files.insert(name, text);
        }
    }
    let mut files = BTreeMap::new();
    for path in ["README.md", "functions", "shared", "tests"] {
        collect(&root().join(path), &mut files);
    }
    files.remove(THIS_FILE).expect("this file lies where it says");
    files
}

/// The rules of a page, as `## 7. Title` has them.
fn headings(page: &str) -> Vec<u32> {
    page.lines().filter_map(|line| line.strip_prefix("## ")?.split_once(". ")?.0.parse().ok()).collect()
}

/// The rules that code cites in the names of its functions.
fn named(code: &str) -> BTreeSet<u32> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.filter_map(|line| number_in(line.split_once("fn ")?.1)).collect()
}

/// The rule in a name like `rule_07_is_one`.
fn number_in(name: &str) -> Option<u32> {
    let number = name.strip_prefix("rule_")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The rules that a text cites, in names and in words.
fn cited(text: &str) -> BTreeSet<u32> {
    let tokens = tokens(text);
    let mut cited: BTreeSet<u32> = tokens.iter().filter_map(|token| number_in(token)).collect();
    for (place, token) in tokens.iter().enumerate() {
        let behind = &tokens[place + 1..];
        if token.eq_ignore_ascii_case("rule") {
            cited.extend(behind.first().and_then(|number| number.parse::<u32>().ok()));
        } else if token.eq_ignore_ascii_case("rules") {
            cited.extend(list(behind));
        }
    }
    cited
}

/// The numbers that a text begins with, as in `1–4, 7 and 12`.
fn list(mut tokens: &[&str]) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    let mut first_of_range = None;
    while let [number, behind @ ..] = tokens
        && let Ok(number) = number.parse::<u32>()
    {
        numbers.extend(first_of_range.take().unwrap_or(number)..=number);
        tokens = match behind {
            ["–" | "-", behind @ ..] => {
                first_of_range = Some(number);
                behind
            }
            [",", "and" | "or", behind @ ..] | ["," | "and" | "or", behind @ ..] => behind,
            _ => break,
        };
    }
    numbers
}

/// Words, numbers and single signs, across lines and without the signs that begin a comment.
fn tokens(text: &str) -> Vec<&str> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    for line in text.lines() {
        let mut rest = line.trim_start().trim_start_matches(['/', '!']).trim_start();
        while let Some(first) = rest.chars().next() {
            let end = if in_word(first) { rest.find(|c| !in_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
            let (token, behind) = rest.split_at(end);
            tokens.push(token);
            rest = behind.trim_start();
        }
    }
    tokens
}
