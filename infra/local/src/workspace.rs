//! Cargo: the workspace, and the binaries of the functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::process::Command;

/// The workspace of the current directory.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

/// The binaries of the functions.
pub(crate) struct Binaries {
    pub(crate) paths: BTreeMap<String, PathBuf>,
    /// The names of those that this build has compiled, because their code has changed.
    pub(crate) compiled: Vec<String>,
}

/// The cargo that started this process, or the one in the path.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The build scripts of some dependencies depend on these variables, which describe the package `local` here. Without them,
    // this build and one from a shell share their artifacts.
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
/// A message if the current directory is in no workspace.
pub(crate) async fn find() -> Result<Workspace> {
    let output = cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).output().await;
    let output = output.context("cargo cannot be run: install Rust, or start this program with cargo dev")?;
    if !output.status.success() {
        bail!("cargo does not find the workspace: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Workspace {
    /// Builds binaries with cargo. Cargo prints its progress to standard error.
    ///
    /// The command selects the same features and the same profile as `cargo build`, so it reuses what that or a test run has
    /// compiled.
    ///
    /// # Errors
    /// A message if the build fails.
    pub(crate) async fn build(&self, names: &BTreeSet<&str>, release: bool) -> Result<Binaries> {
        let mut command = cargo();
        command.current_dir(&self.workspace_root).args(["build", "--message-format=json-render-diagnostics"]);
        if release {
            command.arg("--release");
        }
        for name in names {
            command.args(["--bin", name]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let output = command.spawn()?.wait_with_output().await?;
        if !output.status.success() {
            bail!("the functions could not be built: see the messages of cargo above");
        }
        let mut binaries = Binaries { paths: BTreeMap::new(), compiled: Vec::new() };
        for line in output.stdout.split(|byte| *byte == b'\n') {
            let Ok(Artifact { target, fresh, executable: Some(path) }) = serde_json::from_slice(line) else { continue };
            if !fresh {
                binaries.compiled.push(target.name.clone());
            }
            binaries.paths.insert(target.name, path);
        }
        match names.iter().find(|name| !binaries.paths.contains_key(**name)) {
            Some(missing) => bail!("cargo built no binary {missing}"),
            None => Ok(binaries),
        }
    }

    /// Finds binaries that were built before.
    ///
    /// # Errors
    /// A message if one is missing.
    pub(crate) fn built_before(&self, names: &BTreeSet<&str>, release: bool) -> Result<Binaries> {
        let folder = self.target_directory.join(if release { "release" } else { "debug" });
        let mut paths = BTreeMap::new();
        for name in names {
            let path = folder.join(name);
            if !path.is_file() {
                bail!("the binary {} is missing: start once without --no-build", path.display());
            }
            paths.insert((*name).to_owned(), path);
        }
        Ok(Binaries { paths, compiled: Vec::new() })
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.workspace_root.join(relative)
    }
}

/// The message of cargo about a finished artifact.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    /// Whether cargo reused an earlier build.
    fresh: bool,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}
