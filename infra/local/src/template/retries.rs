//! What becomes of an event that a function fails to handle, when nobody waits for its response.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::reader::{Reader, Resource, only};

/// Lambda's default, and its most.
const MOST_RETRIES: u32 = 2;
/// Lambda's default, and its most.
const OLDEST_S: u64 = 6 * 60 * 60;
/// Lambda's least.
const YOUNGEST_S: u64 = 60;

/// `EventInvokeConfig` of a function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Retries {
    /// How often the function is called again.
    pub(crate) most: u32,
    /// At this age an event is given up.
    pub(crate) oldest: Duration,
    /// The logical id of the queue to which the events go that were given up.
    pub(crate) failed_to: Option<String>,
}

pub(super) fn read(reader: &Reader<'_>, function: &Resource<'_>) -> Result<Retries> {
    const NAME: &str = "EventInvokeConfig";
    let globals = reader.globals.get("Function").and_then(|globals| globals.get(NAME));
    let given = function.property(NAME).or(globals).unwrap_or(&Value::Null);
    of(reader, &reader.scope.evaluate(given).context(NAME)?).context(NAME)
}

fn of(reader: &Reader<'_>, given: &Value) -> Result<Retries> {
    let names = ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"];
    only(given.as_object().into_iter().flat_map(Map::keys), &names)?;
    let number = |name: &str, default: u64| -> Result<u64> {
        let value = given.get(name).map(|value| reader.scope.text(value)).transpose()?;
        value.map_or(Ok(default), |text| text.parse().with_context(|| format!("{name} is not a number")))
    };
    let most = u32::try_from(number("MaximumRetryAttempts", MOST_RETRIES.into())?).unwrap_or(u32::MAX);
    ensure!(most <= MOST_RETRIES, "MaximumRetryAttempts must be from 0 to {MOST_RETRIES}");
    let oldest = number("MaximumEventAgeInSeconds", OLDEST_S)?;
    ensure!(
        (YOUNGEST_S..=OLDEST_S).contains(&oldest),
        "MaximumEventAgeInSeconds must be from {YOUNGEST_S} to {OLDEST_S}"
    );
    Ok(Retries { most, oldest: Duration::from_secs(oldest), failed_to: destination(reader, given)? })
}

fn destination(reader: &Reader<'_>, given: &Value) -> Result<Option<String>> {
    let Some(destinations) = given.get("DestinationConfig").and_then(Value::as_object) else { return Ok(None) };
    only(destinations.keys(), &["OnFailure"])?;
    let Some(failed) = destinations.get("OnFailure") else { return Ok(None) };
    ensure!(failed["Type"] == "SQS", "the local stack supports an OnFailure of the Type SQS only");
    let mut queues = reader.of_kind("AWS::SQS::Queue");
    let queue = queues.find(|queue| failed["Destination"] == reader.scope.attributes[&format!("{}.Arn", queue.id)]);
    let queue = queue.context("the Destination of OnFailure is not the ARN of a queue of this template")?;
    Ok(Some(queue.id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEMPLATE: &str = "
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: f } }
    Properties:
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failed.Arn } }
  G: { Type: AWS::Serverless::Function, Metadata: { BuildProperties: { Binary: g } } }
  Failed: { Type: AWS::SQS::Queue }
";

    #[test]
    fn a_function_says_how_often_it_is_called_again() {
        let template = parse(TEMPLATE, &[], "local").unwrap();
        let [own, default] = template.functions.as_slice() else { panic!("two functions") };
        let six_hours = Duration::from_hours(6);
        assert_eq!(own.retries, Retries { most: 1, oldest: six_hours, failed_to: Some("Failed".to_owned()) });
        assert_eq!(default.retries, Retries { most: 2, oldest: six_hours, failed_to: None });
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let told =
            |from: &str, to: &str| format!("{:#}", parse(&TEMPLATE.replacen(from, to, 1), &[], "l").unwrap_err());
        assert!(told("Attempts: 1", "Attempts: 3").contains("must be from 0 to 2"));
        assert!(told("OnFailure", "OnSuccess").contains("does not support OnSuccess"));
        assert!(told("Type: SQS, D", "Type: SNS, D").contains("Type SQS only"));
        assert!(told("!GetAtt Failed.Arn", "arn").contains("not the ARN of a queue"));
    }
}
