//! Alarms and dashboard watch metrics that somebody emits: a name that nobody writes is an alarm that never rings.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Template;

/// The very table that the functions emit from.
#[path = "../../../../../shared/aws/src/metric.rs"]
#[expect(dead_code, unreachable_pub, reason = "the functions use more of it, from another crate")]
mod table;

/// Metrics of AWS that are watched: namespace, name, dimensions in the order of the alphabet.
///
/// Sources: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html> and
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>
const OF_AWS: [(&str, &str, &[&str]); 8] = [
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", &["QueueName"]),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", &["QueueName"]),
    ("AWS/Lambda", "Errors", &["FunctionName"]),
    ("AWS/Lambda", "Throttles", &["FunctionName"]),
    ("AWS/Lambda", "ConcurrentExecutions", &["FunctionName"]),
    ("AWS/ApiGateway", "4XXError", &["ApiName", "Stage"]),
    ("AWS/ApiGateway", "5XXError", &["ApiName", "Stage"]),
    ("AWS/ApiGateway", "Latency", &["ApiName", "Stage"]),
];

/// What an alarm or a widget watches.
#[derive(Debug)]
struct Watched {
    namespace: String,
    name: String,
    /// Each with its value, where one is named.
    dimensions: Vec<(String, Option<String>)>,
}

/// Checks every alarm and every widget.
pub(crate) fn check(template: &Template, flows: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    for alarm in template.of("AWS::CloudWatch::Alarm") {
        let dimensions = alarm.property("/Dimensions").as_array().into_iter().flatten();
        let watched = Watched {
            namespace: alarm.text("/Namespace").to_owned(),
            name: alarm.text("/MetricName").to_owned(),
            dimensions: dimensions.map(|one| (text(&one["Name"]), Some(text(&one["Value"])))).collect(),
        };
        broken.extend(faults(&watched, flows).into_iter().map(|fault| format!("{}: {fault}", alarm.id)));
    }
    for dashboard in template.of("AWS::CloudWatch::Dashboard") {
        let body: Result<Value, _> = serde_json::from_str(dashboard.text("/DashboardBody"));
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                broken.push(format!("{}: DashboardBody is no JSON: {error}", dashboard.id));
                continue;
            }
        };
        for widget in body["widgets"].as_array().into_iter().flatten() {
            let title = text(&widget["properties"]["title"]);
            let rows = widget["properties"]["metrics"].as_array().cloned().unwrap_or_default();
            if rows.is_empty() {
                broken.push(format!("{}, {title}: shows nothing", dashboard.id));
            }
            for row in &rows {
                let found = match row_of(row) {
                    Some(watched) => faults(&watched, flows),
                    None => vec![format!("{row} is neither a metric nor a search")],
                };
                broken.extend(found.into_iter().map(|fault| format!("{}, {title}: {fault}", dashboard.id)));
            }
        }
    }
    broken
}

fn faults(watched: &Watched, flows: &[String]) -> Vec<String> {
    let Watched { namespace, name, dimensions } = watched;
    let names: BTreeSet<&str> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
    let emitted = |metric: &table::Metric<'_>| {
        metric.name() == name
            && metric.dimensions("").iter().map(|(name, _)| *name).collect::<BTreeSet<_>>() == names
    };
    let is_known = if namespace == table::NAMESPACE {
        table::Metric::ALL.iter().any(emitted)
    } else {
        OF_AWS.iter().any(|(of, metric, with)| {
            of == namespace && metric == name && with.iter().copied().collect::<BTreeSet<_>>() == names
        })
    };
    let mut faults = Vec::new();
    if !is_known {
        let names: Vec<&str> = names.into_iter().collect();
        faults.push(format!("nobody emits {namespace} {name} by {}", names.join(", ")));
    }
    for (name, value) in dimensions {
        let Some(value) = value else { continue };
        let is_right = match name.as_str() {
            "flow" => flows.contains(value),
            // `!Ref Stage` in alarms, `${Stage}` in texts.
            "stage" | "Stage" => matches!(value.as_str(), "Stage" | "${Stage}"),
            _ => !value.is_empty(),
        };
        if !is_right {
            faults.push(format!("{name} is `{value}`"));
        }
    }
    faults
}

/// `["AWS/SQS", "Name", "Dimension", "value", …, {options}]`, or `[{"expression": "SEARCH('{AWS/SQS,Dimension} …', …)"}]`.
fn row_of(row: &Value) -> Option<Watched> {
    let row = row.as_array()?;
    if let Some(search) = row.first()?["expression"].as_str() {
        return searched(search);
    }
    let mut texts = row.iter().filter_map(Value::as_str).map(str::to_owned);
    let (namespace, name) = (texts.next()?, texts.next()?);
    let mut dimensions = Vec::new();
    while let Some(dimension) = texts.next() {
        dimensions.push((dimension, Some(texts.next()?)));
    }
    Some(Watched { namespace, name, dimensions })
}

fn searched(search: &str) -> Option<Watched> {
    let (schema, terms) = search.strip_prefix("SEARCH('{")?.split_once('}')?;
    let (terms, _) = terms.split_once('\'')?;
    let value = |of: &str| {
        let (_, rest) = terms.split_once(&format!("{of}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let mut schema = schema.split(',');
    let namespace = schema.next()?.to_owned();
    let dimensions = schema.map(|name| (name.to_owned(), value(name))).collect();
    Some(Watched { namespace, name: value("MetricName")?, dimensions })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
