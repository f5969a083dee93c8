//! Every line is as CloudWatch reads it: what it cannot read is lost without a word.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use aws::{Metric, Metrics, NAMESPACE};
use jiff::Timestamp;
use serde_json::{Value, json};

const ALL: [Metric; 8] = [
    Metric::Executions,
    Metric::Parked,
    Metric::Retries,
    Metric::StepDuration,
    Metric::EventAge,
    Metric::WebhooksAccepted,
    Metric::WebhooksSkipped,
    Metric::WebhooksRefused,
];

fn now() -> Timestamp {
    "2026-03-02T09:14:07.250Z".parse().unwrap()
}

/// Whether the line is as the specification wants it.
fn check(line: &str) -> Value {
    assert!(!line.contains('\n'), "a line is one line");
    let parsed: Value = serde_json::from_str(line).unwrap();
    assert!(parsed["_aws"]["Timestamp"].is_u64(), "milliseconds since 1970");
    let directives = parsed["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    for directive in directives {
        assert!(!directive["Namespace"].as_str().unwrap().is_empty());
        for set in directive["Dimensions"].as_array().unwrap() {
            assert!(set.as_array().unwrap().len() <= 30);
            for name in set.as_array().unwrap() {
                let value = parsed[name.as_str().unwrap()].as_str().expect("a dimension's value is a text");
                assert!(!value.is_empty() && value.len() <= 1024);
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!(!metrics.is_empty() && metrics.len() <= 100);
        for metric in metrics {
            assert!(parsed[metric["Name"].as_str().unwrap()].is_number());
            assert!(["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()));
        }
    }
    parsed
}

#[test]
fn a_line_is_written_out() {
    let line = Metrics::of("local", [("flow", "order-to-cash"), ("outcome", "done")])
        .value(Metric::Executions, 1)
        .value(Metric::EventAge, 1_250)
        .to_line(now());
    let expected = json!({
        "_aws": {
            "Timestamp": 1_772_442_847_250_u64,
            "CloudWatchMetrics": [{
                "Namespace": "Tillbridge",
                "Dimensions": [["flow", "outcome", "stage"]],
                "Metrics": [
                    { "Name": "Executions", "Unit": "Count" },
                    { "Name": "EventAge", "Unit": "Milliseconds" }
                ]
            }]
        },
        "flow": "order-to-cash", "outcome": "done", "stage": "local", "Executions": 1, "EventAge": 1_250
    });
    assert_eq!(check(&line), expected);
}

#[test]
fn every_metric_makes_a_line_that_cloudwatch_reads() {
    for metric in ALL {
        for value in [0, 1, i64::MAX] {
            let line = check(&Metrics::of("local", [("flow", "x")]).value(metric, value).to_line(now()));
            assert_eq!(line[metric.as_str()], json!(value));
        }
    }
    let names: std::collections::BTreeSet<&str> = ALL.iter().map(|metric| metric.as_str()).collect();
    assert_eq!(names.len(), ALL.len(), "two metrics have one name");
}

#[test]
fn what_comes_from_outside_stays_a_value() {
    let odd = "line\nend \"quoted\" } {\u{1F600}";
    let line =
        check(&Metrics::of("local", [("reason", odd)]).value(Metric::WebhooksRefused, 1).to_line(now()));
    assert_eq!(line["reason"], json!(odd));
}

/// Alarms and dashboard name metrics; a name that nobody writes is an alarm that never rings.
#[test]
fn every_metric_that_the_template_names_is_ours() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
    let template = std::fs::read_to_string(template).unwrap();
    let mut named = 0;
    for block in template.split(&format!("Namespace: {NAMESPACE}\n")).skip(1) {
        let metric = block.lines().find_map(|line| line.trim().strip_prefix("MetricName: ")).unwrap();
        assert!(ALL.iter().any(|ours| ours.as_str() == metric), "{metric}");
        named += 1;
    }
    assert!(named > 0);
}
