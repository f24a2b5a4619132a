//! The parts of the stack, put together and taken apart.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::cli::StartOptions;
use crate::console::Console;
use crate::control::{CONTROL, Control, SIGN_IN};
use crate::dynamodb::{self, Client, Engine, Proxy};
use crate::faults::Faults;
use crate::folder::Folder;
use crate::gateway::{Functions, Gateway};
use crate::iam::{Gate, OWNER_KEY};
use crate::invocations::Ledger;
use crate::issuer::Issuer;
use crate::lambda::{Callers, Endpoints, Host, Pool};
use crate::net;
use crate::socket::Sockets;
use crate::template::{FunctionSpec, Table, Template};
use crate::xray::Xray;

/// How long functions may take to finish when the stack stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the ready file says.
#[derive(Serialize)]
pub(crate) struct Ready {
    /// Base URL of the HTTP API.
    pub(crate) http_url: String,
    /// URL of the WebSocket API, without a ticket.
    pub(crate) socket_url: Option<String>,
    /// Where to `POST` a name for a token.
    pub(crate) sign_in_url: String,
    /// Base URL of the control API.
    pub(crate) control_url: String,
    /// The base URL of DynamoDB.
    pub(crate) dynamodb_url: String,
    /// The access key of whoever may do everything.
    pub(crate) access_key_id: &'static str,
    /// The tables of the template.
    pub(crate) table_names: Vec<String>,
}

/// The three ports that people use.
pub(crate) struct Ports {
    http: TcpListener,
    socket: TcpListener,
    local: TcpListener,
}

impl Ports {
    /// Binds them: a given port and the two that follow it, or free ones for 0.
    ///
    /// # Errors
    /// A sentence if one is taken.
    pub(crate) async fn bind(first: u16) -> Result<Self> {
        ensure!(first <= u16::MAX - 2, "the port {first} leaves no room for the two that follow it");
        let port = |offset| if first == 0 { 0 } else { first + offset };
        Ok(Self {
            http: net::bind(port(0)).await?,
            socket: net::bind(port(1)).await?,
            local: net::bind(port(2)).await?,
        })
    }
}

/// What the parts of the stack share.
struct Shared {
    console: Console,
    faults: Arc<Faults>,
    callers: Arc<Callers>,
    ledger: Arc<Ledger>,
    gate: Arc<Gate>,
    xray: Arc<Xray>,
}

impl Shared {
    fn new(template: &Template, console: &Console) -> Self {
        let roles = template.functions.iter().map(|function| (function.id.clone(), function.role.clone()));
        let callers = Arc::default();
        let gate = Arc::new(Gate::new(roles, Arc::clone(&callers), console.clone()));
        Self {
            console: console.clone(),
            faults: Arc::default(),
            xray: Arc::new(Xray::new(Arc::clone(&gate), console.clone())),
            gate,
            callers,
            ledger: Arc::new(Ledger::new(console.clone())),
        }
    }
}

/// DynamoDB, the template's tables in it, and the proxy in front.
struct Database {
    engine: Option<Engine>,
    url: String,
}

impl Database {
    async fn start(folder: &Folder, tables: &[Table], region: &str, shared: &Shared) -> Result<Self> {
        let (engine, engine_url) = if let Ok(url) = std::env::var("AWS_ENDPOINT_URL_DYNAMODB") {
            (None, url)
        } else {
            let engine = Engine::start(&folder.file("dynamodb.sqlite"))?;
            let url = engine.endpoint.clone();
            (Some(engine), url)
        };
        let client = Client::new(&engine_url)?;
        dynamodb::create_tables(&client, tables).await?;
        let listener = net::bind(0).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let proxy = Arc::new(Proxy {
            client,
            region: region.to_owned(),
            gate: Arc::clone(&shared.gate),
            faults: Arc::clone(&shared.faults),
        });
        tokio::spawn(net::serve(listener, move |request, _| Arc::clone(&proxy).handle(request)));
        Ok(Self { engine, url })
    }
}

/// The stack while it runs.
pub(crate) struct Stack {
    engine: Option<Engine>,
    functions: Arc<Functions>,
    sockets: Option<Arc<Sockets>>,
    faults: Arc<Faults>,
    /// What to tell the world.
    pub(crate) ready: Ready,
    /// A token of ann, to try things with.
    pub(crate) first_token: String,
}

impl Stack {
    /// Starts everything; it answers when this returns.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub(crate) async fn start(
        mut template: Template,
        folder: &Folder,
        ports: Ports,
        binaries: BTreeMap<String, PathBuf>,
        options: &StartOptions,
        console: &Console,
    ) -> Result<Self> {
        console.say("Starting DynamoDB, the gateway and the functions …");
        let shared = Shared::new(&template, console);
        let database = Database::start(folder, &template.tables, &template.region, &shared).await?;

        let (http, socket) = (ports.http.local_addr()?.to_string(), ports.socket.local_addr()?.to_string());
        let functions =
            pools(&mut template, &binaries, &shared, database.url.clone(), options.verbose, [&http, &socket])?;
        for pool in functions.values() {
            pool.warm_up().await?;
        }
        tokio::spawn(end_idle_processes(Arc::clone(&functions)));

        let local_url = format!("http://{}", ports.local.local_addr()?);
        let issuer = Issuer::open(folder.path(), local_url.clone(), template.http.audiences[0].clone())?;
        let first_token = issuer.token_for("ann")?;

        let faults = || Arc::clone(&shared.faults);
        let gateway = Gateway::new(template.http, &issuer, Arc::clone(&functions), faults(), console.clone())?;
        let http_url = format!("http://{http}{}", gateway.base_path());
        tokio::spawn(net::serve(ports.http, move |request, peer| Arc::clone(&gateway).handle(request, peer)));

        let sockets = template
            .socket
            .map(|api| Sockets::new(api, template.region, Arc::clone(&functions), Arc::clone(&shared.gate), faults()));
        let socket_url = sockets.as_ref().map(|sockets| format!("ws://{socket}/{}", sockets.stage()));
        if let Some(sockets) = sockets.clone() {
            tokio::spawn(net::serve(ports.socket, move |request, peer| Arc::clone(&sockets).handle(request, peer)));
        }

        let Shared { ledger, gate, xray, faults, .. } = shared;
        let control =
            Arc::new(Control { issuer, faults: Arc::clone(&faults), ledger, gate, xray, sockets: sockets.clone() });
        tokio::spawn(net::serve(ports.local, move |request, _| Arc::clone(&control).handle(request)));

        let ready = Ready {
            http_url,
            socket_url,
            sign_in_url: format!("{local_url}{SIGN_IN}"),
            control_url: format!("{local_url}{CONTROL}"),
            dynamodb_url: database.url,
            access_key_id: OWNER_KEY,
            table_names: template.tables.into_iter().map(|table| table.name).collect(),
        };
        Ok(Self { engine: database.engine, functions, sockets, faults, ready, first_token })
    }

    /// Closes the sockets, lets the functions finish, and ends everything.
    pub(crate) async fn stop(self) {
        // No call is held while functions finish.
        self.faults.clear();
        let farewell = async {
            if let Some(sockets) = &self.sockets {
                sockets.connections.close_all().await;
            }
            self.until(|pool| pool.is_quiet()).await;
        };
        let _ = timeout(FAREWELL, farewell).await;
        for pool in self.functions.values() {
            pool.close();
        }
        let _ = timeout(FAREWELL, self.until(|pool| pool.alive() == 0)).await;
        if let Some(engine) = self.engine {
            let _ = tokio::task::spawn_blocking(move || engine.stop()).await;
        }
    }

    /// Looks again and again, since this happens once and takes moments.
    async fn until(&self, holds: impl Fn(&Arc<Pool>) -> bool) {
        while !self.functions.values().all(&holds) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// One pool per function; the functions leave the template.
fn pools(
    template: &mut Template,
    binaries: &BTreeMap<String, PathBuf>,
    shared: &Shared,
    dynamodb: String,
    verbose: bool,
    [http, socket]: [&str; 2],
) -> Result<Arc<Functions>> {
    let region = template.region.clone();
    let host = |api: &str, local: &str| (format!("{api}.execute-api.{region}.amazonaws.com"), local.to_owned());
    let mut hosts = vec![host(&template.http.id, http)];
    hosts.extend(template.socket.as_ref().map(|api| host(&api.id, socket)));
    let host = Arc::new(Host {
        console: shared.console.clone(),
        ledger: Arc::clone(&shared.ledger),
        callers: Arc::clone(&shared.callers),
        xray: Arc::clone(&shared.xray),
        endpoints: Endpoints { dynamodb, hosts },
        region,
        verbose,
    });
    let pool = |spec: FunctionSpec| {
        let binary = binaries.get(&spec.binary).with_context(|| format!("the binary {} was not built", spec.binary))?;
        Ok((spec.id.clone(), Pool::new(spec, binary.clone(), Arc::clone(&host))))
    };
    Ok(Arc::new(std::mem::take(&mut template.functions).into_iter().map(pool).collect::<Result<Functions>>()?))
}

async fn end_idle_processes(functions: Arc<Functions>) {
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        for pool in functions.values() {
            pool.end_idle();
        }
    }
}
