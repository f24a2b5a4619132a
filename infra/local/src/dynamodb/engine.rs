//! The embedded engine: DynamoDB on a file. It works synchronously and therefore runs on a thread of its own.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use dynoxide::Database;
use dynoxide::server::serve_on;
use tokio::sync::oneshot;

/// How often expired items are deleted. On AWS this takes up to days, so readers must check the expiry themselves.
const SWEEP_PAUSE: Duration = Duration::from_mins(1);

pub(crate) struct Engine {
    /// The base URL.
    pub(crate) endpoint: String,
    stop: oneshot::Sender<()>,
    stop_sweeping: mpsc::Sender<()>,
    threads: [JoinHandle<()>; 2],
}

impl Engine {
    /// Opens or creates the database file and serves it on a free loopback port.
    ///
    /// # Errors
    /// A message that names the file if it cannot be opened.
    pub(crate) fn start(file: &Path) -> Result<Self> {
        let path = file.to_str().with_context(|| format!("the path {} is not valid UTF-8", file.display()))?;
        let database = Database::new(path).map_err(|error| {
            anyhow!("the database {path} cannot be opened ({error}): choose another folder with --data")
        })?;
        commit_without_waiting_for_the_disk(&database)?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let sweeper = start_sweeping(database.clone());
        let serving = thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                // A request runs to its end on this thread, so a stop between two requests loses nothing.
                tokio::select! {
                    () = serve_on(listener, database) => {}
                    _ = stopped => {}
                }
            });
        })?;
        let (stop_sweeping, sweeping) = sweeper?;
        Ok(Self { endpoint, stop, stop_sweeping, threads: [serving, sweeping] })
    }

    /// Stops serving and closes the database file.
    pub(crate) fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.stop_sweeping.send(());
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// The engine asks its `SQLite` to wait for the disk at each commit (`synchronous = FULL`), several times a message. Leaving its bulk mode is
/// the way it offers to `NORMAL`, where only a power cut can take back the last writes, and the death of the process takes back none.
fn commit_without_waiting_for_the_disk(database: &Database) -> Result<()> {
    database
        .enable_bulk_loading()
        .and_then(|()| database.disable_bulk_loading())
        .map_err(|error| anyhow!("the database cannot be set up: {error}"))
}

fn start_sweeping(database: Database) -> Result<(mpsc::Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = mpsc::channel();
    let sweeping = thread::Builder::new().name("expiry".to_owned()).spawn(move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(SWEEP_PAUSE) {
            // An item that could not be deleted is deleted by a later sweep.
            let _ = database.sweep_ttl();
        }
    })?;
    Ok((stop, sweeping))
}
