//! The events of a WebSocket API.

use bytes::Bytes;
use data_encoding::BASE64;
use hyper::HeaderMap;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::connections::{Connection, Frame, epoch_ms};
use crate::gateway::clock_time;
use crate::template::SocketApi;

/// `CONNECT`, the only event with headers and a query.
pub(super) fn connect(api: &SocketApi, connection: &Connection, headers: &HeaderMap, id: &str) -> Bytes {
    let mut single = Map::new();
    let mut multiple: Map<String, Value> = Map::new();
    for (name, value) in headers {
        let name = title_case(name.as_str());
        let value = json!(String::from_utf8_lossy(value.as_bytes()));
        single.insert(name.clone(), value.clone());
        if let Value::Array(values) = multiple.entry(name).or_insert_with(|| json!([])) {
            values.push(value);
        }
    }
    let mut event = base(api, connection, "$connect", "CONNECT", id);
    event.insert("headers".to_owned(), Value::Object(single));
    event.insert("multiValueHeaders".to_owned(), Value::Object(multiple));
    if !connection.query.is_empty() {
        let multiple: Map<String, Value> =
            connection.query.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
        event.insert("queryStringParameters".to_owned(), json!(connection.query));
        event.insert("multiValueQueryStringParameters".to_owned(), Value::Object(multiple));
    }
    bytes(event)
}

/// `MESSAGE`.
pub(super) fn message(api: &SocketApi, connection: &Connection, route_key: &str, id: &str, frame: &Frame) -> Bytes {
    let mut event = base(api, connection, route_key, "MESSAGE", id);
    let (body, encoded) = match frame {
        Frame::Text(text) => (text.to_string(), false),
        Frame::Binary(bytes) => (BASE64.encode(bytes), true),
    };
    event.insert("body".to_owned(), json!(body));
    event.insert("isBase64Encoded".to_owned(), json!(encoded));
    if let Some(Value::Object(context)) = event.get_mut("requestContext") {
        context.insert("messageId".to_owned(), json!(id));
    }
    bytes(event)
}

/// `DISCONNECT`.
pub(super) fn disconnect(api: &SocketApi, connection: &Connection, id: &str, code: u16, reason: &str) -> Bytes {
    let mut event = base(api, connection, "$disconnect", "DISCONNECT", id);
    if let Some(Value::Object(context)) = event.get_mut("requestContext") {
        context.insert("disconnectStatusCode".to_owned(), json!(code));
        context.insert("disconnectReason".to_owned(), json!(reason));
    }
    bytes(event)
}

fn base(api: &SocketApi, connection: &Connection, route_key: &str, kind: &str, id: &str) -> Map<String, Value> {
    let now = OffsetDateTime::now_utc();
    let mut identity = json!({ "sourceIp": connection.source_ip });
    if let Some(agent) = &connection.user_agent {
        identity["userAgent"] = json!(agent);
    }
    let mut event = Map::new();
    event.insert(
        "requestContext".to_owned(),
        json!({
            "routeKey": route_key,
            "eventType": kind,
            "extendedRequestId": id,
            "requestTime": clock_time(now),
            "messageDirection": "IN",
            "stage": api.stage,
            "connectedAt": epoch_ms(connection.connected_at),
            "requestTimeEpoch": epoch_ms(now),
            "identity": identity,
            "requestId": id,
            "domainName": connection.host,
            "connectionId": connection.id(),
            "apiId": api.id,
        }),
    );
    event.insert("isBase64Encoded".to_owned(), json!(false));
    event
}

fn bytes(event: Map<String, Value>) -> Bytes {
    Bytes::from(Value::Object(event).to_string())
}

/// `sec-websocket-key` becomes `Sec-WebSocket-Key`.
fn title_case(name: &str) -> String {
    let part = |part: &str| match part {
        "websocket" => "WebSocket".to_owned(),
        part => part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect(),
    };
    name.split('-').map(part).collect::<Vec<String>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_are_written_as_clients_write_them() {
        assert_eq!(title_case("sec-websocket-key"), "Sec-WebSocket-Key");
        assert_eq!(title_case("host"), "Host");
    }
}
