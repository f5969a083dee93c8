//! One log line and one line of metrics a delivery. Never a body, a name or a mail address.

use aws::{Metric, Metrics};
use flow::engine::{Outcome, Report};
use flow::{Delivery, FlowName};
use jiff::Timestamp;

/// Tells what came of a delivery.
pub(crate) fn report(flow: &FlowName, delivery: &Delivery, report: &Report) {
    log(flow, delivery, report);
    let outcome = report.outcome.as_str();
    let mut metrics =
        Metrics::with([("flow", flow.as_str()), ("outcome", outcome)]).value(Metric::Executions, 1);
    if report.outcome == Outcome::Done {
        let age = Timestamp::now().duration_since(delivery.received_at);
        metrics = metrics.value(Metric::EventAge, i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    }
    metrics.emit();
    let mut newly_parked = 0;
    match (&report.outcome, &report.fault) {
        (Outcome::Parked(_), Some(_)) => newly_parked = 1,
        (Outcome::RetryAfter(_), Some(fault)) => {
            let class = fault.class.as_str();
            Metrics::with([("flow", flow.as_str()), ("class", class)]).value(Metric::Retries, 1).emit();
        }
        _ => {}
    }
    // A zero is said too: an alarm must be able to tell "none" from "nothing heard".
    Metrics::with([("flow", flow.as_str())]).value(Metric::Parked, newly_parked).emit();
    for step in &report.steps {
        Metrics::with([("flow", flow.as_str()), ("step", metric_step(&step.step))])
            .value(Metric::StepDuration, step.duration_ms)
            .emit();
    }
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
