//! Who is told of new objects: by an event of a function, or by the configuration of a bucket.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use super::reader::{Reader, events, items, only};
use crate::iam::one_or_many;

/// The only events that exist here, by the beginning of their names.
const CREATED: &str = "s3:ObjectCreated:";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notification {
    /// Such as `s3:ObjectCreated:*`.
    pub(crate) events: Vec<String>,
    pub(crate) prefix: String,
    pub(crate) suffix: String,
    pub(crate) listener: Listener,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Listener {
    /// The function with this logical id.
    Function(String),
    /// The queue with this logical id.
    Queue(String),
}

impl Notification {
    /// Whether it is about an event, such as `ObjectCreated:Put`, of the object with this key.
    pub(crate) fn wants(&self, event: &str, key: &str) -> bool {
        let is_meant = |wanted: &String| {
            let wanted = wanted.trim_start_matches("s3:");
            wanted == event || wanted.strip_suffix('*').is_some_and(|beginning| event.starts_with(beginning))
        };
        self.events.iter().any(is_meant) && key.starts_with(&self.prefix) && key.ends_with(&self.suffix)
    }
}

/// What the functions' events say, by the names of the buckets.
pub(super) fn of_functions(reader: &Reader<'_>) -> Result<BTreeMap<String, Vec<Notification>>> {
    let mut found: BTreeMap<String, Vec<Notification>> = BTreeMap::new();
    for event in events(reader).filter(|event| event.kind == "S3") {
        let about = || event.to_string();
        let properties = reader.scope.evaluate(event.properties).with_context(about)?;
        only(properties.as_object().into_iter().flat_map(Map::keys), &["Bucket", "Events", "Filter"])
            .with_context(about)?;
        let bucket = properties["Bucket"].as_str().with_context(|| format!("{event} has no Bucket"))?;
        let listener = Listener::Function(event.function.to_owned());
        let notification = notification(&properties, "Events", listener).with_context(about)?;
        found.entry(bucket.to_owned()).or_default().push(notification);
    }
    Ok(found)
}

/// What a bucket's own configuration says.
pub(super) fn of_bucket(reader: &Reader<'_>, configuration: &Value) -> Result<Vec<Notification>> {
    let keys = configuration.as_object().into_iter().flat_map(Map::keys);
    only(keys, &["LambdaConfigurations", "QueueConfigurations"])?;
    let find = |kind: &str, arn: &Value| {
        let named = |id: &str| reader.scope.attributes.get(&format!("{id}.Arn")).is_some_and(|known| arn == known);
        reader.of_kind(kind).find(|resource| named(resource.id)).map(|resource| resource.id.to_owned())
    };
    let mut found = Vec::new();
    for one in items(configuration, "LambdaConfigurations") {
        only(one.as_object().into_iter().flat_map(Map::keys), &["Event", "Filter", "Function"])?;
        let function = find("AWS::Serverless::Function", &one["Function"]);
        let function = function.context("Function is not the ARN of a function of this template")?;
        found.push(notification(one, "Event", Listener::Function(function))?);
    }
    for one in items(configuration, "QueueConfigurations") {
        only(one.as_object().into_iter().flat_map(Map::keys), &["Event", "Filter", "Queue"])?;
        let queue = find("AWS::SQS::Queue", &one["Queue"]);
        let queue = queue.context("Queue is not the ARN of a queue of this template")?;
        found.push(notification(one, "Event", Listener::Queue(queue))?);
    }
    Ok(found)
}

fn notification(from: &Value, member: &str, listener: Listener) -> Result<Notification> {
    let events = one_or_many(from.get(member).with_context(|| format!("it has no {member}"))?);
    let events: Vec<String> = events.iter().filter_map(|event| event.as_str().map(str::to_owned)).collect();
    ensure!(
        events.iter().all(|event| event.starts_with(CREATED)),
        "the local stack supports events of the kind {CREATED} only"
    );
    let mut notification = Notification { events, prefix: String::new(), suffix: String::new(), listener };
    let rules = from.pointer("/Filter/S3Key").unwrap_or(&Value::Null);
    for rule in items(rules, "Rules") {
        let value = rule["Value"].as_str().context("a rule of the filter has no Value")?.to_owned();
        match rule["Name"].as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("prefix") => notification.prefix = value,
            Some("suffix") => notification.suffix = value,
            _ => bail!("a rule of the filter must be named prefix or suffix"),
        }
    }
    Ok(notification)
}
