//! Cargo: where the workspace is, and the functions' binaries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::process::Command;

/// The workspace of the directory that the command was started in.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    /// Its root.
    pub(crate) workspace_root: PathBuf,
    target_directory: PathBuf,
}

/// The cargo that started us, or the one in the path.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What it told us of our own package would make build scripts of others run again.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Asks cargo for the workspace.
///
/// # Errors
/// A sentence if the current directory is in no workspace.
pub(crate) async fn find() -> Result<Workspace> {
    let output = cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).output().await;
    let output =
        output.context("cargo cannot be run: install Rust from its web site, or run this through cargo dev")?;
    if !output.status.success() {
        bail!("cargo does not find the workspace: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Workspace {
    /// Builds binaries with cargo, which shows its progress, and says where they are.
    ///
    /// # Errors
    /// A sentence if the build fails.
    pub(crate) async fn build(&self, binaries: &BTreeSet<&str>, release: bool) -> Result<BTreeMap<String, PathBuf>> {
        let mut command = cargo();
        command.current_dir(&self.workspace_root).args(["build", "--message-format=json-render-diagnostics"]);
        if release {
            command.arg("--release");
        }
        for binary in binaries {
            command.args(["--bin", binary]);
        }
        // Its messages for people go where ours go; those for us are caught.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let output = command.spawn()?.wait_with_output().await?;
        if !output.status.success() {
            bail!("the functions could not be built: cargo's messages above say why");
        }
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let built: BTreeMap<String, PathBuf> = lines
            .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok())
            .filter_map(|artifact| Some((artifact.target.name, artifact.executable?)))
            .collect();
        let located = |binary: &&str| {
            let path = built.get(*binary).with_context(|| format!("cargo built no binary {binary}"))?;
            Ok(((*binary).to_owned(), path.clone()))
        };
        binaries.iter().map(located).collect()
    }

    /// Where binaries that were built before must be.
    ///
    /// # Errors
    /// A sentence if one is missing.
    pub(crate) fn built_before(&self, binaries: &BTreeSet<&str>, release: bool) -> Result<BTreeMap<String, PathBuf>> {
        let folder = self.target_directory.join(if release { "release" } else { "debug" });
        let located = |binary: &&str| {
            let path = folder.join(binary);
            if !path.is_file() {
                bail!("the binary {} is missing: leave --no-build away once to build it", path.display());
            }
            Ok(((*binary).to_owned(), path))
        };
        binaries.iter().map(located).collect()
    }

    /// A path inside the workspace.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.workspace_root.join(relative)
    }
}

/// The part of cargo's messages that says where a binary is.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}
