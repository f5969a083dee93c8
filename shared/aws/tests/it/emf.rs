//! Every line is as CloudWatch reads it: what it cannot read is lost without a word.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeSet;

use aws::{Metric, emf};
use jiff::Timestamp;
use serde_json::{Value, json};

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
            assert!(["Count", "Milliseconds", "Seconds"].contains(&metric["Unit"].as_str().unwrap()));
        }
    }
    parsed
}

#[test]
fn a_line_is_written_out() {
    let metric = Metric::EventAge { flow: "order-to-cash", outcome: "done" };
    let expected = json!({
        "_aws": {
            "Timestamp": 1_772_442_847_250_u64,
            "CloudWatchMetrics": [{
                "Namespace": "Tillbridge",
                "Dimensions": [["flow", "outcome", "stage"]],
                "Metrics": [{ "Name": "EventAge", "Unit": "Milliseconds" }]
            }]
        },
        "flow": "order-to-cash", "outcome": "done", "stage": "local", "EventAge": 1_250
    });
    assert_eq!(check(&emf::line("local", metric, 1_250, now())), expected);
}

#[test]
fn every_metric_makes_a_line_that_cloudwatch_reads() {
    for metric in Metric::ALL {
        for value in [0, 1, i64::MAX] {
            // Dimensions are empty here: what was not known must not lose the line.
            let line = check(&emf::line("local", metric, value, now()));
            assert_eq!(line[metric.name()], json!(value));
        }
    }
    let names: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    assert_eq!(names.len(), Metric::ALL.len(), "two metrics have one name");
}

#[test]
fn dimensions_have_few_values() {
    let bounded = ["action", "class", "flow", "outcome", "reason", "source", "stage", "system"];
    for metric in Metric::ALL {
        for (name, _) in metric.dimensions("local") {
            assert!(bounded.contains(&name), "{}: {name}", metric.name());
        }
    }
}

#[test]
fn what_comes_from_outside_stays_a_value() {
    let odd = "line\nend \"quoted\" } {\u{1F600}";
    let metric = Metric::WebhooksRefused { source: "stripe", reason: odd };
    assert_eq!(check(&emf::line("local", metric, 1, now()))["reason"], json!(odd));
}
