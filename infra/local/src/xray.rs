//! The X-Ray daemon, as on Lambda: it receives documents over UDP and sends them on with the role of the function.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::UdpSocket;

use crate::console::Console;
use crate::iam::{Gate, Need};

/// How many documents are kept.
const KEPT: usize = 10_000;
/// The largest UDP datagram.
const LARGEST: usize = 65_507;

/// The documents that functions sent.
pub(crate) struct Xray {
    console: Console,
    gate: Arc<Gate>,
    documents: Mutex<VecDeque<Value>>,
}

impl Xray {
    pub(crate) fn new(gate: Arc<Gate>, console: Console) -> Self {
        Self { console, gate, documents: Mutex::default() }
    }

    /// All documents, oldest first.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.documents.lock().iter().cloned().collect()
    }

    /// Receives the documents of one process of a function.
    pub(crate) async fn listen(&self, socket: UdpSocket, function: &str) {
        let mut datagram = vec![0; LARGEST];
        while let Ok(length) = socket.recv(&mut datagram).await {
            match document(&datagram[..length]) {
                Ok(document) => self.put(function, document),
                Err(reason) => self.console.warn(format!("[{function}] X-Ray would drop a document: {reason:#}")),
            }
        }
    }

    fn put(&self, function: &str, document: Value) {
        // The gate prints a refusal. The daemon cannot report it to the function.
        let needs = BTreeSet::from([Need::new("xray:PutTraceSegments", "*")]);
        if self.gate.authorize(function, &needs).is_ok() {
            let mut documents = self.documents.lock();
            if documents.len() == KEPT {
                documents.pop_front();
            }
            documents.push_back(document);
        }
    }
}

/// The document of a datagram: it follows a header line, and has the members that X-Ray requires of a separate subsegment.
fn document(datagram: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(datagram)?;
    let (header, body) = text.split_once('\n').context("it has one line")?;
    let header: Value = serde_json::from_str(header)?;
    ensure!(header["format"] == "json" && header["version"] == 1, "its first line is {header}");
    let document: Value = serde_json::from_str(body)?;
    ensure!(document["type"] == "subsegment", "its type is {}", document["type"]);
    for name in ["trace_id", "parent_id", "id", "name"] {
        ensure!(document[name].is_string(), "it has no {name}");
    }
    for name in ["start_time", "end_time"] {
        ensure!(document[name].is_number(), "it has no {name}");
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_is_a_header_and_a_subsegment() {
        let body = r#"{"type":"subsegment","name":"n","id":"i","trace_id":"t","parent_id":"p","start_time":1.0,"end_time":2.0}"#;
        let told = |datagram: String| document(datagram.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(told(format!("{{\"format\": \"json\", \"version\": 1}}\n{body}")).unwrap()["trace_id"], "t");
        assert_eq!(told(body.to_owned()).unwrap_err(), "it has one line");
        assert!(told(format!("{{\"version\":1}}\n{body}")).unwrap_err().starts_with("its first line is"));
        let without = body.replace("trace_id", "trace");
        assert_eq!(
            told(format!("{{\"format\":\"json\",\"version\":1}}\n{without}")).unwrap_err(),
            "it has no trace_id"
        );
    }
}
