//! Metrics as CloudWatch's embedded metric format: one JSON line on standard output, no call.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of every metric.
pub const NAMESPACE: &str = "Tillbridge";

/// A metric: its name is what alarms and the dashboard in `template.yaml` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Deliveries by flow and outcome.
    Executions,
    /// Newly parked executions by flow.
    Parked,
    /// Retries by flow and class.
    Retries,
    /// Milliseconds of a step, by flow and step.
    StepDuration,
    /// Milliseconds from receipt to done, by flow.
    EventAge,
    /// Webhooks that were enqueued, by source.
    WebhooksAccepted,
    /// Webhooks that were answered and not enqueued, by source and reason.
    WebhooksSkipped,
    /// Webhooks that were refused, by source and reason.
    WebhooksRefused,
}

impl Metric {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Executions => "Executions",
            Self::Parked => "Parked",
            Self::Retries => "Retries",
            Self::StepDuration => "StepDuration",
            Self::EventAge => "EventAge",
            Self::WebhooksAccepted => "WebhooksAccepted",
            Self::WebhooksSkipped => "WebhooksSkipped",
            Self::WebhooksRefused => "WebhooksRefused",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::StepDuration | Self::EventAge => "Milliseconds",
            Self::Executions
            | Self::Parked
            | Self::Retries
            | Self::WebhooksAccepted
            | Self::WebhooksSkipped
            | Self::WebhooksRefused => "Count",
        }
    }
}

/// Values of metrics that share their dimensions.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    dimensions: BTreeMap<&'static str, String>,
    values: BTreeMap<Metric, i64>,
}

impl Metrics {
    /// Values of a stage with these dimensions (`flow`, `outcome`, …): few and of few values, never an id. Stages of one
    /// account share the namespace, so that each must say whose they are.
    #[must_use]
    pub fn of<const N: usize>(stage: &str, dimensions: [(&'static str, &str); N]) -> Self {
        let all = [("stage", stage)].into_iter().chain(dimensions);
        let dimensions = all.map(|(name, value)| (name, value.to_owned())).collect();
        Self { dimensions, values: BTreeMap::new() }
    }

    /// Sets a value.
    #[must_use]
    pub fn value(mut self, metric: Metric, value: i64) -> Self {
        self.values.insert(metric, value);
        self
    }

    /// The line.
    #[must_use]
    pub fn to_line(&self, now: Timestamp) -> String {
        let names: Vec<&str> = self.dimensions.keys().copied().collect();
        let metrics: Vec<Value> = self
            .values
            .keys()
            .map(|metric| json!({ "Name": metric.as_str(), "Unit": metric.unit() }))
            .collect();
        let mut line = Map::new();
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": metrics }]
            }),
        );
        line.extend(
            self.dimensions.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.clone()))),
        );
        line.extend(
            self.values.iter().map(|(metric, value)| (metric.as_str().to_owned(), Value::from(*value))),
        );
        Value::Object(line).to_string()
    }

    /// Writes the line to standard output, where Lambda takes it to CloudWatch.
    pub fn emit(&self) {
        println!("{}", self.to_line(Timestamp::now()));
    }
}
