//! Which part of the code may know which other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use tests::sources::{code, folders, root};

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
        "crate::http",
        "crate::push",
        "crate::store",
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
    let doors =
        ["shared/src/clock.rs", "shared/src/push/gateway.rs", "shared/src/random.rs", "shared/src/store/table.rs"];
    assert_eq!(excused, BTreeSet::from(doors.map(str::to_owned)));
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
