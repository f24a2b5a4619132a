//! The real binaries: built once, before the first stack starts.
//!
//! `cargo test` builds only the package under test, so the harness asks cargo for the rest. Under nextest every test is a
//! process of its own; the run's id, written into a locked file, tells the later ones that the work is done.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::sources::root;

/// The profile that the local stack is built with, whatever the functions are: it is the one of `cargo dev`.
const STACK: &str = "stack";

/// The functions' packages; each builds one binary of the same name.
pub(crate) const FUNCTIONS: [&str; 13] = [
    "user",
    "thread",
    "member",
    "message",
    "search",
    "settings",
    "connection",
    "report",
    "snapshots",
    "erasure",
    "media",
    "image",
    "sweep",
];

/// Set to anything to use the binaries as they are.
const SKIP: &str = "BACKCHANNEL_NO_BUILD";

/// How the binaries are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Fast to compile: what the suites use.
    Debug,
    /// What is deployed: what the benchmark measures.
    Release,
}

static DEBUG: OnceLock<PathBuf> = OnceLock::new();
static RELEASE: OnceLock<PathBuf> = OnceLock::new();

/// The folder with the finished binaries of `profile`, which are built if that was not done yet.
#[must_use]
pub fn folder(profile: Profile) -> &'static Path {
    match profile {
        Profile::Debug => DEBUG.get_or_init(|| build(profile)),
        Profile::Release => RELEASE.get_or_init(|| build(profile)),
    }
}

/// A folder with finished binaries of any profile: what this process uses already, so that a benchmark builds no second set.
pub(crate) fn any_folder() -> &'static Path {
    RELEASE.get().map_or_else(|| folder(Profile::Debug), PathBuf::as_path)
}

/// The local stack, built with the functions of `profile`.
pub(crate) fn local(profile: Profile) -> PathBuf {
    folder(profile).with_file_name(STACK).join("local")
}

/// The size in bytes of each function's binary.
#[must_use]
pub fn sizes(profile: Profile) -> BTreeMap<&'static str, u64> {
    let folder = folder(profile);
    FUNCTIONS
        .iter()
        .map(|name| {
            let path = folder.join(name);
            let size = path.metadata().unwrap_or_else(|e| panic!("{}: {e}", path.display())).len();
            (*name, size)
        })
        .collect()
}

fn build(profile: Profile) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let (name, flags): (_, &[&str]) = match profile {
        Profile::Debug => ("debug", &[]),
        Profile::Release => ("release", &["--release"]),
    };
    if std::env::var_os(SKIP).is_none() {
        once_per_run(&target, name, || {
            // Two commands, because together the functions would be compiled with the features that `local` asks for.
            cargo(&FUNCTIONS, flags);
            cargo(&["local"], &["--profile", STACK]);
        });
    }
    target.join(name)
}

fn cargo(packages: &[&str], flags: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "--quiet"]).args(flags);
    // What cargo told us of our own package would make build scripts of others run again.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    for package in packages {
        command.args(["--package", package]);
    }
    let status = command.status().expect("cargo can be started");
    assert!(status.success(), "cargo could not build {packages:?}");
}

/// Runs `work` unless another process of the same nextest run has done so; without nextest, always.
fn once_per_run(target: &Path, name: &str, work: impl FnOnce()) {
    let Ok(run) = std::env::var("NEXTEST_RUN_ID") else { return work() };
    let stamp = target.join(format!("tests-built-{name}"));
    let mut file = open(&stamp);
    file.lock().expect("the stamp can be locked");
    let mut last = String::new();
    file.read_to_string(&mut last).expect("the stamp can be read");
    if last != run {
        work();
        file.set_len(0).expect("the stamp can be emptied");
        file.seek(SeekFrom::Start(0)).expect("the stamp can be rewound");
        file.write_all(run.as_bytes()).expect("the stamp can be written");
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
