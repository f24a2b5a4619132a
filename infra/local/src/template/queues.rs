//! The SQS queues, and the functions that are called with their messages.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use super::intrinsics::Scope;
use super::reader::{Event, Reader, Resource, events, only};
use crate::iam::{ACCOUNT, arn};

/// SQS's default.
const DEFAULT_VISIBILITY_S: u64 = 30;
/// Lambda's default, and its most without a batching window.
const MOST_IN_BATCH: usize = 10;
/// With so many batches at once Lambda begins, if the template sets no limit.
const DEFAULT_AT_ONCE: usize = 5;

/// The properties of a queue that are read, and those that make no difference here.
const PROPERTIES: [&str; 12] = [
    "DelaySeconds",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "QueueName",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "Tags",
    "VisibilityTimeout",
];
/// The properties of an event that are read.
const OF_EVENTS: [&str; 4] = ["BatchSize", "FunctionResponseTypes", "Queue", "ScalingConfig"];

#[derive(Clone, Debug)]
pub(crate) struct QueueSpec {
    /// The logical id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// How long a message is not visible after it was sent, unless the sender says otherwise.
    pub(crate) delay: Duration,
    /// How long a message is not visible after it was handed out.
    pub(crate) visibility: Duration,
    pub(crate) redrive: Option<Redrive>,
    /// The function that is called with the messages.
    pub(crate) consumer: Option<Consumer>,
}

/// What becomes of a message that fails again and again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redrive {
    /// The logical id of the dead-letter queue.
    pub(crate) dead_letters: String,
    /// How often a message is handed out before.
    pub(crate) most_receives: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Consumer {
    /// The logical id of the function.
    pub(crate) function: String,
    /// How many messages a call has at most.
    pub(crate) most_in_batch: usize,
    /// How many calls there are at once at most.
    pub(crate) at_once: usize,
    /// `ReportBatchItemFailures`: the function says which messages failed.
    pub(crate) names_failures: bool,
}

/// Defines the attributes of a queue, and gives its URL, which is its reference.
pub(super) fn name(id: &str, name: &str, scope: &mut Scope, region: &str) -> String {
    let url = format!("https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}");
    let attributes = [("Arn", arn("sqs", region, name)), ("QueueName", name.to_owned()), ("QueueUrl", url.clone())];
    scope.attributes.extend(attributes.map(|(attribute, value)| (format!("{id}.{attribute}"), value)));
    url
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<QueueSpec>> {
    let mut consumers = consumers(reader)?;
    let mut queues = Vec::new();
    for resource in reader.of_kind("AWS::SQS::Queue") {
        let consumer = consumers.remove(&reader.scope.attributes[&format!("{}.Arn", resource.id)]);
        queues.push(queue(reader, resource, consumer).with_context(|| format!("the queue {}", resource.id))?);
    }
    if let Some((arn, consumer)) = consumers.pop_first() {
        bail!("an event of {} names {arn}, which is not the ARN of a queue of this template", consumer.function);
    }
    Ok(queues)
}

fn queue(reader: &Reader<'_>, resource: &Resource<'_>, consumer: Option<Consumer>) -> Result<QueueSpec> {
    let properties = resource.body.get("Properties").and_then(Value::as_object);
    only(properties.into_iter().flat_map(Map::keys), &PROPERTIES)?;
    let attribute = |name: &str| reader.scope.attributes[&format!("{}.{name}", resource.id)].clone();
    let seconds = |name: &str, default: u64| -> Result<Duration> {
        let text = reader.text(resource, name)?;
        let seconds = text.map_or(Ok(default), |text| text.parse::<u64>().context("it is not a number"));
        Ok(Duration::from_secs(seconds.with_context(|| name.to_owned())?))
    };
    Ok(QueueSpec {
        id: resource.id.to_owned(),
        name: attribute("QueueName"),
        arn: attribute("Arn"),
        delay: seconds("DelaySeconds", 0)?,
        visibility: seconds("VisibilityTimeout", DEFAULT_VISIBILITY_S)?,
        redrive: redrive(reader, resource).context("RedrivePolicy")?,
        consumer,
    })
}

fn redrive(reader: &Reader<'_>, resource: &Resource<'_>) -> Result<Option<Redrive>> {
    let Some(policy) = resource.property("RedrivePolicy") else { return Ok(None) };
    let policy = reader.scope.evaluate(policy)?;
    let text = |name: &str| reader.scope.text(policy.get(name).with_context(|| format!("it has no {name}"))?);
    let target = text("deadLetterTargetArn")?;
    let mut queues = reader.of_kind("AWS::SQS::Queue").filter(|queue| queue.id != resource.id);
    let dead_letters = queues.find(|queue| reader.scope.attributes[&format!("{}.Arn", queue.id)] == target);
    Ok(Some(Redrive {
        dead_letters: dead_letters
            .with_context(|| format!("{target} is not the ARN of another queue of this template"))?
            .id
            .to_owned(),
        most_receives: text("maxReceiveCount")?.parse().context("maxReceiveCount is not a number")?,
    }))
}

/// What the functions' events say, by the ARNs of the queues.
fn consumers(reader: &Reader<'_>) -> Result<BTreeMap<String, Consumer>> {
    let mut consumers = BTreeMap::new();
    for event in events(reader).filter(|event| event.kind == "SQS") {
        let (queue, consumer) = consumer(reader, &event).with_context(|| event.to_string())?;
        if let Some(other) = consumers.insert(queue, consumer) {
            bail!("{} is called with the messages of the same queue as {}", event.function, other.function);
        }
    }
    Ok(consumers)
}

fn consumer(reader: &Reader<'_>, declared: &Event<'_>) -> Result<(String, Consumer)> {
    let event = reader.scope.evaluate(declared.properties)?;
    only(event.as_object().into_iter().flat_map(Map::keys), &OF_EVENTS)?;
    let number = |path: &str, default: usize| -> Result<usize> {
        let Some(value) = event.pointer(path) else { return Ok(default) };
        reader.scope.text(value)?.parse().with_context(|| format!("{path} is not a number"))
    };
    let queue = event.get("Queue").and_then(Value::as_str).context("it has no Queue")?;
    let most_in_batch = number("/BatchSize", MOST_IN_BATCH)?;
    ensure!((1..=MOST_IN_BATCH).contains(&most_in_batch), "BatchSize must be from 1 to {MOST_IN_BATCH}");
    let reports = event.get("FunctionResponseTypes").and_then(Value::as_array);
    let consumer = Consumer {
        function: declared.function.to_owned(),
        most_in_batch,
        at_once: number("/ScalingConfig/MaximumConcurrency", DEFAULT_AT_ONCE)?,
        names_failures: reports.is_some_and(|types| types.iter().any(|one| one == "ReportBatchItemFailures")),
    };
    Ok((queue.to_owned(), consumer))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEMPLATE: &str = "
Resources:
  WorkFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: work } }
    Properties:
      Environment: { Variables: { URL: !Ref Work, NAME: !GetAtt Work.QueueName } }
      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 3
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 2 }
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 360
      DelaySeconds: 5
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 5 }
  Failed: { Type: AWS::SQS::Queue }
";

    #[test]
    fn a_queue_knows_its_function_and_its_dead_letters() {
        let template = parse(TEMPLATE, &[], "local").unwrap();
        let [work, failed] = template.queues.as_slice() else { panic!("two queues") };
        assert_eq!(work.arn, "arn:aws:sqs:us-east-1:123456789012:local-Work");
        assert_eq!((work.delay.as_secs(), work.visibility.as_secs()), (5, 360));
        assert_eq!(work.redrive, Some(Redrive { dead_letters: "Failed".to_owned(), most_receives: 5 }));
        let consumer =
            Consumer { function: "WorkFunction".to_owned(), most_in_batch: 3, at_once: 2, names_failures: true };
        assert_eq!(work.consumer, Some(consumer));
        assert_eq!((failed.visibility.as_secs(), &failed.redrive, &failed.consumer), (30, &None, &None));
        let environment = &template.functions[0].environment;
        assert_eq!(environment["URL"], "https://sqs.us-east-1.amazonaws.com/123456789012/local-Work");
        assert_eq!(environment["NAME"], work.name);
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let told = |from: &str, to: &str| {
            assert!(TEMPLATE.contains(from), "{from}");
            format!("{:#}", parse(&TEMPLATE.replacen(from, to, 1), &[], "local").unwrap_err())
        };
        let fifo = told("DelaySeconds: 5", "FifoQueue: true");
        assert_eq!(fifo, "the queue Work: the local stack does not support FifoQueue");
        let filter = told("BatchSize: 3", "FilterCriteria: {}");
        assert_eq!(filter, "the event Work of WorkFunction: the local stack does not support FilterCriteria");
        assert!(told("BatchSize: 3", "BatchSize: 11").contains("BatchSize must be from 1 to 10"));
        assert!(told("Type: SQS", "Type: Kinesis").contains("is not of a type that the local stack supports"));
        assert!(told("Queue: !GetAtt Work.Arn", "Queue: !Ref Work").contains("not the ARN of a queue"));
        assert!(told("!GetAtt Failed.Arn", "!GetAtt Work.Arn").contains("not the ARN of another queue"));
    }
}
