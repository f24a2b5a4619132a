#!/usr/bin/env bash
# Tools:     serde_dynamo 4.3.0 with serde 1.0.229; serde_json 1.0.154 beside them.
# Behaviour: a map whose keys are numbers is written to an item as text keys and read back as numbers, as in JSON. Put the
#            same map into an internally tagged enum (#[serde(tag = "type")]): writing goes on as before, to the same
#            attributes, and reading fails: string "7" where a u64 was expected. #[serde(flatten)] around the map does the
#            same, and serde_json behaves like serde_dynamo in both.
# A guess:   what a derived type writes without an error, the same derived type reads back.
# Matters:   the compiler is content and the write is answered; only the first read of the stored item fails, and then
#            the data is there already. Records told apart by "type" are how a single table is read, and "reads up to"
#            by sequence number is such a map. Keep text keys there, or a newtype that parses its key from text.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.0.0"
edition = "2024"

[dependencies]
serde = { version = "=1.0.229", features = ["derive"] }
serde_dynamo = "=4.3.0"
serde_json = "=1.0.154"
TOML
cat >src/main.rs <<'RUST'
use std::{collections::BTreeMap, process::ExitCode};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

type Marks = BTreeMap<u64, String>;

#[derive(Serialize, Deserialize)]
struct Plain {
    marks: Marks,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Read { marks: Marks },
}

#[derive(Serialize, Deserialize)]
struct Flattened {
    #[serde(flatten)]
    inner: Plain,
}

/// Whether the value comes back from an item, and whether it comes back from JSON.
fn comes_back<T: Serialize + DeserializeOwned>(name: &str, value: &T) -> (bool, bool) {
    let item: serde_dynamo::Item = serde_dynamo::to_item(value).expect("written without an error");
    let stored = format!("{:?}", item.get("marks").expect("the map is in the item"));
    let from_item = serde_dynamo::from_item::<_, T>(item).map(drop);
    let json = serde_json::to_string(value).expect("written without an error");
    let from_json = serde_json::from_str::<T>(&json).map(drop);
    println!("{name}: stored as {stored}");
    println!("  read from the item: {}", from_item.as_ref().map_or_else(ToString::to_string, |()| "ok".into()));
    println!("  read from JSON: {}", from_json.as_ref().map_or_else(ToString::to_string, |()| "ok".into()));
    (from_item.is_ok(), from_json.is_ok())
}

fn main() -> ExitCode {
    let marks = || Marks::from([(7, "ann".to_owned())]);
    let seen = [
        comes_back("plain", &Plain { marks: marks() }),
        comes_back("tagged", &Tagged::Read { marks: marks() }),
        comes_back("flattened", &Flattened { inner: Plain { marks: marks() } }),
    ];
    if seen == [(true, true), (false, false), (false, false)] {
        return ExitCode::SUCCESS;
    }
    eprintln!("CHANGED: not what was found before");
    ExitCode::FAILURE
}
RUST
CARGO_TARGET_DIR=$dir/target cargo run --quiet --jobs 1
