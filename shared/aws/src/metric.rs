//! The metrics, each with its dimensions: what the functions emit, and what alarms and dashboard in `template.yaml` may name.
//!
//! It uses nothing of this crate: `cargo xtask tidy`, which must not depend on ours, reads this very file.

/// The namespace of every metric.
pub const NAMESPACE: &str = "Tillbridge";

/// A metric with the values of its dimensions. All have few values: names of ours, classes and reasons, never an id, for
/// CloudWatch keeps (and bills) a metric for each combination that was ever said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric<'a> {
    /// Deliveries.
    Executions {
        /// The flow.
        flow: &'a str,
        /// What came of it: `done`, `skipped`, `parked`, `retry`.
        outcome: &'a str,
    },
    /// Milliseconds from receipt to the end.
    EventAge {
        /// The flow.
        flow: &'a str,
        /// `done`, `skipped`, `parked`.
        outcome: &'a str,
    },
    /// Milliseconds of a step.
    StepDuration {
        /// The flow.
        flow: &'a str,
        /// The action, or the kind of a step that calls none.
        action: &'a str,
    },
    /// Deliveries that come again because of a fault.
    Retries {
        /// The flow.
        flow: &'a str,
        /// The fault's class.
        class: &'a str,
    },
    /// Deliveries that come again because a system gets no more requests for now, by its own word or by our limit.
    Throttled {
        /// The flow.
        flow: &'a str,
    },
    /// Newly parked executions. A zero is said too.
    Parked {
        /// The flow.
        flow: &'a str,
    },
    /// 1 where a delivery was held up by a system's open breaker or opened it, 0 where it closed it.
    BreakerOpen {
        /// The system that is left alone.
        system: &'a str,
    },
    /// Webhooks that were enqueued.
    WebhooksAccepted {
        /// Who sent it.
        source: &'a str,
    },
    /// Webhooks that were answered 2xx and not enqueued.
    WebhooksSkipped {
        /// Who sent it.
        source: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Webhooks that were refused.
    WebhooksRefused {
        /// Who sent it.
        source: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Events that the sweep brought, because nothing else had. A zero is said too.
    SweepEnqueued,
    /// Seconds that the sweep is behind, where it is furthest. A zero is said too.
    SweepBehindSeconds,
    /// Executions whose message was lost. A zero is said too.
    StandingStill,
    /// Executions that stand parked, whenever that was, with or without a letter. A zero is said too.
    StandingParked,
}

impl<'a> Metric<'a> {
    /// Every metric, without values.
    pub const ALL: [Metric<'static>; 14] = [
        Metric::Executions { flow: "", outcome: "" },
        Metric::EventAge { flow: "", outcome: "" },
        Metric::StepDuration { flow: "", action: "" },
        Metric::Retries { flow: "", class: "" },
        Metric::Throttled { flow: "" },
        Metric::Parked { flow: "" },
        Metric::BreakerOpen { system: "" },
        Metric::WebhooksAccepted { source: "" },
        Metric::WebhooksSkipped { source: "", reason: "" },
        Metric::WebhooksRefused { source: "", reason: "" },
        Metric::SweepEnqueued,
        Metric::SweepBehindSeconds,
        Metric::StandingStill,
        Metric::StandingParked,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Executions { .. } => "Executions",
            Self::EventAge { .. } => "EventAge",
            Self::StepDuration { .. } => "StepDuration",
            Self::Retries { .. } => "Retries",
            Self::Throttled { .. } => "Throttled",
            Self::Parked { .. } => "Parked",
            Self::BreakerOpen { .. } => "BreakerOpen",
            Self::WebhooksAccepted { .. } => "WebhooksAccepted",
            Self::WebhooksSkipped { .. } => "WebhooksSkipped",
            Self::WebhooksRefused { .. } => "WebhooksRefused",
            Self::SweepEnqueued => "SweepEnqueued",
            Self::SweepBehindSeconds => "SweepBehindSeconds",
            Self::StandingStill => "StandingStill",
            Self::StandingParked => "StandingParked",
        }
    }

    /// Its unit, as CloudWatch names it.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::StepDuration { .. } | Self::EventAge { .. } => "Milliseconds",
            Self::SweepBehindSeconds => "Seconds",
            _ => "Count",
        }
    }

    /// Its dimensions in the order of the alphabet. Stages of one account share the namespace, so that each says whose it is.
    #[must_use]
    pub fn dimensions(self, stage: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut dimensions = match self {
            Self::Executions { flow, outcome } | Self::EventAge { flow, outcome } => {
                vec![("flow", flow), ("outcome", outcome)]
            }
            Self::StepDuration { flow, action } => vec![("flow", flow), ("action", action)],
            Self::Retries { flow, class } => vec![("flow", flow), ("class", class)],
            Self::Throttled { flow } | Self::Parked { flow } => vec![("flow", flow)],
            Self::BreakerOpen { system } => vec![("system", system)],
            Self::WebhooksAccepted { source } => vec![("source", source)],
            Self::WebhooksSkipped { source, reason } | Self::WebhooksRefused { source, reason } => {
                vec![("source", source), ("reason", reason)]
            }
            Self::SweepEnqueued | Self::SweepBehindSeconds | Self::StandingStill | Self::StandingParked => {
                Vec::new()
            }
        };
        dimensions.push(("stage", stage));
        dimensions.sort_unstable();
        dimensions
    }
}
