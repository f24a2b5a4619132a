//! Copies of the template in which one resource is different.

use std::fs;

use tempfile::NamedTempFile;
use tests::sources::root;
use tests::{Profile, Stack};

/// A stack on a copy of the template in which, once in the part of `resource`, `to` stands for `from`.
pub(crate) fn stack(resource: &str, from: &str, to: &str) -> Stack {
    let template = fs::read_to_string(root().join("infra/template.yaml")).expect("the template can be read");
    let file = NamedTempFile::new().expect("a temporary file can be made");
    fs::write(file.path(), altered(&template, resource, from, to)).expect("it can be written");
    let path = file.path().to_str().expect("its path is plain");
    // It is read before the stack is ready.
    let stack = Stack::with(Profile::Debug, &["--template", path]);
    stack.excuse("the template is not the right one");
    stack.expect_refusals();
    stack
}

fn altered(template: &str, resource: &str, from: &str, to: &str) -> String {
    let heading = format!("\n  {resource}:\n");
    let start = template.find(&heading).expect("there is such a resource") + heading.len();
    // Its part ends where the next line begins at the depth of its heading.
    let body = &template[start..];
    let ends_at = |(place, _): &(usize, &str)| body[place + 3..].starts_with(|next: char| !next.is_whitespace());
    let end = body.match_indices("\n  ").find(ends_at).map_or(body.len(), |(place, _)| place);
    let (own, rest) = body.split_at(end);
    assert!(own.contains(from), "{resource} has no {from:?}:\n{own}");
    format!("{}{}{rest}", &template[..start], own.replacen(from, to, 1))
}

#[test]
fn only_the_named_resource_is_altered() {
    let template = "Resources:\n  A:\n    x: 1\n  B:\n    x: 1\n    y: 1\n\n  C:\n    x: 1\n";
    assert_eq!(altered(template, "B", "x: 1", "x: 2"), template.replace("x: 1\n    y", "x: 2\n    y"));
}
