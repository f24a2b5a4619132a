//! The four ports of a stack.

use anyhow::{Result, ensure};
use tokio::net::TcpListener;

use crate::net;

pub(crate) struct Ports {
    pub(crate) http: TcpListener,
    pub(crate) socket: TcpListener,
    /// The sign-in and the control API.
    pub(crate) local: TcpListener,
    /// S3. A signed URL contains it, and outlives a restart of the stack.
    pub(crate) s3: TcpListener,
}

impl Ports {
    /// Binds port `first` and the three that follow it, or free ports for 0.
    ///
    /// # Errors
    /// A message if a port is taken.
    pub(crate) async fn bind(first: u16) -> Result<Self> {
        ensure!(first <= u16::MAX - 3, "port {first} is too high: the three ports that follow it are needed too");
        let port = |offset| if first == 0 { 0 } else { first + offset };
        Ok(Self {
            http: net::bind(port(0)).await?,
            socket: net::bind(port(1)).await?,
            local: net::bind(port(2)).await?,
            s3: net::bind(port(3)).await?,
        })
    }
}
