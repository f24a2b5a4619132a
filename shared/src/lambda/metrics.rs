//! Metrics in CloudWatch's embedded metric format: the log line says which of its members are metrics, and CloudWatch makes
//! them without a call ("Specification: Embedded metric format", Amazon CloudWatch user guide).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::time::Timestamp;

/// Where they appear; `infra/template.yaml` builds its dashboard and alarms on it.
const NAMESPACE: &str = "Backchannel";
/// What they are told apart by: the member of the line that names the function.
const DIMENSION: &str = "Function";

/// The metrics of one request. What is zero is left out: every one of them is summed.
#[derive(Debug, Serialize)]
pub(super) struct Metrics<'a> {
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    directive: Option<Directive<'a>>,
    #[serde(rename = "Function")]
    function: &'a str,
    #[serde(flatten)]
    values: BTreeMap<&'static str, f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    /// Milliseconds since 1970.
    timestamp: Timestamp,
    cloud_watch_metrics: [Set<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Set<'a> {
    namespace: &'a str,
    dimensions: [[&'a str; 1]; 1],
    metrics: Vec<Definition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl<'a> Metrics<'a> {
    /// The counts of one request of `function`, by name.
    pub(super) fn new(timestamp: Timestamp, function: &'a str, counts: &[(&'static str, f64)]) -> Self {
        let values: BTreeMap<&'static str, f64> = counts.iter().copied().filter(|(_, count)| *count > 0.0).collect();
        let metrics: Vec<Definition> = values.keys().map(|name| Definition { name, unit: "Count" }).collect();
        let measured = !metrics.is_empty();
        let set = Set { namespace: NAMESPACE, dimensions: [[DIMENSION]], metrics };
        let directive = measured.then_some(Directive { timestamp, cloud_watch_metrics: [set] });
        Self { directive, function, values }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_which_of_its_members_are_metrics() {
        let at = Timestamp::from_ms(1_732_406_400_123).unwrap();
        let metrics = Metrics::new(at, "message", &[("Sends", 1.0), ("Replays", 0.0), ("ReadUnits", 3.5)]);
        assert_eq!(
            json!(metrics),
            json!({
                "_aws": {
                    "Timestamp": 1_732_406_400_123_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Backchannel",
                        "Dimensions": [["Function"]],
                        "Metrics": [{"Name": "ReadUnits", "Unit": "Count"}, {"Name": "Sends", "Unit": "Count"}],
                    }],
                },
                "Function": "message",
                "ReadUnits": 3.5,
                "Sends": 1.0,
            })
        );
    }
}
