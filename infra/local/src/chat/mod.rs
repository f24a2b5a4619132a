//! `cargo dev chat`: a terminal client. It uses the public API only.

mod actions;
mod api;
mod cache;
mod commands;
mod conversations;
mod describe;
mod failure;
mod frames;
mod groups;
mod media;
mod messages;
mod session;
mod socket;
mod sync;
mod users;
mod view;

use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::cli::ChatOptions;
use crate::console::Console;
use crate::ready::{DEFAULT_FOLDER, READY_FILE};
use crate::workspace;

use api::Api;
use session::Session;

/// Chats until the input ends or the user types `/quit`.
///
/// # Errors
/// A message if no stack is running, or if the sign-in fails.
pub(crate) async fn run(options: ChatOptions, console: Console) -> Result<()> {
    let ready_file = match options.stack {
        Some(file) => file,
        None => workspace::find().await?.path(DEFAULT_FOLDER).join(READY_FILE),
    };
    let api = Arc::new(Api::find(&ready_file, &options.name)?);
    let me = api.sign_in().await.map_err(|failure| anyhow!(failure.text()))?;
    let mut session = Session::enter(Arc::clone(&api), me, &options.name, console).await?;

    let (sender, mut events) = mpsc::unbounded_channel();
    let listening = tokio::spawn(socket::listen(api, sender));
    let mut lines = input();
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => if session.execute(&line).await.is_break() { break },
                None => break,
            },
            Some(event) = events.recv() => session.handle(event).await,
        }
    }
    // Dropping the receiver makes the listener close the socket with a close frame.
    drop(events);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), listening).await;
    Ok(())
}

/// The lines of standard input. A thread reads them, because reading a terminal blocks.
fn input() -> UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
