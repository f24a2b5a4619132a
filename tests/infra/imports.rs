//! Which file of a crate imports which other, read from its source.
//!
//! A path is followed to the file that defines its item: a parent module that only re-exports is passed through. What a module
//! re-exports of its own children, declares, or uses in its unit tests is no import.

use std::collections::{BTreeMap, BTreeSet};

use ::tests::sources::code;

/// A path of a module or an item: `["store", "keys"]`.
type Path = Vec<String>;

/// The files of a crate by their modules.
pub(crate) struct Crate {
    files: BTreeMap<Path, File>,
}

struct File {
    name: String,
    text: String,
    /// What it re-exports: a name, and the path that the name stands for.
    exports: BTreeMap<String, Path>,
}

impl Crate {
    /// The crate whose sources lie in `folder`.
    pub(crate) fn read(folder: &str) -> Self {
        Self::of(folder, code(folder))
    }

    fn of(folder: &str, sources: Vec<(String, String)>) -> Self {
        let mut files = BTreeMap::new();
        for (name, text) in sources {
            let inside = name.trim_start_matches(folder).trim_start_matches('/').trim_end_matches(".rs");
            let mut module: Path = inside.split('/').map(str::to_owned).collect();
            if ["mod", "main", "lib"].contains(&module.last().map(String::as_str).unwrap_or_default()) {
                module.pop();
            }
            let text = without_tests(&text);
            let exports = exports(&module, &text);
            files.insert(module, File { name, text, exports });
        }
        Self { files }
    }

    /// For each file the others that it imports, both by their paths in the repository.
    pub(crate) fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let imports = |(module, file): (&Path, &File)| {
            let paths = paths(module, &file.text);
            let targets = paths.iter().filter_map(|path| self.defines(path)).filter(|target| **target != file.name);
            (self.files[module].name.as_str(), targets.collect::<BTreeSet<&str>>())
        };
        self.files.iter().map(imports).collect()
    }

    /// The file that defines the item at a path.
    fn defines(&self, path: &[String]) -> Option<&str> {
        let known = (0..=path.len()).rev().find(|end| self.files.contains_key(&path[..*end]))?;
        let file = &self.files[&path[..known]];
        match path.get(known).and_then(|name| file.exports.get(name)) {
            Some(target) if target.as_slice() != path => self.defines(target),
            _ => Some(&file.name),
        }
    }
}

/// The files that import each other in a circle, if there is one.
pub(crate) fn circle<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<Vec<&'a str>> {
    let mut done = BTreeSet::new();
    imports.keys().find_map(|file| walk(imports, file, &mut Vec::new(), &mut done))
}

fn walk<'a>(
    imports: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    file: &'a str,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(start) = way.iter().position(|seen| *seen == file) {
        return Some(way[start..].to_vec());
    }
    if !done.insert(file) {
        return None;
    }
    way.push(file);
    let found = imports.get(file).into_iter().flatten().find_map(|next| walk(imports, next, way, done));
    way.pop();
    found
}

/// The text before the unit tests.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The `use` declarations of a text, as the tokens behind `use`, and whether they are public.
fn uses(text: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let Some(start) = statement.rfind("use ").filter(|start| {
            let before = statement[..*start].trim_end();
            before.is_empty()
                || before.ends_with(['}', ')', ']', '{'])
                || before.ends_with("pub")
                || before.ends_with("*/")
        }) else {
            continue;
        };
        let public = statement[..start].trim_end().ends_with("pub") || statement[..start].trim_end().ends_with(')');
        found.push((public, statement[start + 4..].split_whitespace().collect::<String>()));
    }
    found
}

/// The paths in a tree of a `use`: `a::{b,c::d}` is `a::b` and `a::c::d`. A new name (`as`) does not matter.
fn branches(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else { return vec![tree.to_owned()] };
    let (prefix, inside) = (&tree[..open], &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())]);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (place, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.flat_map(branches).map(|branch| format!("{prefix}{branch}")).collect()
}

/// A path from the root of the crate, for one that is written in `module`; `None` if it leads out of the crate.
fn absolute(module: &[String], written: &str) -> Option<Path> {
    let mut segments = written.split("::").filter(|segment| !["self", "*"].contains(segment)).peekable();
    let mut path: Path = match *segments.peek()? {
        "crate" => {
            segments.next();
            Vec::new()
        }
        "super" => module.to_vec(),
        _ => return None,
    };
    while segments.next_if_eq(&"super").is_some() {
        path.pop();
    }
    path.extend(segments.map(str::to_owned));
    Some(path)
}

/// What a module re-exports of its children.
fn exports(module: &[String], text: &str) -> BTreeMap<String, Path> {
    let public = uses(text).into_iter().filter(|(public, _)| *public);
    let branches = public.flat_map(|(_, tree)| branches(&tree));
    let target = |branch: String| {
        let path = absolute(module, &branch)
            .unwrap_or_else(|| module.iter().cloned().chain(branch.split("::").map(str::to_owned)).collect());
        Some((path.last()?.clone(), path))
    };
    branches.filter_map(target).collect()
}

/// Every path into the crate that a module writes, in `use` declarations and elsewhere.
fn paths(module: &[String], text: &str) -> Vec<Path> {
    let used = uses(text).into_iter().flat_map(|(_, tree)| branches(&tree));
    let inline = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let inline = inline.filter(|word| word.starts_with("crate::") || word.starts_with("super::"));
    // What ends in colons is the trunk of a tree, which `use` has already taken apart.
    let inline = inline.filter(|word| !word.ends_with(':')).map(str::to_owned);
    used.chain(inline).filter_map(|path| absolute(module, &path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
        let files = files.iter().map(|(name, text)| (format!("src/{name}"), (*text).to_owned())).collect();
        let read = Crate::of("src", files);
        let owned = |(file, targets): (&str, BTreeSet<&str>)| {
            (file.to_owned(), targets.into_iter().map(str::to_owned).collect())
        };
        read.imports().into_iter().map(owned).collect()
    }

    #[test]
    fn a_path_is_followed_to_the_file_that_defines_its_item() {
        let found = imports(&[
            ("lib.rs", "pub mod a;\npub mod b;\n"),
            ("a/mod.rs", "mod x;\nmod y;\n\npub use x::X;\npub use y::{Y, Z};\n"),
            ("a/x.rs", "use super::y::Y;\n\nfn f() { crate::b::go() }\n"),
            ("a/y.rs", "pub struct Y;\n"),
            (
                "b.rs",
                "use std::fmt;\n\nuse crate::a::{X, Z};\n\n#[cfg(test)]\nmod tests {\n use crate::a::nothing;\n}\n",
            ),
        ]);
        let of = |file: &str| found[file].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("src/a/x.rs"), ["src/a/y.rs", "src/b.rs"]);
        assert_eq!(of("src/b.rs"), ["src/a/x.rs", "src/a/y.rs"]);
        assert!(of("src/a/mod.rs").is_empty() && of("src/a/y.rs").is_empty());
    }

    #[test]
    fn a_circle_is_found_and_a_diamond_is_none() {
        let names = |pairs: &[(&'static str, &[&'static str])]| {
            pairs.iter().map(|(file, targets)| (*file, targets.iter().copied().collect())).collect::<BTreeMap<_, _>>()
        };
        let diamond = names(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"]), ("d", &[])]);
        assert_eq!(circle(&diamond), None);
        let round = names(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]);
        assert_eq!(circle(&round), Some(vec!["b", "c"]));
    }

    #[test]
    fn trees_of_use_are_taken_apart() {
        assert_eq!(branches("a::{b,c::{d,e},f}"), ["a::b", "a::c::d", "a::c::e", "a::f"]);
        assert_eq!(
            absolute(&["x".to_owned(), "y".to_owned()], "super::z::W"),
            Some(vec!["x".into(), "z".into(), "W".into()])
        );
        assert_eq!(absolute(&[], "std::fmt"), None);
    }
}
