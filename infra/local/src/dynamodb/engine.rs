//! The embedded engine: DynamoDB on a file, on a thread of its own because it works synchronously.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use dynoxide::Database;
use dynoxide::server::serve_on;
use tokio::sync::oneshot;

/// How often expired items are deleted. AWS takes days; readers must not rely on either.
const SWEEP_PAUSE: Duration = Duration::from_mins(1);

/// The engine while it runs.
pub(crate) struct Engine {
    /// Where it listens.
    pub(crate) endpoint: String,
    stop: oneshot::Sender<()>,
    stop_sweeping: mpsc::Sender<()>,
    threads: [JoinHandle<()>; 2],
}

impl Engine {
    /// Opens or creates the database file and serves it on a free loopback port.
    ///
    /// # Errors
    /// A sentence that names the file if it cannot be opened.
    pub(crate) fn start(file: &Path) -> Result<Self> {
        let path = file.to_str().with_context(|| format!("the path {} is not valid UTF-8", file.display()))?;
        let database = Database::new(path).map_err(|error| {
            anyhow!("the database {path} cannot be opened ({error}): choose another folder with --data")
        })?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let sweeper = sweep_now_and_then(database.clone());
        let serving = thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                // Requests run to their end on this thread, so stopping between two of them loses nothing.
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

fn sweep_now_and_then(database: Database) -> Result<(mpsc::Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = mpsc::channel();
    let sweeping = thread::Builder::new().name("expiry".to_owned()).spawn(move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(SWEEP_PAUSE) {
            // What could not be deleted now is deleted by a later sweep.
            let _ = database.sweep_ttl();
        }
    })?;
    Ok((stop, sweeping))
}
