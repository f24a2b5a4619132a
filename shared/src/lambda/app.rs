//! What a function is made of, built once at its cold start.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::time::Instant;

use crate::api::{NoSockets, WithSockets};
use crate::clock::Clock;
use crate::delivery::{Sockets, WorkQueue};
use crate::domain::rate::Rates;
use crate::objects::{Bucket, LazyConnector};
use crate::store::{Store, Table};
use crate::trace::{self, Trace, Tracer};

/// The roots that AWS services' certificates lead to (Amazon Trust Services: Amazon Root CA 1–4, Starfield Services G2).
/// Reading them from here instead of the machine's whole store saves some 2 ms of every cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Where the table is, if not where the region says.
const TABLE_ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";
/// Where the sockets are: the WebSocket API's stage.
const SOCKET_ENDPOINT: &str = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";

/// Where queues are, if not where the region says.
const QUEUE_ENDPOINT: &str = "AWS_ENDPOINT_URL_SQS";

/// Where objects are, if not where the region says.
const OBJECT_ENDPOINT: &str = "AWS_ENDPOINT_URL_S3";

/// How often a user can do what is limited.
const RATE_LIMITS: &str = "RATE_LIMITS";

/// How long one attempt to queue a message may take. SQS responds within some tens of milliseconds.
const QUEUE_ATTEMPT: Duration = Duration::from_secs(1);
/// How long one call to the table may take before it is tried again. `DynamoDB` responds within some milliseconds.
const TABLE_ATTEMPT: Duration = Duration::from_secs(2);
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);

/// Something is missing in the function's environment.
#[derive(Debug)]
pub struct ConfigError(String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// What all invocations of a function share. `S` is its capability: [`NoSockets`], or [`Sockets`] to deliver to.
#[derive(Debug)]
pub struct App<S = NoSockets> {
    table: aws_sdk_dynamodb::Client,
    table_name: Arc<str>,
    /// One client for all of AWS: its roots are parsed once.
    http: SharedHttpClient,
    sockets: S,
    /// The queue for what is left to do behind responses, if the function has one.
    queue: Option<(aws_sdk_sqs::Client, Arc<str>)>,
    /// The bucket for images and videos, if the function has it.
    bucket: Option<(Arc<LazyConnector>, Arc<str>)>,
    /// How often a user can do what is limited.
    pub(super) rates: Arc<Rates>,
    pub(super) clock: Clock,
    /// The name of the function, for the log.
    pub(super) function: String,
    pub(super) tracer: Tracer,
}

/// The open sockets as a capability of a function.
#[derive(Debug)]
pub struct OpenSockets(aws_sdk_apigatewaymanagement::Client);

/// A capability of a function.
pub trait Capability: Send + Sync + 'static {
    /// What its routes may need.
    type Has: 'static;

    /// The sockets of one invocation, if the function has any.
    fn sockets(&self, trace: &Arc<Trace>) -> Option<Sockets>;
}

impl Capability for NoSockets {
    type Has = NoSockets;

    fn sockets(&self, _trace: &Arc<Trace>) -> Option<Sockets> {
        None
    }
}

impl Capability for OpenSockets {
    type Has = WithSockets;

    fn sockets(&self, trace: &Arc<Trace>) -> Option<Sockets> {
        Some(Sockets::new(self.0.clone(), Arc::clone(trace)))
    }
}

/// A variable of the environment.
///
/// # Errors
/// If it is not set, by its name.
pub fn variable(name: &str) -> Result<String, ConfigError> {
    env::var(name).map_err(|_| ConfigError(format!("the environment variable {name} is not set")))
}

impl App {
    /// A function that reads and writes the table.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        let http = http_client()?;
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(variable("AWS_REGION")?))
            .credentials_provider(credentials()?)
            .http_client(http.clone())
            .sleep_impl(TokioSleep::new())
            // Bodies are short and every call has a timeout, so nobody has to watch how fast they flow.
            .stalled_stream_protection(aws_sdk_dynamodb::config::StalledStreamProtectionConfig::disabled())
            // The table retries by itself, with the deadline of the invocation in view.
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(TABLE_ATTEMPT).build(),
            );
        config.set_endpoint_url(env::var(TABLE_ENDPOINT).ok());
        Ok(Self {
            table: aws_sdk_dynamodb::Client::from_conf(config.build()),
            table_name: variable("TABLE_NAME")?.into(),
            http,
            sockets: NoSockets,
            queue: None,
            bucket: None,
            rates: Arc::new(rates()?),
            clock: Clock::SYSTEM,
            function: variable("AWS_LAMBDA_FUNCTION_NAME")?,
            tracer: Tracer::to(env::var(trace::DAEMON).ok().as_deref()),
        })
    }

    /// The same, with the open sockets.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn with_sockets(self) -> Result<App<OpenSockets>, ConfigError> {
        let endpoint = variable(SOCKET_ENDPOINT)?;
        let config = aws_sdk_apigatewaymanagement::Config::builder()
            .behavior_version(aws_sdk_apigatewaymanagement::config::BehaviorVersion::latest())
            .region(aws_sdk_apigatewaymanagement::config::Region::new(variable("AWS_REGION")?))
            .credentials_provider(credentials()?)
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .stalled_stream_protection(aws_sdk_apigatewaymanagement::config::StalledStreamProtectionConfig::disabled())
            // One more try, soon: a push is a hint, and its time is bounded.
            .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build())
            .endpoint_url(endpoint)
            .build();
        let sockets = OpenSockets(aws_sdk_apigatewaymanagement::Client::from_conf(config));
        let Self { table, table_name, http, queue, bucket, rates, clock, function, tracer, .. } = self;
        Ok(App { table, table_name, http, sockets, queue, bucket, rates, clock, function, tracer })
    }
}

impl<S> App<S> {
    /// The same, with the queue whose URL the environment has under this name.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn with_queue(self, url: &str) -> Result<Self, ConfigError> {
        let mut config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(aws_sdk_sqs::config::Region::new(variable("AWS_REGION")?))
            .credentials_provider(credentials()?)
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .stalled_stream_protection(aws_sdk_sqs::config::StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(QUEUE_ATTEMPT).build(),
            );
        config.set_endpoint_url(env::var(QUEUE_ENDPOINT).ok());
        let queue = Some((aws_sdk_sqs::Client::from_conf(config.build()), variable(url)?.into()));
        Ok(Self { queue, ..self })
    }

    /// The same, with the bucket whose URL the environment has under this name.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn with_bucket(self, url: &str) -> Result<Self, ConfigError> {
        let tls = trusted()?;
        let connect = move || Connector::builder().tls_provider(TLS).tls_context(tls).build();
        let connector = LazyConnector::new(Box::new(connect));
        Ok(Self { bucket: Some((Arc::new(connector), variable(url)?.into())), ..self })
    }

    /// The bucket for one invocation, if the function has it. Its calls give up at `give_up_at`.
    pub(super) fn bucket(&self, trace: &Arc<Trace>, give_up_at: Instant) -> Option<Bucket> {
        let (connector, url) = self.bucket.as_ref()?;
        let keys = (credentials().ok()?, variable("AWS_REGION").ok()?);
        Some(Bucket::new(Arc::clone(connector), Arc::clone(url), keys, Arc::clone(trace), give_up_at))
    }

    /// The queue for one invocation, if the function has one.
    pub(super) fn work_queue(&self, trace: &Arc<Trace>) -> Option<WorkQueue> {
        let (client, url) = self.queue.as_ref()?;
        Some(WorkQueue::new(client.clone(), Arc::clone(url), Arc::clone(trace)))
    }

    /// The table for one invocation, whose calls give up at `give_up_at`.
    pub(super) fn store(&self, trace: &Arc<Trace>, give_up_at: Instant) -> Store {
        Store::new(Table::new(self.table.clone(), Arc::clone(&self.table_name), Arc::clone(trace), give_up_at))
    }
}

impl<S: Capability> App<S> {
    /// The sockets for one invocation, if the function has any.
    pub(super) fn sockets(&self, trace: &Arc<Trace>) -> Option<Sockets> {
        self.sockets.sockets(trace)
    }
}

/// The rates of the deployment, which the template makes of its parameters.
fn rates() -> Result<Rates, ConfigError> {
    Rates::parse(&variable(RATE_LIMITS)?).map_err(|error| ConfigError(format!("{RATE_LIMITS}: {error}")))
}

/// The function's own role, as Lambda hands it to the process.
fn credentials() -> Result<Credentials, ConfigError> {
    let (id, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(id, secret, env::var("AWS_SESSION_TOKEN").ok(), None, "Lambda"))
}

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// A client that trusts Amazon's roots.
fn http_client() -> Result<SharedHttpClient, ConfigError> {
    Ok(aws_smithy_http_client::Builder::new().tls_provider(TLS).tls_context(trusted()?).build_https())
}

/// Amazon's roots; the machine's as well where someone names other servers or other roots.
fn trusted() -> Result<TlsContext, ConfigError> {
    let endpoints = [TABLE_ENDPOINT, SOCKET_ENDPOINT, QUEUE_ENDPOINT, OBJECT_ENDPOINT]
        .into_iter()
        .filter_map(|name| env::var(name).ok());
    let elsewhere = endpoints.into_iter().any(|url| url.starts_with("https://") && !url.contains(".amazonaws.com"));
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let roots = roots.with_native_roots(elsewhere || env::var_os("SSL_CERT_FILE").is_some());
    let tls = TlsContext::builder().with_trust_store(roots).build();
    tls.map_err(|error| ConfigError(format!("TLS cannot be set up: {error}")))
}
