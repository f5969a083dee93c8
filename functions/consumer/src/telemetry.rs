//! One log line and one line of metrics a delivery. Never a body, a name or a mail address.

use aws::{Metric, emf};
use flow::engine::{Outcome, Report};
use flow::{Class, Delivery, FlowName};
use jiff::Timestamp;

/// Tells what came of a delivery.
pub(crate) fn report(stage: &str, flow: &FlowName, delivery: &Delivery, report: &Report) {
    log(flow, delivery, report);
    emf::emit(stage, &metrics(flow.as_str(), delivery, report, Timestamp::now()));
}

/// What is counted of a delivery.
fn metrics<'a>(
    flow: &'a str,
    delivery: &Delivery,
    report: &'a Report,
    now: Timestamp,
) -> Vec<(Metric<'a>, i64)> {
    let outcome = report.outcome.as_str();
    // A zero is said too: an alarm must be able to tell "none" from "nothing heard".
    let mut said = vec![
        (Metric::Executions { flow, outcome }, 1),
        (Metric::Parked { flow }, i64::from(report.newly_parked)),
    ];
    match (&report.outcome, &report.fault) {
        (Outcome::RetryAfter(_), Some(fault)) => {
            said.push((Metric::Retries { flow, class: fault.class.as_str() }, 1));
            said.push((Metric::Throttled { flow }, i64::from(fault.class == Class::Throttled)));
        }
        (Outcome::RetryAfter(_), None) => {}
        (Outcome::Done | Outcome::Skipped(_) | Outcome::Parked(_), _) => {
            let age = now.duration_since(delivery.received_at).as_millis();
            said.push((Metric::EventAge { flow, outcome }, i64::try_from(age).unwrap_or(i64::MAX)));
        }
    }
    let breakers = report.breakers.iter();
    said.extend(breakers.map(|breaker| {
        (Metric::BreakerOpen { system: breaker.system.as_str() }, i64::from(breaker.is_down))
    }));
    let steps = report.steps.iter();
    said.extend(
        steps.map(|step| (Metric::StepDuration { flow, action: step.action.as_str() }, step.duration_ms)),
    );
    said
}

fn log(flow: &FlowName, delivery: &Delivery, report: &Report) {
    let (reason, retry_after_ms) = match &report.outcome {
        Outcome::Done => ("", 0),
        Outcome::Skipped(reason) | Outcome::Parked(reason) => (reason.as_str(), 0),
        Outcome::RetryAfter(after) => ("", i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
    };
    let (class, message) =
        report.fault.as_ref().map_or(("", ""), |fault| (fault.class.as_str(), fault.for_log()));
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
        retry.after_ms = retry_after_ms,
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
    use flow::guard::breaker::Change;
    use flow::{Class, Fault};
    use jiff::SignedDuration;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn said(
        outcome: Outcome,
        fault: Option<Fault>,
        newly_parked: bool,
        breakers: Vec<Change>,
    ) -> Vec<(String, i64)> {
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
        let report = Report { outcome, steps, fault, newly_parked, breakers };
        let mut said: Vec<(String, i64)> = metrics("order-to-cash", &delivery, &report, NOW)
            .into_iter()
            .map(|(metric, value)| {
                let of: Vec<&str> = metric.dimensions("local").iter().map(|(_, value)| *value).collect();
                (format!("{} {}", metric.name(), of.join(" ")), value)
            })
            .collect();
        said.sort();
        said
    }

    #[test]
    fn what_alarms_look_at_is_said_of_every_delivery() {
        let fault = |class| Some(Fault::new(class, "code", "message"));
        let retry = || Outcome::RetryAfter(SignedDuration::from_secs(5));
        // Outcome, fault, newly parked; what is said besides parked, outcome and step.
        let cases: [(Outcome, Option<Fault>, bool, &[(&str, i64)]); 8] = [
            (Outcome::Done, None, false, &[("EventAge order-to-cash done local", 1_250)]),
            (
                Outcome::Skipped("duplicate".into()),
                None,
                false,
                &[("EventAge order-to-cash skipped local", 1_250)],
            ),
            (
                Outcome::Parked("gave_up".into()),
                fault(Class::Transient),
                true,
                &[("EventAge order-to-cash parked local", 1_250)],
            ),
            (
                Outcome::Parked("gave_up".into()),
                None,
                false,
                &[("EventAge order-to-cash parked local", 1_250)],
            ),
            (
                retry(),
                fault(Class::Transient),
                false,
                &[("Retries transient order-to-cash local", 1), ("Throttled order-to-cash local", 0)],
            ),
            (
                retry(),
                fault(Class::Throttled),
                false,
                &[("Retries throttled order-to-cash local", 1), ("Throttled order-to-cash local", 1)],
            ),
            (retry(), None, false, &[]),
            // Parked, and the letter is still to be sent.
            (
                retry(),
                fault(Class::Transient),
                true,
                &[("Retries transient order-to-cash local", 1), ("Throttled order-to-cash local", 0)],
            ),
        ];
        for (outcome, fault, parked, more) in cases {
            let mut expected: Vec<(String, i64)> =
                more.iter().map(|(said, value)| ((*said).to_owned(), *value)).collect();
            expected.push((format!("Executions order-to-cash {} local", outcome.as_str()), 1));
            expected.push(("Parked order-to-cash local".to_owned(), i64::from(parked)));
            expected.push(("StepDuration stripe.payment.tag order-to-cash local".to_owned(), 7));
            expected.sort();
            assert_eq!(said(outcome.clone(), fault, parked, Vec::new()), expected, "{outcome:?}");
        }
    }

    #[test]
    fn a_breaker_is_told_by_its_system() {
        let change = |system: &str, is_down| Change { system: system.parse().unwrap(), is_down };
        let said = said(Outcome::Done, None, false, vec![change("erp", true), change("wms", false)]);
        for (metric, value) in [("BreakerOpen local erp", 1), ("BreakerOpen local wms", 0)] {
            assert!(said.contains(&(metric.to_owned(), value)), "{said:?}");
        }
    }
}
