//! One run of the stack, from the command line to the signal that ends it.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use crate::assembly::Stack;
use crate::cli::StartOptions;
use crate::console::Console;
use crate::folder::{self, Folder};
use crate::ports::Ports;
use crate::progress;
use crate::ready::{DEFAULT_FOLDER, READY_FILE};
use crate::template::{self, Template};
use crate::workspace::{self, Binaries, Workspace};

/// Starts the stack and runs it until a signal ends it.
///
/// # Errors
/// A message that says what to do.
pub(crate) async fn run(options: StartOptions, console: Console) -> Result<()> {
    let started = Instant::now();
    let workspace = workspace::find().await?;
    let folder = Folder::open(&options.data.clone().unwrap_or_else(|| workspace.path(DEFAULT_FOLDER)))?;
    let ready_file = options.ready_file.clone().unwrap_or_else(|| folder.file(READY_FILE));
    // A program that waits for the ready file must not find the one of an earlier run.
    let _ = std::fs::remove_file(&ready_file);
    let ports = Ports::bind(options.port).await?;
    let template_file = options.template.clone().unwrap_or_else(|| workspace.path("infra/template.yaml"));
    let template = template::read(&template_file, &options.parameters, &folder.stack_name()?)?;

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let start = async {
        let binaries = binaries(&workspace, &template, &options, &console).await?;
        console.say("Starting DynamoDB, the gateway and the functions …");
        Stack::start(template, &folder, ports, binaries.paths, &options, &console).await
    };
    let stack = tokio::select! {
        stack = start => stack?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    folder::write_whole(&ready_file, &serde_json::to_vec(&stack.ready)?)?;
    progress::ready(&console, started.elapsed());
    progress::welcome(&console, &stack.ready, &stack.first_token, options.data.is_none());

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
) -> Result<Binaries> {
    let names: BTreeSet<&str> = template.functions.iter().map(|function| function.binary.as_str()).collect();
    if options.no_build {
        return workspace.built_before(&names, options.release);
    }
    progress::building(console, names.len());
    let began = Instant::now();
    let binaries = workspace.build(&names, options.release).await?;
    progress::built(console, &binaries, began.elapsed());
    Ok(binaries)
}
