//! The parts of the stack: their start, their connections, and their stop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::cli::StartOptions;
use crate::console::Console;
use crate::control::{CONTROL, Control, SIGN_IN};
use crate::database::Database;
use crate::faults::Faults;
use crate::folder::Folder;
use crate::gateway::Gateway;
use crate::iam::Gate;
use crate::invocations::Ledger;
use crate::issuer::Issuer;
use crate::lambda::{Callers, Endpoints, Functions, Host, OWNER_KEY, Pool, default_processes};
use crate::net;
use crate::operator::Operator;
use crate::ports::Ports;
use crate::ready::Ready;
use crate::services::{Guards, Services};
use crate::socket::{self, Access, Sockets};
use crate::template::{FunctionSpec, Template};
use crate::xray::Xray;

/// How long functions may take to finish when the stack stops, and then how long their processes may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The state that several parts of the stack share.
struct Shared {
    console: Console,
    faults: Arc<Faults>,
    callers: Arc<Callers>,
    ledger: Arc<Ledger>,
    gate: Arc<Gate>,
    xray: Arc<Xray>,
    /// The names of the buckets.
    buckets: Vec<String>,
}

impl Shared {
    fn new(template: &Template, console: &Console) -> Self {
        let roles = template.functions.iter().map(|function| (function.id.clone(), function.role.clone()));
        let functions = template.functions.iter().map(|function| function.id.clone());
        let gate = Arc::new(Gate::new(roles, console.clone()));
        Self {
            console: console.clone(),
            faults: Arc::default(),
            xray: Arc::new(Xray::new(Arc::clone(&gate), console.clone())),
            gate,
            callers: Arc::new(Callers::new(&template.stack, functions.collect(), console.clone())),
            ledger: Arc::new(Ledger::new(console.clone())),
            buckets: template.buckets.iter().map(|bucket| bucket.name.clone()).collect(),
        }
    }

    fn guards(&self) -> Guards {
        Guards { callers: Arc::clone(&self.callers), gate: Arc::clone(&self.gate), faults: Arc::clone(&self.faults) }
    }
}

/// A running stack.
pub(crate) struct Stack {
    database: Database,
    functions: Arc<Functions>,
    sockets: Option<Arc<Sockets>>,
    services: Arc<Services>,
    sweeping: AbortHandle,
    faults: Arc<Faults>,
    pub(crate) ready: Ready,
    /// A token of the user ann, for the example that is printed.
    pub(crate) first_token: String,
}

impl Stack {
    /// Starts everything. The stack takes requests when this returns.
    ///
    /// # Errors
    /// A message that says what to do.
    pub(crate) async fn start(
        mut template: Template,
        folder: &Folder,
        ports: Ports,
        binaries: BTreeMap<String, PathBuf>,
        options: &StartOptions,
        console: &Console,
    ) -> Result<Self> {
        let shared = Shared::new(&template, console);
        let faults = || Arc::clone(&shared.faults);
        let database = Database::open(&folder.file("dynamodb.sqlite"), &template.tables).await?;
        let (callers, gate) = (|| Arc::clone(&shared.callers), || Arc::clone(&shared.gate));
        let dynamodb_url = database.serve(&template.region, callers(), gate(), faults()).await?;
        let services = Arc::new(Services::open(&mut template, folder, console)?);
        let sqs = services.serve_queues(shared.guards()).await?;
        let s3 = ports.s3.local_addr()?.to_string();
        services.serve_buckets(ports.s3, shared.guards());

        let (http, socket) = (ports.http.local_addr()?.to_string(), ports.socket.local_addr()?.to_string());
        let host = host(&template, &shared, dynamodb_url.clone(), options, [&http, &socket, &sqs, &s3]);
        let functions = pools(std::mem::take(&mut template.functions), &binaries, &host)?;
        try_join_all(functions.values().map(Pool::warm_up)).await?;
        tokio::spawn(end_idle_processes(Arc::clone(&functions)));
        let sweeping = services.start(&functions);

        let local_url = format!("http://{}", ports.local.local_addr()?);
        let issuer = Issuer::open(folder.path(), local_url.clone(), template.http.audiences[0].clone())?;
        let first_token = issuer.token_for("ann")?;

        let operator = Operator::open(folder, &template.region)?;
        let (operator_access_key_id, secret) = operator.key();
        let operator_secret_access_key = secret.to_owned();
        let (region, authorities) = (operator.region.clone(), (&issuer, operator));
        let gateway = Gateway::new(template.http, authorities, Arc::clone(&functions), faults(), console.clone())?;
        let http_url = format!("http://{http}{}", gateway.base_path());
        tokio::spawn(net::serve(ports.http, move |request, peer| Arc::clone(&gateway).handle(request, peer)));

        let access = Access { region: template.region, callers: callers(), gate: gate() };
        let sockets = template.socket.map(|api| Sockets::new(api, access, Arc::clone(&functions), faults()));
        let socket_url = sockets.as_ref().map(|sockets| format!("ws://{socket}/{}", sockets.stage()));
        if let Some(sockets) = sockets.clone() {
            tokio::spawn(net::serve(ports.socket, move |request, peer| {
                socket::handle(Arc::clone(&sockets), request, peer)
            }));
        }

        let Shared { ledger, gate, xray, faults, .. } = shared;
        let control = Arc::new(Control {
            issuer,
            faults: Arc::clone(&faults),
            ledger,
            gate,
            xray,
            sockets: sockets.clone(),
            services: Arc::clone(&services),
        });
        tokio::spawn(net::serve(ports.local, move |request, _| Arc::clone(&control).handle(request)));

        let ready = Ready {
            http_url,
            socket_url,
            sign_in_url: format!("{local_url}{SIGN_IN}"),
            control_url: format!("{local_url}{CONTROL}"),
            dynamodb_url,
            sqs_url: format!("http://{sqs}"),
            s3_url: format!("http://{s3}"),
            access_key_id: OWNER_KEY,
            secret_access_key: OWNER_KEY,
            region,
            operator_access_key_id,
            operator_secret_access_key,
            table_names: template.tables.into_iter().map(|table| table.name).collect(),
            bucket_names: services.buckets.names(),
        };
        Ok(Self { database, functions, sockets, services, sweeping, faults, ready, first_token })
    }

    /// Closes the sockets, lets the functions finish, and stops everything.
    pub(crate) async fn stop(self) {
        // No call is held while functions finish.
        self.faults.clear();
        self.services.stop();
        self.sweeping.abort();
        let finished = async {
            if let Some(sockets) = &self.sockets {
                sockets.connections.close_all().await;
            }
            self.until(Pool::is_quiet).await;
        };
        let _ = timeout(STOP_TIMEOUT, finished).await;
        for pool in self.functions.values() {
            pool.close();
        }
        let _ = timeout(STOP_TIMEOUT, self.until(|pool| pool.alive() == 0)).await;
        self.database.stop().await;
    }

    /// Polls until a condition holds for all functions. It is used at the stop only.
    async fn until(&self, holds: impl Fn(&Pool) -> bool) {
        while !self.functions.values().all(&holds) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn host(
    template: &Template,
    shared: &Shared,
    dynamodb: String,
    options: &StartOptions,
    [http, socket, sqs, s3]: [&str; 4],
) -> Arc<Host> {
    let region = template.region.clone();
    let local = |api: &str, address: &str| (format!("{api}.execute-api.{region}.amazonaws.com"), address.to_owned());
    let mut hosts = vec![local(&template.http.id, http)];
    hosts.extend(template.socket.as_ref().map(|api| local(&api.id, socket)));
    hosts.push((format!("sqs.{region}.amazonaws.com"), sqs.to_owned()));
    for name in &shared.buckets {
        hosts.push((format!("{name}.s3.{region}.amazonaws.com"), format!("{s3}/{name}")));
        hosts.push((format!("{name}.s3.amazonaws.com"), format!("{s3}/{name}")));
    }
    Arc::new(Host {
        console: shared.console.clone(),
        ledger: Arc::clone(&shared.ledger),
        callers: Arc::clone(&shared.callers),
        xray: Arc::clone(&shared.xray),
        endpoints: Endpoints { dynamodb, s3: format!("http://{s3}"), sqs: format!("http://{sqs}"), hosts },
        region,
        processes: options.processes.map_or_else(default_processes, usize::from),
        verbose: options.verbose,
    })
}

/// One pool per function.
fn pools(
    functions: Vec<FunctionSpec>,
    binaries: &BTreeMap<String, PathBuf>,
    host: &Arc<Host>,
) -> Result<Arc<Functions>> {
    let pool = |spec: FunctionSpec| {
        let binary = binaries.get(&spec.binary).with_context(|| format!("the binary {} was not built", spec.binary))?;
        Ok((spec.id.clone(), Pool::new(spec, binary.clone(), Arc::clone(host))))
    };
    Ok(Arc::new(functions.into_iter().map(pool).collect::<Result<Functions>>()?))
}

async fn end_idle_processes(functions: Arc<Functions>) {
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        for pool in functions.values() {
            pool.end_idle();
        }
    }
}
