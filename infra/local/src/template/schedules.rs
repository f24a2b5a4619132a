//! The functions that are called by the clock: `Schedule` and `ScheduleV2` events.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Map;

use super::reader::{Event, Reader, events, only};

/// The properties of an event that are read, and those that make no difference here.
const PROPERTIES: [&str; 9] = [
    "DeadLetterConfig",
    "Description",
    "Enabled",
    "FlexibleTimeWindow",
    "Input",
    "Name",
    "RetryPolicy",
    "Schedule",
    "State",
];
/// The properties of `ScheduleV2` that only the scheduler of AWS uses.
const OF_SCHEDULER: [&str; 4] = ["OmitName", "PermissionsBoundary", "RoleArn", "ScheduleExpression"];

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScheduleSpec {
    /// The name of the event in the template.
    pub(crate) name: String,
    /// The logical id of the function.
    pub(crate) function: String,
    pub(crate) every: Duration,
    pub(crate) enabled: bool,
    /// The event that the function gets, if the template gives it.
    pub(crate) input: Option<String>,
    /// Whether it is a `ScheduleV2`, and not a rule of `EventBridge`.
    pub(crate) is_of_scheduler: bool,
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<ScheduleSpec>> {
    let schedules = events(reader).filter(|event| ["Schedule", "ScheduleV2"].contains(&event.kind));
    schedules.map(|event| schedule(reader, &event).with_context(|| event.to_string())).collect()
}

fn schedule(reader: &Reader<'_>, event: &Event<'_>) -> Result<ScheduleSpec> {
    let properties = reader.scope.evaluate(event.properties)?;
    let is_of_scheduler = event.kind == "ScheduleV2";
    let more: &[&str] = if is_of_scheduler { &OF_SCHEDULER } else { &[] };
    only(properties.as_object().into_iter().flat_map(Map::keys), &[&PROPERTIES, more].concat())?;
    let expression = if is_of_scheduler { "ScheduleExpression" } else { "Schedule" };
    let expression = properties[expression].as_str().with_context(|| format!("it has no {expression}"))?;
    let is_off = properties["State"] == "DISABLED" || properties["Enabled"] == false;
    Ok(ScheduleSpec {
        name: event.name.to_owned(),
        function: event.function.to_owned(),
        every: rate(expression)?,
        enabled: !is_off,
        input: properties.get("Input").map(|input| reader.scope.text(input)).transpose()?,
        is_of_scheduler,
    })
}

/// `rate(5 minutes)`, `rate(1 day)`.
fn rate(expression: &str) -> Result<Duration> {
    let inside = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let parts = inside.and_then(|inside| inside.trim().split_once(' '));
    let Some((Ok(count), unit)) = parts.map(|(count, unit)| (count.parse::<u64>(), unit.trim())) else {
        bail!("the local stack supports schedules such as rate(1 day) only, not {expression}");
    };
    let minutes = match unit.trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => bail!("{unit} is not minutes, hours or days"),
    };
    Ok(Duration::from_secs(count.max(1) * minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEMPLATE: &str = "
Resources:
  SweepFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: sweep } }
    Properties:
      Events:
        Daily: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), OmitName: true, Input: '{\"a\":1}' } }
        Often: { Type: Schedule, Properties: { Schedule: rate(5 minutes), Enabled: false } }
";

    #[test]
    fn schedules_have_a_rate_and_an_input() {
        let template = parse(TEMPLATE, &[], "local").unwrap();
        let [daily, often] = template.schedules.as_slice() else { panic!("two schedules") };
        assert_eq!((daily.name.as_str(), daily.function.as_str()), ("Daily", "SweepFunction"));
        assert_eq!((daily.every, daily.enabled, daily.is_of_scheduler), (Duration::from_hours(24), true, true));
        assert_eq!(daily.input.as_deref(), Some("{\"a\":1}"));
        assert_eq!((often.every, often.enabled, often.is_of_scheduler), (Duration::from_mins(5), false, false));
        assert_eq!(often.input, None);
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let told =
            |from: &str, to: &str| format!("{:#}", parse(&TEMPLATE.replacen(from, to, 1), &[], "l").unwrap_err());
        assert!(told("rate(1 day)", "cron(0 3 * * ? *)").contains("such as rate(1 day) only"));
        assert!(told("rate(1 day)", "rate(1 week)").contains("week is not minutes"));
        assert!(told("OmitName", "StartDate").contains("the event Daily of SweepFunction: the local stack does not"));
    }
}
