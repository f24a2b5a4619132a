//! The table of the stack: an engine, the template's tables in it, and the proxy in front.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use crate::dynamodb::{self, Client, Engine, Proxy};
use crate::faults::Faults;
use crate::iam::Gate;
use crate::lambda::Callers;
use crate::net;
use crate::template::Table;

/// Names another engine, which must not verify signatures.
const ENGINE_URL: &str = "AWS_ENDPOINT_URL_DYNAMODB";

pub(crate) struct Database {
    /// `None` if another engine is used.
    engine: Option<Engine>,
    client: Client,
}

impl Database {
    /// Opens or creates the database file, unless the environment names another engine, and creates the tables.
    ///
    /// # Errors
    /// A message if the engine cannot be used.
    pub(crate) async fn open(file: &Path, tables: &[Table]) -> Result<Self> {
        let (engine, url) = if let Ok(url) = std::env::var(ENGINE_URL) {
            (None, url)
        } else {
            let engine = Engine::start(file)?;
            let url = engine.endpoint.clone();
            (Some(engine), url)
        };
        let client = Client::new(&url)?;
        dynamodb::create_tables(&client, tables).await?;
        Ok(Self { engine, client })
    }

    /// Starts the proxy for the functions, and returns its URL.
    ///
    /// # Errors
    /// A message if no port is free.
    pub(crate) async fn serve(
        &self,
        region: &str,
        callers: Arc<Callers>,
        gate: Arc<Gate>,
        faults: Arc<Faults>,
    ) -> Result<String> {
        let listener = net::bind(0).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let proxy = Arc::new(Proxy { client: self.client.clone(), region: region.to_owned(), callers, gate, faults });
        tokio::spawn(net::serve(listener, move |request, _| Arc::clone(&proxy).handle(request)));
        Ok(url)
    }

    /// Stops the engine and closes its file.
    pub(crate) async fn stop(self) {
        if let Some(engine) = self.engine {
            let _ = tokio::task::spawn_blocking(move || engine.stop()).await;
        }
    }
}
