//! The Node.js function: the newest SDK, bundled as one would deploy it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Bundles it into `target/`, and gives the script.
pub(crate) fn build(root: &Path) -> PathBuf {
    let sources = root.join("tests/benches/start_up/node");
    let script = root.join("target/start-up-node/function.cjs");
    let npm = |arguments: &[&str]| {
        let status = Command::new("npm").current_dir(&sources).args(arguments).status().expect("npm can be run");
        assert!(status.success(), "npm {arguments:?} failed");
    };
    npm(&["ci", "--silent", "--no-audit", "--no-fund"]);
    let outfile = format!("--outfile={}", script.display());
    npm(&[
        "exec",
        "--silent",
        "--",
        "esbuild",
        "function.mjs",
        "--bundle",
        "--minify",
        "--platform=node",
        "--log-level=error",
        &outfile,
    ]);
    script
}
