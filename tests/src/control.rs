//! The control API of the local stack, in types: faults to inject, invocations, connections and queues to look at.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A failure to inject, and when.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    #[serde(flatten)]
    target: Target,
    skip: u32,
    times: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "target", rename_all = "snake_case")]
enum Target {
    Dynamodb {
        #[serde(skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        fault: DatabaseFault,
    },
    Http {
        method: String,
        path: String,
        fault: &'static str,
    },
    Socket {
        connection_id: String,
        fault: SocketFault,
    },
    S3 {
        #[serde(skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        fault: ObjectFault,
    },
    Sqs {
        #[serde(skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        fault: QueueFault,
    },
}

/// What can go wrong between a function and its table.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseFault {
    /// The table refuses the call for lack of throughput.
    Throttle,
    /// Another transaction was at the same item.
    TransactionConflict,
    /// The table throttled one item of a transaction.
    TransactionThrottle,
    /// The table answers 500.
    InternalError,
    /// The call is executed, and the connection cut before its answer.
    AnswerLost,
    /// The function dies before the call is executed.
    KillBefore,
    /// The function dies after the call was executed, without seeing its answer.
    KillAfter,
    /// The call is executed this many milliseconds late.
    DelayMs(u32),
    /// The call is not executed before the test releases it.
    HoldBefore,
    /// The call is executed, and not answered before the test releases it.
    HoldAfter,
    /// Of a `BatchGetItem`, the items whose key begins so are read, and the others when the test releases it.
    TornAfter(&'static str),
}

/// What can go wrong between a function and somebody's socket.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SocketFault {
    /// Posting answers 410, although the socket is open.
    Gone,
    /// The function is not told when the socket closes.
    LostDisconnect,
    /// Posting takes this many milliseconds.
    DelayMs(u32),
    /// Posting answers 500.
    InternalError,
    /// Posting answers 429.
    LimitExceeded,
}

/// What can go wrong between a function and a queue that it sends to.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum QueueFault {
    /// The queue refuses the call for lack of throughput.
    Throttle,
    /// The queue answers 500.
    InternalError,
    /// The call is executed, and the connection cut before its answer.
    AnswerLost,
    /// The function dies before the call is executed.
    KillBefore,
    /// The function dies after the call was executed, without seeing its answer.
    KillAfter,
    /// The call is executed this many milliseconds late.
    DelayMs(u32),
}

/// What can go wrong between S3 and a function, or whoever uses a URL that one signed.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ObjectFault {
    /// S3 asks for fewer calls.
    Throttle,
    /// S3 answers 500.
    InternalError,
    /// The call is executed, and the connection cut before its answer.
    AnswerLost,
    /// The function dies before the call is executed.
    KillBefore,
    /// The function dies after the call was executed, without seeing its answer.
    KillAfter,
    /// The call is executed this many milliseconds late.
    DelayMs(u32),
    /// The call is not executed before the test releases it.
    HoldBefore,
    /// The call is executed, and not answered before the test releases it.
    HoldAfter,
}

impl Fault {
    fn new(target: Target) -> Self {
        Self { target, skip: 0, times: Some(1) }
    }

    /// A fault at the table.
    #[must_use]
    pub fn database(fault: DatabaseFault) -> Self {
        Self::new(Target::Dynamodb { function: None, operation: None, fault })
    }

    /// A fault at the queues.
    #[must_use]
    pub fn queue(fault: QueueFault) -> Self {
        Self::new(Target::Sqs { function: None, operation: None, fault })
    }

    /// A fault at the buckets. One that names a function does not touch those who use its signed URLs.
    #[must_use]
    pub fn object(fault: ObjectFault) -> Self {
        Self::new(Target::S3 { function: None, operation: None, fault })
    }

    /// A fault at one connection.
    #[must_use]
    pub fn socket(connection_id: &str, fault: SocketFault) -> Self {
        Self::new(Target::Socket { connection_id: connection_id.to_owned(), fault })
    }

    /// The gateway runs the function and then cuts the client's connection without an answer.
    #[must_use]
    pub fn answer_lost(method: &str, path: &str) -> Self {
        Self::new(Target::Http { method: method.to_owned(), path: path.to_owned(), fault: "answer_lost" })
    }

    /// Only calls of this function, by its logical id in the template.
    #[must_use]
    pub fn function(mut self, logical_id: &str) -> Self {
        if let Target::Dynamodb { function, .. } | Target::S3 { function, .. } | Target::Sqs { function, .. } =
            &mut self.target
        {
            *function = Some(logical_id.to_owned());
        }
        self
    }

    /// Only calls of this operation.
    #[must_use]
    pub fn operation(mut self, name: &str) -> Self {
        if let Target::Dynamodb { operation, .. } | Target::S3 { operation, .. } | Target::Sqs { operation, .. } =
            &mut self.target
        {
            *operation = Some(name.to_owned());
        }
        self
    }

    /// Lets so many matching calls through first.
    #[must_use]
    pub fn skip(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Fires so often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Fires until it is cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }
}

/// One run of a function.
#[derive(Clone, Debug, Deserialize)]
pub struct Invocation {
    /// The gateway's id of the request.
    pub request_id: String,
    /// The function's logical id in the template.
    pub function: String,
    /// The route that was invoked, the logical id of the queue or the bucket, or the name of the schedule.
    pub route_key: String,
    /// What the gateway answered, where there is an answer. For messages of a queue 200, or 500 if one of them failed.
    pub status: Option<u16>,
    /// Time until the answer, in milliseconds.
    pub duration_ms: f64,
    /// Whether a process was started for it.
    pub cold: bool,
    /// The longest chain of table calls before the answer in which each waited for the one before.
    pub sequential_calls: u32,
    /// Read capacity of the calls begun before the answer.
    pub rru: f64,
    /// Write capacity of the calls begun before the answer.
    pub wru: f64,
    /// Read capacity of the calls begun after the answer.
    pub rru_after: f64,
    /// Write capacity of the calls begun after the answer.
    pub wru_after: f64,
    /// Every call of the table.
    pub calls: Vec<DatabaseCall>,
    /// Every call of S3.
    pub object_calls: Vec<ObjectCall>,
}

impl Invocation {
    /// Whether the function removed something from the table, such as a connection that is gone.
    #[must_use]
    pub fn removed(&self) -> bool {
        self.calls.iter().any(|call| call.operation == "DeleteItem")
    }

    /// Whether the function failed or its process died.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.status.is_some_and(|status| status >= 500)
    }
}

/// One call of the table.
#[derive(Clone, Debug, Deserialize)]
pub struct DatabaseCall {
    /// Its DynamoDB operation.
    pub operation: String,
    /// When it began, in microseconds.
    pub start_us: u64,
    /// When it ended, in microseconds.
    pub end_us: u64,
    /// Its read capacity.
    pub rru: f64,
    /// Its write capacity.
    pub wru: f64,
    /// Whether it began after the answer.
    pub after_answer: bool,
    /// Whether it succeeded.
    pub ok: bool,
}

/// One call of S3.
#[derive(Clone, Debug, Deserialize)]
pub struct ObjectCall {
    /// Its S3 operation.
    pub operation: String,
    /// When it began, in microseconds.
    pub start_us: u64,
    /// When it ended, in microseconds.
    pub end_us: u64,
    pub status: u16,
}

/// An open socket, as the gateway sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Connection {
    /// The gateway's id of it.
    pub connection_id: String,
    /// What the client connected with.
    pub query: Value,
}

/// A queue, and how many messages are in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Queue {
    /// Its logical id in the template.
    pub queue: String,
    /// Its name, with which its URL ends.
    pub name: String,
    /// Messages for which the function is to be called next.
    pub waiting: usize,
    /// Messages that were sent with a delay, which is not over.
    pub delayed: usize,
    /// Messages on which the function works, or which it failed to handle and will get again.
    pub in_flight: usize,
    /// The bodies of the messages, if no function is called with them, as in a dead-letter queue.
    #[serde(default)]
    pub messages: Vec<String>,
}

/// What functions may do, and what they asked for since the stack started.
#[derive(Clone, Debug, Deserialize)]
pub struct Grants {
    granted: Vec<Grant>,
    refused: BTreeSet<Right>,
}

#[derive(Clone, Debug, Deserialize)]
struct Grant {
    #[serde(flatten)]
    right: Right,
    /// How many calls nothing else would have allowed.
    needed: u64,
}

/// The right of a function to an action on a resource. It is written out as `function: action on resource`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    function: String,
    action: String,
    resource: String,
}

impl Grants {
    /// What a function asked for in vain.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<String> {
        self.refused.iter().map(Right::to_string).collect()
    }

    /// What no call so far has needed.
    #[must_use]
    pub fn superfluous(&self) -> BTreeSet<String> {
        self.granted.iter().filter(|grant| grant.needed == 0).map(|grant| grant.right.to_string()).collect()
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} on {}", self.function, self.action, self.resource)
    }
}
