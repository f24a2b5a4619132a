//! One run of the stack, from the command line to the signal that ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use crate::assembly::{Ports, Stack};
use crate::cli::StartOptions;
use crate::console::Console;
use crate::folder::{self, Folder};
use crate::template::{self, Template};
use crate::welcome;
use crate::workspace::{self, Workspace};

/// The data folder of `cargo dev` without arguments.
pub(crate) const DEFAULT_FOLDER: &str = ".backchannel";
/// The ready file in a data folder.
pub(crate) const READY_FILE: &str = "ready.json";

/// Starts the stack and runs it until a signal ends it.
///
/// # Errors
/// A sentence that says what to do.
pub(crate) async fn run(options: StartOptions, console: Console) -> Result<()> {
    let workspace = workspace::find().await?;
    let folder = Folder::open(&options.data.clone().unwrap_or_else(|| workspace.path(DEFAULT_FOLDER)))?;
    let ready_file = options.ready_file.clone().unwrap_or_else(|| folder.file(READY_FILE));
    // Whoever waits for the file must not find that of an earlier run.
    let _ = std::fs::remove_file(&ready_file);
    let ports = Ports::bind(options.port).await?;
    let template_file = options.template.clone().unwrap_or_else(|| workspace.path("infra/template.yaml"));
    let template = template::read(&template_file, &options.parameters, &folder.stack_name()?)?;

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let start = async {
        let binaries = binaries(&workspace, &template, &options, &console).await?;
        Stack::start(template, &folder, ports, binaries, &options, &console).await
    };
    let stack = tokio::select! {
        stack = start => stack?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    folder::write_whole(&ready_file, &serde_json::to_vec(&stack.ready)?)?;
    welcome::print(&console, &stack.ready, &stack.first_token, options.data.is_none());

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    console.say("Stopping …");
    let _ = std::fs::remove_file(&ready_file);
    stack.stop().await;
    Ok(())
}

async fn binaries(
    workspace: &Workspace,
    template: &Template,
    options: &StartOptions,
    console: &Console,
) -> Result<BTreeMap<String, PathBuf>> {
    let wanted: BTreeSet<&str> = template.functions.iter().map(|function| function.binary.as_str()).collect();
    if options.no_build {
        return workspace.built_before(&wanted, options.release);
    }
    console.say(format!("Building {} functions …", wanted.len()));
    workspace.build(&wanted, options.release).await
}
