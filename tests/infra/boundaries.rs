//! Which part of the code may know which other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use tests::sources::{code, folders, root, sources};

use crate::imports::{Crate, circle};

#[test]
fn the_domain_is_pure() {
    let outside = [
        "async ",
        ".await",
        "aws_",
        "lambda_",
        "tokio",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant",
        "now_utc",
        "getrandom",
    ];
    for (name, text) in code("shared/src/domain") {
        let found: Vec<&str> = outside.into_iter().filter(|word| text.contains(word)).collect();
        assert!(found.is_empty(), "{name} uses {found:?}");
    }
}

#[test]
fn only_the_doors_are_excused_from_the_rule_of_one_door() {
    // clippy finds every SDK call, clock and random source (.clippy.toml) but where it is told not to look.
    let excused: BTreeSet<String> = ["shared/src", "functions"]
        .into_iter()
        .flat_map(code)
        .filter(|(_, text)| text.contains("disallowed_"))
        .map(|(name, _)| name)
        .collect();
    let doors = [
        "shared/src/clock.rs",
        "shared/src/delivery/sockets.rs",
        "shared/src/delivery/work_queue.rs",
        "shared/src/random.rs",
        "shared/src/store/table.rs",
    ];
    assert_eq!(excused, BTreeSet::from(doors.map(str::to_owned)));
}

/// What each folder of `shared/src` may import, beside itself. Files at the root (time, randomness, traces) are for all of them.
const DIRECTIONS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("delivery", &["domain"]),
    ("objects", &["domain"]),
    ("service", &["delivery", "domain", "objects", "store"]),
    ("api", &["delivery", "domain", "objects", "service", "store"]),
    ("lambda", &["api", "delivery", "domain", "objects", "service", "store"]),
];

#[test]
fn folders_of_shared_import_only_what_lies_below_them() {
    let shared = Crate::read("shared/src");
    for (file, targets) in shared.imports() {
        let allowed = DIRECTIONS.iter().find(|(folder, _)| *folder == folder_of(file)).map(|(_, allowed)| *allowed);
        // What is at the root knows the domain at most.
        let allowed = allowed.unwrap_or(&["domain"]);
        for target in targets {
            let to = folder_of(target);
            let fine = to == folder_of(file) || to.is_empty() || allowed.contains(&to);
            assert!(fine, "{file} imports {target}");
        }
    }
}

/// The folder below `shared/src` that a file lies in; empty for the root.
fn folder_of(file: &str) -> &str {
    let inside = file.trim_start_matches("shared/src/");
    inside.split_once('/').map_or("", |(folder, _)| folder)
}

#[test]
fn no_two_files_import_each_other() {
    let functions = folders("functions").into_iter().map(|name| format!("functions/{name}/src"));
    for folder in functions.chain(["shared/src", "infra/local/src"].map(str::to_owned)) {
        let read = Crate::read(&folder);
        assert_eq!(circle(&read.imports()), None, "a circle in {folder}");
    }
}

#[test]
fn public_items_say_what_they_are() {
    for (name, text) in sources("shared/src") {
        let lines: Vec<&str> = text.lines().map(str::trim_start).take_while(|line| *line != "#[cfg(test)]").collect();
        for (place, line) in lines.iter().enumerate().filter(|(_, line)| is_public_item(line)) {
            let before = lines[..place].iter().rev().find(|line| !line.starts_with("#[") && !line.starts_with(')'));
            let told = before.is_some_and(|line| line.starts_with("///"));
            assert!(told || says_itself(line), "{name}: {line} has no doc comment");
        }
    }
}

/// Whether a line begins a public item that has to be described. Fields and variants are not: their names have to do.
fn is_public_item(line: &str) -> bool {
    let item = line.strip_prefix("pub ").unwrap_or_default();
    ["fn ", "async fn ", "const ", "struct ", "enum ", "trait ", "type "].iter().any(|word| item.starts_with(word))
}

/// Whether the name says all: a value as text or number, a constructor from the parts, an accessor of an id.
fn says_itself(line: &str) -> bool {
    let name = line.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next()).unwrap_or_default();
    ["as_str", "code", "get", "id", "is_empty", "ms", "new"].contains(&name)
}

#[test]
fn dependencies_point_one_way() {
    let packages = workspace_dependencies();
    let depends_on = |name: &str| packages[name].iter().map(String::as_str).collect::<Vec<_>>();
    for function in folders("functions") {
        assert_eq!(depends_on(&function), ["shared"], "{function}");
    }
    assert!(depends_on("shared").is_empty());
    assert!(depends_on("local").is_empty(), "an emulator that shares the product's code agrees with its bugs");
}

/// For every package of the workspace, the others that it depends on in any way.
fn workspace_dependencies() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo can be started");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo tells about the workspace");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("a package lists its dependencies");
            // Only those inside the workspace have a path.
            let inside = dependencies.iter().filter(|dependency| dependency["path"].is_string());
            (text(&package["name"]), inside.map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a name is a string").to_owned()
}
