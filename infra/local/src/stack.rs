//! Putting the stack together, running it, and taking it down.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::cli::StartOptions;
use crate::console::Console;
use crate::control::{CONTROL, Control, SIGN_IN};
use crate::dynamodb::{self, Client, Engine, Proxy};
use crate::faults::Faults;
use crate::folder::{self, Folder};
use crate::gateway::{Functions, Gateway};
use crate::grants::Grants;
use crate::invocations::Ledger;
use crate::issuer::Issuer;
use crate::lambda::{Callers, Endpoints, Host, Pool};
use crate::socket::Sockets;
use crate::template::{self, Template};
use crate::workspace::{self, Workspace};
use crate::{net, welcome};

/// The data folder of `cargo dev` without arguments.
pub(crate) const DEFAULT_FOLDER: &str = ".backchannel";
/// The ready file in a data folder.
pub(crate) const READY_FILE: &str = "ready.json";
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
    /// The engine itself, without the proxy.
    pub(crate) dynamodb_url: String,
    /// The tables of the template.
    pub(crate) table_names: Vec<String>,
}

/// Starts the stack and runs it until a signal ends it.
///
/// # Errors
/// A sentence that says what to do.
pub(crate) async fn run(options: StartOptions, console: Console) -> Result<()> {
    let workspace = workspace::find().await?;
    let folder = Folder::open(&options.data.clone().unwrap_or_else(|| workspace.path(DEFAULT_FOLDER)))?;
    let ready_file = options.ready_file.clone().unwrap_or_else(|| folder.file(READY_FILE));
    // Whoever waits for the file must not find that of an earlier run.
    let _ = std::fs::remove_file(&ready_file);
    let ports = Ports::bind(options.port).await?;
    let template_file = options.template.clone().unwrap_or_else(|| workspace.path("infra/template.yaml"));
    let template = template::read(&template_file, &options.parameters, &folder.stack_name()?)?;
    let binaries = binaries(&workspace, &template, &options, &console).await?;

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stack = tokio::select! {
        stack = Stack::start(template, &folder, ports, binaries, &options, &console) => stack?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    folder::write_whole(&ready_file, &serde_json::to_vec(&stack.ready)?)?;
    welcome::print(&console, &stack.ready, &stack.first_token, options.data.is_none());

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    console.say("Stopping …");
    let _ = std::fs::remove_file(&ready_file);
    stack.stop().await;
    Ok(())
}

/// The three ports that people use.
struct Ports {
    http: TcpListener,
    socket: TcpListener,
    local: TcpListener,
}

impl Ports {
    async fn bind(first: u16) -> Result<Self> {
        ensure!(first <= u16::MAX - 2, "the port {first} leaves no room for the two that follow it");
        let port = |offset| if first == 0 { 0 } else { first + offset };
        Ok(Self {
            http: net::bind(port(0)).await?,
            socket: net::bind(port(1)).await?,
            local: net::bind(port(2)).await?,
        })
    }
}

async fn binaries(
    workspace: &Workspace,
    template: &Template,
    options: &StartOptions,
    console: &Console,
) -> Result<BTreeMap<String, PathBuf>> {
    let wanted: BTreeSet<&str> = template.functions.iter().map(|function| function.binary.as_str()).collect();
    if options.no_build {
        return workspace.built_before(&wanted, options.release);
    }
    console.say(format!("Building {} functions …", wanted.len()));
    workspace.build(&wanted, options.release).await
}

/// The stack while it runs.
struct Stack {
    engine: Option<Engine>,
    functions: Arc<Functions>,
    sockets: Option<Arc<Sockets>>,
    ready: Ready,
    first_token: String,
}

impl Stack {
    async fn start(
        template: Template,
        folder: &Folder,
        ports: Ports,
        binaries: BTreeMap<String, PathBuf>,
        options: &StartOptions,
        console: &Console,
    ) -> Result<Self> {
        console.say("Starting DynamoDB, the gateway and the functions …");
        let local_url = format!("http://{}", ports.local.local_addr()?);
        let http_address = ports.http.local_addr()?.to_string();
        let socket_address = ports.socket.local_addr()?.to_string();
        let (faults, callers) = (Arc::new(Faults::default()), Arc::new(Callers::default()));
        let ledger = Arc::new(Ledger::new(console.clone()));
        let granted = template.functions.iter().map(|function| (function.id.clone(), function.granted.clone()));
        let grants = Arc::new(Grants::new(granted, console.clone()));

        let (engine, dynamodb_url) = if let Ok(url) = std::env::var("AWS_ENDPOINT_URL_DYNAMODB") {
            (None, url)
        } else {
            let engine = Engine::start(&folder.file("dynamodb.sqlite"))?;
            let url = engine.endpoint.clone();
            (Some(engine), url)
        };
        let client = Client::new(&dynamodb_url)?;
        dynamodb::create_tables(&client, &template.tables).await?;
        let proxy_listener = net::bind(0).await?;
        let proxy_url = format!("http://{}", proxy_listener.local_addr()?);
        let proxy = Arc::new(Proxy {
            client,
            callers: Arc::clone(&callers),
            grants: Arc::clone(&grants),
            faults: Arc::clone(&faults),
        });
        tokio::spawn(net::serve(proxy_listener, move |request, _| Arc::clone(&proxy).handle(request)));

        let host =
            |api: &str, local: &str| (format!("{api}.execute-api.{}.amazonaws.com", template.region), local.to_owned());
        let mut hosts = vec![host(&template.http.id, &http_address)];
        hosts.extend(template.socket.as_ref().map(|socket| host(&socket.id, &socket_address)));
        let host = Arc::new(Host {
            console: console.clone(),
            ledger: Arc::clone(&ledger),
            callers: Arc::clone(&callers),
            endpoints: Endpoints { dynamodb: proxy_url, hosts },
            region: template.region.clone(),
            verbose: options.verbose,
        });
        let mut functions: Functions = HashMap::new();
        for spec in template.functions {
            let binary = binaries.get(&spec.binary).context("a binary was not built")?.clone();
            functions.insert(spec.id.clone(), Pool::new(spec, binary, Arc::clone(&host)));
        }
        let functions = Arc::new(functions);

        let issuer = Issuer::open(folder.path(), local_url.clone(), template.http.audiences[0].clone())?;
        let first_token = issuer.sign_in(br#"{"username":"ann"}"#).map_err(anyhow::Error::msg)?;
        let first_token = first_token["token"].as_str().unwrap_or_default().to_owned();
        let gateway =
            Gateway::new(template.http, &issuer, Arc::clone(&functions), Arc::clone(&faults), console.clone())?;
        let http_url = format!("http://{http_address}{}", gateway.base_path());
        tokio::spawn(net::serve(ports.http, move |request, peer| Arc::clone(&gateway).handle(request, peer)));

        let sockets = template
            .socket
            .map(|api| Sockets::new(api, Arc::clone(&functions), callers, Arc::clone(&grants), Arc::clone(&faults)));
        let socket_url = sockets.as_ref().map(|sockets| format!("ws://{socket_address}/{}", sockets.stage()));
        if let Some(sockets) = sockets.clone() {
            tokio::spawn(net::serve(ports.socket, move |request, peer| Arc::clone(&sockets).handle(request, peer)));
        }
        let control = Arc::new(Control { issuer, faults, ledger, grants, sockets: sockets.clone() });
        tokio::spawn(net::serve(ports.local, move |request, _| Arc::clone(&control).handle(request)));

        for pool in functions.values() {
            pool.warm_up().await?;
        }
        tokio::spawn(end_idle_processes(Arc::clone(&functions)));
        let ready = Ready {
            http_url,
            socket_url,
            sign_in_url: format!("{local_url}{SIGN_IN}"),
            control_url: format!("{local_url}{CONTROL}"),
            dynamodb_url,
            table_names: template.tables.into_iter().map(|table| table.name).collect(),
        };
        Ok(Self { engine, functions, sockets, ready, first_token })
    }

    /// Closes the sockets, lets the functions finish, and ends everything.
    async fn stop(self) {
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

async fn end_idle_processes(functions: Arc<Functions>) {
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        for pool in functions.values() {
            pool.end_idle();
        }
    }
}
