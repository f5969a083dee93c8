//! One log line and one line of metrics a delivery. Never a body, a name or a mail address.

use aws::{Metric, Metrics};
use flow::engine::{Outcome, Report};
use flow::{Delivery, FlowName};
use jiff::Timestamp;

/// Tells what came of a delivery.
pub(crate) fn report(stage: &str, flow: &FlowName, delivery: &Delivery, report: &Report) {
    log(flow, delivery, report);
    for metrics in metrics(stage, flow, delivery, report, Timestamp::now()) {
        metrics.emit();
    }
}

/// What is counted of a delivery.
fn metrics(
    stage: &str,
    flow: &FlowName,
    delivery: &Delivery,
    report: &Report,
    now: Timestamp,
) -> Vec<Metrics> {
    let flow = flow.as_str();
    let outcome = report.outcome.as_str();
    let mut executions =
        Metrics::of(stage, [("flow", flow), ("outcome", outcome)]).value(Metric::Executions, 1);
    if report.outcome == Outcome::Done {
        let age = now.duration_since(delivery.received_at);
        executions = executions.value(Metric::EventAge, i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    }
    // A zero is said too: an alarm must be able to tell "none" from "nothing heard".
    let parked = Metrics::of(stage, [("flow", flow)]).value(Metric::Parked, i64::from(report.newly_parked));
    let mut all = vec![executions, parked];
    if let (Outcome::RetryAfter(_), Some(fault)) = (&report.outcome, &report.fault) {
        all.push(
            Metrics::of(stage, [("flow", flow), ("class", fault.class.as_str())]).value(Metric::Retries, 1),
        );
    }
    all.extend(report.steps.iter().map(|step| {
        Metrics::of(stage, [("flow", flow), ("step", metric_step(&step.step))])
            .value(Metric::StepDuration, step.duration_ms)
    }));
    all
}

/// The step without the rounds it is in: a dimension must have few values.
fn metric_step(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn log(flow: &FlowName, delivery: &Delivery, report: &Report) {
    let (reason, retry_after_ms) = match &report.outcome {
        Outcome::Done => ("", 0),
        Outcome::Skipped(reason) | Outcome::Parked(reason) => (reason.as_str(), 0),
        Outcome::RetryAfter(after) => ("", i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
    };
    let (class, message) =
        report.fault.as_ref().map_or(("", ""), |fault| (fault.class.as_str(), fault.message.as_str()));
    tracing::info!(
        flow = %flow,
        pair = %delivery.pair,
        event.id = %delivery.event,
        event.type = %delivery.event_type,
        entity.id = %delivery.entity,
        trace.id = %delivery.trace_id,
        receive.count = delivery.receive_count,
        outcome = report.outcome.as_str(),
        reason,
        retry_after_ms,
        fault.class = class,
        fault.message = message,
        steps.ran = report.steps.len(),
        "{} of {} for {}: {}{}{}",
        flow,
        delivery.event,
        delivery.entity,
        report.outcome.as_str(),
        if reason.is_empty() { "" } else { " " },
        reason,
    );
}

#[cfg(test)]
mod tests {
    use flow::engine::StepTiming;
    use flow::{Class, Fault};
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn lines(outcome: Outcome, fault: Option<Fault>, newly_parked: bool) -> Vec<Value> {
        let delivery = Delivery {
            pair: "main".parse().unwrap(),
            source: "stripe".into(),
            event: "evt_1".parse().unwrap(),
            event_type: "charge.succeeded".into(),
            entity: "payment_intent:pi_1".into(),
            received_at: NOW - SignedDuration::from_millis(1_250),
            trace_id: "trace".into(),
            replay: None,
            park: None,
            receive_count: 1,
            body: "{}".into(),
        };
        let steps = vec![StepTiming {
            step: "each.3.tagged".into(),
            action: "stripe.payment.tag".into(),
            duration_ms: 7,
        }];
        let report = Report { outcome, steps, fault, newly_parked };
        let lines = metrics("local", &"order-to-cash".parse().unwrap(), &delivery, &report, NOW);
        lines.iter().map(|line| serde_json::from_str(&line.to_line(NOW)).unwrap()).collect()
    }

    /// The value of a metric with its dimensions, where it is said.
    fn said(lines: &[Value], metric: &str) -> Option<Value> {
        let line = lines.iter().find(|line| line.get(metric).is_some())?;
        let mut members = line.as_object().unwrap().clone();
        members.remove("_aws");
        members.remove("EventAge");
        Some(Value::Object(members))
    }

    #[test]
    fn what_alarms_look_at_is_said_of_every_delivery() {
        let fault = || Some(Fault::new(Class::Transient, "no_answer", "message"));
        // Outcome, fault; newly parked, retries by class.
        let cases = [
            (Outcome::Done, None, 0, None),
            (Outcome::Skipped("duplicate".into()), None, 0, None),
            (Outcome::Parked("gave_up".into()), fault(), 1, None),
            (Outcome::Parked("gave_up".into()), None, 0, None),
            (Outcome::RetryAfter(SignedDuration::from_secs(5)), fault(), 0, Some("transient")),
            (Outcome::RetryAfter(SignedDuration::from_secs(5)), None, 0, None),
            // Parked, and the letter is still to be sent.
            (Outcome::RetryAfter(SignedDuration::from_secs(5)), fault(), 1, Some("transient")),
        ];
        for (outcome, fault, parked, class) in cases {
            let name = outcome.as_str();
            let lines = lines(outcome, fault, parked == 1);
            assert_eq!(
                said(&lines, "Parked"),
                Some(json!({ "stage": "local", "flow": "order-to-cash", "Parked": parked })),
                "{name}"
            );
            let executions =
                json!({ "stage": "local", "flow": "order-to-cash", "outcome": name, "Executions": 1 });
            assert_eq!(said(&lines, "Executions"), Some(executions), "{name}");
            let retries = class.map(
                |class| json!({ "stage": "local", "flow": "order-to-cash", "class": class, "Retries": 1 }),
            );
            assert_eq!(said(&lines, "Retries"), retries, "{name}");
            let step =
                json!({ "stage": "local", "flow": "order-to-cash", "step": "tagged", "StepDuration": 7 });
            assert_eq!(said(&lines, "StepDuration"), Some(step), "{name}");
            let age = lines.iter().find_map(|line| line.get("EventAge"));
            assert_eq!(age, (name == "done").then_some(&json!(1_250)), "{name}");
        }
    }

    /// Whoever waits for an alarm must not wait for a metric that nobody writes.
    #[test]
    fn every_alarm_of_the_template_has_a_metric_that_is_said() {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let template = std::fs::read_to_string(template).unwrap();
        let said = lines(Outcome::Done, None, false);
        let mut alarms = 0;
        for block in template.split("Type: AWS::CloudWatch::Alarm").skip(1) {
            let value = |name: &str| -> &str {
                let line = block.lines().find_map(|line| line.trim().strip_prefix(name));
                line.unwrap_or_default().trim()
            };
            if value("Namespace:") != aws::NAMESPACE {
                continue;
            }
            alarms += 1;
            let metric = value("MetricName:");
            let dimension = value("Dimensions:");
            let line =
                said.iter().find(|line| line.get(metric).is_some()).unwrap_or_else(|| panic!("no {metric}"));
            assert_eq!(
                line["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
                json!([["flow", "stage"]]),
                "{metric}"
            );
            assert_eq!(
                dimension, "[{ Name: flow, Value: order-to-cash }, { Name: stage, Value: !Ref Stage }]",
                "{metric}"
            );
        }
        assert!(alarms > 0, "the template has no alarm of ours");
    }
}
