//! What the sender, the log and the metrics are told of a request. Never its body, a header, a name or a secret.

use aws::{Metric, emf};
use canonical::{EventId, PairId};
use flow::FlowName;
use jiff::SignedDuration;

use crate::outcome::{Refusal, Skip};
use crate::source::Source;

/// What is known of a request. Source and pair are set once they are found in our own lists, the event's parts once
/// the signature was good: before that the text is a stranger's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) source: Option<Source>,
    pub(crate) pair: Option<PairId>,
    pub(crate) event: Option<EventId>,
    pub(crate) event_type: Option<String>,
    pub(crate) entity: Option<String>,
    pub(crate) trace_id: String,
    pub(crate) bytes: usize,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Every one of these flows has its message.
    Queued(Vec<FlowName>),
    Skipped(Skip),
    Refused(Refusal),
}

impl Ended {
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Queued(_) | Self::Skipped(_) => 200,
            Self::Refused(refusal) => refusal.status(),
        }
    }

    /// The response's body. Stripe shows it in its Dashboard.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Queued(flows) => {
                let names: Vec<_> = flows.iter().map(FlowName::as_str).collect();
                format!("queued: {}\n", names.join(", "))
            }
            Self::Skipped(skip) => format!("skipped: {}\n", skip.reason()),
            Self::Refused(refusal) => format!("refused: {}: {refusal}\n", refusal.reason()),
        }
    }

    const fn reason(&self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Skipped(skip) => skip.reason(),
            Self::Refused(refusal) => refusal.reason(),
        }
    }

    /// One log line and one metrics line.
    pub(crate) fn report(&self, stage: &str, seen: &Seen, took: SignedDuration) {
        let source = seen.source.map_or("unknown", Source::as_str);
        let (pair, reason) = (seen.pair.as_ref().map(PairId::as_str), self.reason());
        let (event_id, event_type) = (seen.event.as_ref().map(EventId::as_str), seen.event_type.as_deref());
        let (entity, trace_id, bytes) = (seen.entity.as_deref(), seen.trace_id.as_str(), seen.bytes);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or_default();
        let status = self.status();
        let what = event_type.unwrap_or("a request");
        macro_rules! line {
            ($level:ident, $verb:literal) => {
                tracing::$level!(
                    source, pair, event.id = event_id, event.type = event_type, entity.id = entity, trace.id = trace_id,
                    body.bytes = bytes, http.status = status, reason, duration_ms, "{} {what} from {source}: {reason}", $verb
                )
            };
        }
        match self {
            Self::Queued(_) => line!(info, "Queued"),
            Self::Skipped(_) => line!(info, "Skipped"),
            Self::Refused(refusal) if refusal.status() >= 500 => line!(error, "Refused"),
            Self::Refused(_) => line!(warn, "Refused"),
        }
        emf::emit(stage, &[(self.metric(source), 1)]);
    }

    const fn metric<'a>(&self, source: &'a str) -> Metric<'a> {
        match self {
            Self::Queued(_) => Metric::WebhooksAccepted { source },
            Self::Skipped(skip) => Metric::WebhooksSkipped { source, reason: skip.reason() },
            Self::Refused(refusal) => Metric::WebhooksRefused { source, reason: refusal.reason() },
        }
    }
}
