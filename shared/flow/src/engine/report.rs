//! What came of a delivery, for the caller, its log and its metrics.

use jiff::SignedDuration;

use crate::Fault;
use crate::execution::Status;
use crate::guard::breaker::Change;

/// What came of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What to tell the queue.
    pub outcome: Outcome,
    /// The steps that ran in this delivery.
    pub steps: Vec<StepTiming>,
    /// The fault that ended it, where one did.
    pub fault: Option<Fault>,
    /// Whether this delivery parked the row. Its letter may still be on its way, and a redelivery parks nothing anew.
    pub newly_parked: bool,
    /// Breakers that this delivery opened, closed or was held up by.
    pub breakers: Vec<Change>,
}

impl Report {
    /// A report of an outcome that no step and no fault led to.
    pub(super) const fn of(outcome: Outcome) -> Self {
        Self { outcome, steps: Vec::new(), fault: None, newly_parked: false, breakers: Vec::new() }
    }
}

/// What to tell the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every step has its effect: the message may go.
    Done,
    /// Nothing was to be done, and why: the message may go.
    Skipped(String),
    /// The row is parked and its letter sent: the message may go.
    Parked(String),
    /// Deliver it again after this time.
    RetryAfter(SignedDuration),
}

impl Outcome {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => Status::Done.as_str(),
            Self::Skipped(_) => Status::Skipped.as_str(),
            Self::Parked(_) => Status::Parked.as_str(),
            Self::RetryAfter(_) => "retry",
        }
    }
}

/// How long a step took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTiming {
    /// Its path.
    pub step: String,
    /// The action, or the kind of step.
    pub action: String,
    /// Milliseconds.
    pub duration_ms: i64,
}
