//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Runs the whole service on this machine: the template's functions as real processes, an HTTP API, a WebSocket API,
/// DynamoDB and a sign-in. Press Ctrl-C to stop it.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) start: StartOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Chat as any user on the running stack, from the terminal.
    Chat(ChatOptions),
}

#[derive(Args, Debug)]
pub(crate) struct StartOptions {
    /// Port of the HTTP API. The sockets, the local services and S3 use the next three. 0 picks free ports.
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,
    /// Folder for the data that is kept between runs [default: .backchannel in the workspace].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// File for the URLs as JSON. It is written once the stack takes requests [default: ready.json in the data folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Value of a template parameter.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Build and run the functions in the release profile, as they are deployed.
    #[arg(long)]
    pub(crate) release: bool,
    /// Run the functions as they were built before.
    #[arg(long)]
    pub(crate) no_build: bool,
    /// The template [default: infra/template.yaml in the workspace].
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// Processes of a function that run at once, before one more starts only when they are stuck [default: two for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) processes: Option<u8>,
    /// Print all log lines of the functions, not only warnings and errors.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ChatOptions {
    /// Your username: letters, digits, `_` and `.`.
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: String,
    /// The ready file of the stack [default: that of `cargo dev` in the workspace].
    #[arg(long, value_name = "FILE")]
    pub(crate) stack: Option<PathBuf>,
}

/// Removes a leading `--`. The alias `cargo dev` ends with one already, so `cargo dev -- --port 0` has two.
pub(crate) fn arguments(all: impl Iterator<Item = OsString>) -> Vec<OsString> {
    all.enumerate().filter(|(index, argument)| *index != 1 || argument != "--").map(|(_, argument)| argument).collect()
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_commands_parse() {
        let cli = Cli::try_parse_from(["dev", "--port", "0", "--parameter", "A=b=c"]).unwrap();
        assert_eq!(cli.start.parameters, [("A".to_owned(), "b=c".to_owned())]);
        let doubled = ["dev", "--", "chat", "--as", "ann"].map(OsString::from);
        let cli = Cli::try_parse_from(arguments(doubled.into_iter())).unwrap();
        assert!(matches!(cli.command, Some(Command::Chat(options)) if options.name == "ann"));
    }
}
