//! Metrics as CloudWatch's embedded metric format: one JSON line on standard output, no call.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Metric, NAMESPACE};

/// Writes a line for each value to standard output, where Lambda takes it to CloudWatch.
pub fn emit(stage: &str, values: &[(Metric<'_>, i64)]) {
    for (metric, value) in values {
        println!("{}", line(stage, *metric, *value, Timestamp::now()));
    }
}

/// The line of a value.
#[must_use]
pub fn line(stage: &str, metric: Metric<'_>, value: i64, now: Timestamp) -> String {
    let dimensions = metric.dimensions(stage);
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let metrics = [json!({ "Name": metric.name(), "Unit": metric.unit() })];
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": metrics });
    let mut line = Map::new();
    let about = json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] });
    line.insert("_aws".to_owned(), about);
    // CloudWatch drops a line whose dimension is empty.
    let said = |value: &str| Value::from(if value.is_empty() { "-" } else { value });
    line.extend(dimensions.into_iter().map(|(name, value)| (name.to_owned(), said(value))));
    line.insert(metric.name().to_owned(), Value::from(value));
    Value::Object(line).to_string()
}
