//! `cargo dev chat`: a client for people that uses nothing but the public API.

mod actions;
mod api;
mod commands;
mod conversations;
mod failure;
mod groups;
mod known;
mod live;
mod people;
mod session;
mod signals;
mod view;
mod words;

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

/// Chats until the input ends or somebody types `/quit`.
///
/// # Errors
/// A sentence if there is no stack to talk to, or no way in.
pub(crate) async fn run(options: ChatOptions, console: Console) -> Result<()> {
    let ready_file = match options.stack {
        Some(file) => file,
        None => workspace::find().await?.path(DEFAULT_FOLDER).join(READY_FILE),
    };
    let api = Arc::new(Api::find(&ready_file, &options.name)?);
    let me = api.sign_in().await.map_err(|failure| anyhow!(failure.text()))?;
    let mut session = Session::enter(Arc::clone(&api), me, &options.name, console).await?;

    let (sender, mut news) = mpsc::unbounded_channel();
    let listening = tokio::spawn(live::listen(api, sender));
    let mut lines = input();
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => if session.obey(&line).await.is_break() { break },
                None => break,
            },
            Some(news) = news.recv() => session.hear(news).await,
        }
    }
    // The socket is closed properly, which takes a moment at most.
    drop(news);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), listening).await;
    Ok(())
}

/// The lines of standard input; a thread reads them because reading a terminal blocks.
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
