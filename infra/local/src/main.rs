#![doc = include_str!("../README.md")]

mod assembly;
mod background;
mod chat;
mod cli;
mod clock;
mod console;
mod control;
mod database;
mod dynamodb;
mod faults;
mod folder;
mod gateway;
mod iam;
mod invocations;
mod issuer;
mod lambda;
mod net;
mod operator;
mod ports;
mod progress;
mod ready;
mod s3;
mod schedules;
mod services;
mod socket;
mod sqs;
mod stack;
mod template;
mod workspace;
mod xray;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use console::Console;

fn main() -> ExitCode {
    let cli = Cli::parse_from(cli::arguments(std::env::args_os()));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (console, writer) = Console::start();
    let ended = runtime.block_on(async {
        match cli.command {
            Some(Command::Chat(options)) => chat::run(options, console.clone()).await,
            None => stack::run(cli.start, console.clone()).await,
        }
    });
    let code = match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.warn(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    };
    console.end();
    let _ = writer.join();
    // Tasks that still wait must not keep the process alive.
    runtime.shutdown_background();
    code
}
