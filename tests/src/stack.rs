//! A running stack as a test uses it.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::binaries::Profile;
use crate::call::Call;
use crate::control::{Connection, Fault, Grants, Invocation, Queue};
use crate::meter::Usage;
use crate::operator::Operator;
use crate::server::{Ready, Server};
use crate::socket::Socket;
use crate::user::{User, unique};
use crate::wait;

/// Longer than the gateway lets a function take.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);

/// Rates that no test reaches: buckets are read and written as ever, and refuse nothing.
pub const HIGH_RATES: [&str; 12] = [
    "--parameter",
    "MessagesPerSecond=100000",
    "--parameter",
    "MessageBurst=100000",
    "--parameter",
    "ContactsPerHour=1000000",
    "--parameter",
    "SearchesPerMinute=1000000",
    "--parameter",
    "UploadsPerHour=1000000",
    "--parameter",
    "ReportsPerHour=1000000",
];

/// Comes behind [`HIGH_RATES`], and takes the rate of messages away: whatever a function does behind a response is then about the message, and
/// so is a fault.
const UNCOUNTED_MESSAGES: [&str; 2] = ["--parameter", "MessagesPerSecond=0"];

/// A running local stack. The last handle that goes stops it, and fails the test if a function failed, something panicked
/// or a process stayed behind without the test having said so.
pub struct Stack {
    server: Arc<Server>,
    // A client belongs to the runtime of its test, therefore each handle has its own.
    client: Client,
    own: bool,
}

impl Stack {
    /// A stack that no other test uses: for faults, kills and counting.
    #[must_use]
    pub fn own() -> Self {
        Self::with(Profile::Debug, &quiet_rates())
    }

    /// A stack that no other test uses, with more arguments on its command line.
    #[must_use]
    pub fn with(profile: Profile, arguments: &[&str]) -> Self {
        Self { server: Arc::new(Server::start(profile, arguments)), client: client(), own: true }
    }

    /// The stack that all tests of this process share as long as one of them runs: start one's own users in it and nothing
    /// is in the way.
    #[must_use]
    pub fn shared() -> Self {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let server = shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Server::start(Profile::Debug, &quiet_rates()));
            *shared = Arc::downgrade(&server);
            server
        });
        Self { server, client: client(), own: false }
    }

    /// Announces that this test makes functions fail, and why.
    pub fn excuse(&self, reason: &'static str) {
        assert!(self.own, "other tests use this stack too: take Stack::own()");
        self.server.excuse(reason);
    }

    /// Announces that this stack grants less than functions ask for.
    pub fn expect_refusals(&self) {
        assert!(self.own, "other tests use this stack too: take Stack::own()");
        self.server.expect_refusals();
    }

    /// Kills the stack as a power cut would.
    pub fn kill(&self) {
        assert!(self.own, "other tests use this stack too: take Stack::own()");
        self.server.kill();
    }

    /// Starts it again on the same data, on new ports: users have to come [`back`](Self::back).
    pub fn restart(&self) {
        self.server.launch();
    }

    /// Everything the stack and its functions printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// What the stack and its functions have used so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.server.usage()
    }

    /// Where the table is, in words: times mean little without.
    #[must_use]
    pub fn storage(&self) -> String {
        self.server.storage()
    }

    /// The address of the HTTP API.
    #[must_use]
    pub fn http_url(&self) -> String {
        self.server.ready().http_url
    }

    /// The address of the socket API, without a ticket.
    #[must_use]
    pub fn socket_url(&self) -> String {
        self.server.ready().socket_url.expect("the template has a WebSocket API")
    }

    /// The address of the database. Whoever signs with [`access_key`](Self::access_key) is past the ledger and the faults: for
    /// seeding what no client can make.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.server.ready().dynamodb_url
    }

    /// The address of SQS, with the same key and as far past the faults.
    #[must_use]
    pub fn queues_url(&self) -> String {
        self.server.ready().sqs_url
    }

    /// The access key of whoever may do everything, with any secret.
    #[must_use]
    pub fn access_key(&self) -> String {
        self.server.ready().access_key_id
    }

    /// The address of S3.
    #[must_use]
    pub fn s3_url(&self) -> String {
        self.server.ready().s3_url
    }

    /// The access key of whoever may do everything, and the secret that S3 knows of it.
    #[must_use]
    pub fn owner_keys(&self) -> (String, String) {
        let ready = self.server.ready();
        (ready.access_key_id, ready.secret_access_key)
    }

    /// The name of the first bucket of the template.
    #[must_use]
    pub fn bucket_name(&self) -> String {
        self.server.ready().bucket_names.first().expect("the template has a bucket").clone()
    }

    /// Who operates the stack: the holder of the key that IAM knows.
    #[must_use]
    pub fn operator(&self) -> Operator {
        let Ready { http_url, region, operator_access_key_id, operator_secret_access_key, .. } = self.server.ready();
        Operator::new(self.client.clone(), http_url, (operator_access_key_id, operator_secret_access_key), region)
    }

    /// The name of the table.
    #[must_use]
    pub fn table_name(&self) -> String {
        self.server.ready().table_names.first().expect("the template has a table").clone()
    }

    /// Signs in under exactly this name, without registering.
    pub async fn sign_in(&self, name: &str) -> User {
        let ready = self.server.ready();
        let call = Call::new(self.client.clone(), Method::POST, ready.sign_in_url).json(&json!({"username": name}));
        let answer = call.await;
        assert!(answer.status < 300, "sign-in was answered {}", answer.text());
        User::new(self.client.clone(), ready.http_url, name, &answer.json)
    }

    /// A new registered user whose name begins so.
    pub async fn user(&self, name: &str) -> User {
        let user = self.sign_in(&unique(name)).await;
        user.register().await;
        user
    }

    /// The same user after a restart.
    pub async fn back(&self, user: &User) -> User {
        let again = self.sign_in(&user.name).await;
        assert_eq!(again.id, user.id, "a name keeps its user id");
        again
    }

    /// Injects a fault and gives its id.
    pub async fn inject(&self, fault: Fault) -> Value {
        let body = serde_json::to_value(fault).expect("a fault is JSON");
        let answer = self.control(Method::POST, "/faults").json(&body).await;
        assert_eq!(answer.status, 201, "{body} was answered {}", answer.text());
        answer.json["id"].clone()
    }

    /// Injects a fault that holds calls of the table, until they are released.
    pub async fn hold(&self, fault: Fault) -> Held<'_> {
        Held { stack: self, fault: self.inject(fault).await }
    }

    /// How often a fault fired.
    pub async fn fired(&self, id: &Value) -> u64 {
        self.fault(id, 0).await
    }

    /// Waits until a fault has fired so often.
    pub async fn await_fault(&self, id: &Value, times: u64) {
        let fired = self.fault(id, times).await;
        assert!(fired >= times, "waited in vain for fault {id} to fire {times} times: it fired {fired} times");
    }

    /// How often a fault fired, as soon as that is `times`, or in the end.
    async fn fault(&self, id: &Value, times: u64) -> u64 {
        let answer = self.control(Method::GET, &format!("/faults/{id}?fired={times}")).await;
        answer.expect(200)["fired"].as_u64().expect("a fault says how often it fired")
    }

    /// Ends all faults.
    pub async fn clear_faults(&self) {
        let answer = self.control(Method::DELETE, "/faults").await;
        assert!(answer.status < 300, "clearing faults was answered {}", answer.text());
    }

    /// What functions ran so far.
    pub async fn invocations(&self) -> Vec<Invocation> {
        let answer = self.control(Method::GET, "/invocations").await;
        serde_json::from_value(answer.json).expect("invocations have the members of the brief")
    }

    /// Waits until the function that gave this answer has finished everything it does after answering.
    pub async fn finished(&self, answer: &Answer) -> Invocation {
        self.finished_request(answer.request_id()).await
    }

    /// The same by the gateway's id of the request.
    pub async fn finished_request(&self, request_id: &str) -> Invocation {
        let answer = self.control(Method::GET, &format!("/invocations/{request_id}")).await;
        assert_eq!(answer.status, 200, "waited in vain for the invocation of {request_id} to end: {}", answer.text());
        serde_json::from_value(answer.json).expect("invocations have the members of the brief")
    }

    /// Waits until this route of the socket was run so often on this stack.
    pub async fn socket_route_ran(&self, route_key: &str, times: usize) {
        self.ran(route_key, times).await;
    }

    /// Waits until the function of a queue was called so often with messages.
    pub async fn delivered(&self, queue: &str, times: usize) {
        self.ran(queue, times).await;
    }

    async fn ran(&self, route_key: &str, times: usize) {
        let answer = self.control(Method::GET, &format!("/invocations?route_key={route_key}&at_least={times}")).await;
        let ran = answer.json.as_array().map_or(0, Vec::len);
        assert!(ran >= times, "waited in vain for {route_key} to run {times} times: it ran {ran} times");
    }

    /// All queues.
    pub async fn queues(&self) -> Vec<Queue> {
        let answer = self.control(Method::GET, "/queues").await;
        serde_json::from_value(answer.json).expect("queues have the members of the brief")
    }

    /// A queue, by its logical id in the template.
    pub async fn queue(&self, id: &str) -> Queue {
        self.queue_at(&format!("/queues/{id}")).await
    }

    /// Waits until no message of a queue is left: each was handled, or went to the dead-letter queue.
    pub async fn drained(&self, id: &str) {
        let queue = self.queue_at(&format!("/queues/{id}?drained=true")).await;
        let left = queue.waiting + queue.delayed + queue.in_flight;
        assert_eq!(left, 0, "waited in vain for {id} to be empty: {queue:?}");
    }

    async fn queue_at(&self, path: &str) -> Queue {
        let answer = self.control(Method::GET, path).await;
        serde_json::from_value(answer.expect(200).clone()).expect("a queue has the members of the brief")
    }

    /// Ends the waiting of all messages of a queue that are delayed, or that failed and would come again later.
    pub async fn show(&self, id: &str) {
        let answer = self.control(Method::POST, &format!("/queues/{id}/visible")).await;
        assert_eq!(answer.status, 204, "showing the messages of {id} was answered {}", answer.text());
    }

    /// Does the work of a queue now, without waiting for the delay of its messages nor for their next attempt.
    pub async fn worked_off(&self, id: &str) {
        let done = async || {
            // What the function works on at the moment cannot be shown, and comes back later where it fails.
            self.show(id).await;
            let queue = self.queue(id).await;
            (queue.waiting + queue.delayed + queue.in_flight == 0).then_some(())
        };
        wait::within_async(Duration::from_secs(20), "the queue to be empty", done).await;
    }

    /// The open sockets as the gateway sees them.
    pub async fn connections(&self) -> Vec<Connection> {
        let answer = self.control(Method::GET, "/connections").await;
        serde_json::from_value(answer.json).expect("connections have the members of the brief")
    }

    /// The gateway's id of a socket.
    pub async fn connection_id(&self, socket: &Socket) -> String {
        let connections = self.connections().await;
        let found = connections.iter().find(|connection| connection.query["ticket"] == socket.ticket());
        found.unwrap_or_else(|| panic!("the gateway does not know the socket: {connections:?}")).connection_id.clone()
    }

    /// What functions may do and asked for, by the logical ids of the template.
    pub async fn grants(&self) -> Grants {
        let answer = self.control(Method::GET, "/grants").await;
        serde_json::from_value(answer.json).expect("grants have the members of the brief")
    }

    /// What functions sent to X-Ray so far.
    pub async fn traces(&self) -> Vec<Value> {
        let answer = self.control(Method::GET, "/traces").await;
        serde_json::from_value(answer.json).expect("traces are a list")
    }

    /// The line that a function logged of this request, once it is there.
    pub async fn log_line(&self, request_id: &str) -> Value {
        let of_request = |line: &str| {
            let (_, json) = line.split_once("] ")?;
            let line: Value = serde_json::from_str(json).ok()?;
            (line["request_id"] == request_id).then_some(line)
        };
        wait::until_async("a line in the log", async || self.log().lines().find_map(of_request)).await
    }

    pub(crate) fn control(&self, method: Method, path: &str) -> Call {
        Call::new(self.client.clone(), method, format!("{}{path}", self.server.ready().control_url))
    }
}

/// The rates of stacks that measure nothing.
fn quiet_rates() -> Vec<&'static str> {
    [HIGH_RATES.as_slice(), &UNCOUNTED_MESSAGES].concat()
}

fn client() -> Client {
    // A redirect is an answer as well.
    let redirects = reqwest::redirect::Policy::none();
    Client::builder().redirect(redirects).timeout(ANSWER_WITHIN).build().expect("a client can be built")
}

/// A fault that holds calls of the table. What it holds is let go when the test says so, or when the stack stops.
#[must_use = "a call that is never released is ended by its function's timeout"]
pub struct Held<'a> {
    stack: &'a Stack,
    fault: Value,
}

impl Held<'_> {
    /// Waits until a call is held.
    pub async fn reached(&self) {
        self.stack.await_fault(&self.fault, 1).await;
    }

    /// Lets go of what is held, and holds nothing any more.
    pub async fn release(self) {
        let answer = self.stack.control(Method::DELETE, &format!("/faults/{}", self.fault)).await;
        assert_eq!(answer.status, 204, "releasing was answered {}", answer.text());
    }
}
