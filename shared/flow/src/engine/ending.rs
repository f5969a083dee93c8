//! Why a run stops before its last step, and what a fault of a step leads to.

use jiff::SignedDuration;

use super::retry::{Before, Rules, Verdict, held_up, uncounted_delay, verdict};
use super::run::Run;
use crate::execution::{StepPath, Waiting};
use crate::expression::ExpressionError;
use crate::fault::OUT_OF_TIME;
use crate::plan::{OnError, OnNotFound, Use};
use crate::{Class, Fault, StoreError};

/// Why a run stopped before its last step.
#[derive(Debug)]
pub(super) enum Ending {
    /// Nothing to do.
    Skip(String),
    /// A person must look.
    Park { step: String, fault: Box<Fault> },
    /// A step is tried again later.
    Wait { waiting: Box<Waiting>, fault: Box<Fault> },
    /// The time is up; nothing is wrong.
    ComeBack(SignedDuration),
    /// Somebody else has the execution.
    LeaseLost,
    /// The table cannot be used.
    Store(StoreError),
}

impl From<StoreError> for Ending {
    fn from(error: StoreError) -> Self {
        match error {
            // Every transaction's first write is the head row: refused there, the lease is lost.
            StoreError::Refused { .. } => Self::LeaseLost,
            StoreError::Unavailable { .. } | StoreError::Malformed { .. } => Self::Store(error),
        }
    }
}

impl Run<'_> {
    /// What the document says of a fault.
    fn rules(&self, fault: &Fault, uses: Option<&Use>) -> Result<Rules, ExpressionError> {
        let Some(uses) = uses else { return Ok(Rules::default()) };
        let decide = |rule: &OnError| rule.decide(&self.scope);
        let not_found = match uses.on_not_found(fault) {
            None => None,
            Some(OnNotFound::Now(then)) => Some((SignedDuration::ZERO, decide(then)?)),
            Some(OnNotFound::RetryFor { duration, then }) => Some((*duration, decide(then)?)),
        };
        Ok(Rules { on_error: uses.on_error(fault).map(decide).transpose()?, not_found })
    }

    /// The next delivery has more time. One that brought no write about waits, or the queue would deliver it a thousand
    /// times within the hour.
    pub(super) fn out_of_time(&self, path: &StepPath) -> Ending {
        let after = if self.has_written { SignedDuration::from_secs(1) } else { self.uncounted_delay() };
        self.come_back(path, after, "had not the time for this step; raise FunctionTimeoutS")
    }

    /// Nothing is wrong: the next delivery goes on after `after`, uncounted, but not for ever.
    pub(super) fn come_back(&self, path: &StepPath, after: SignedDuration, why: &str) -> Ending {
        if self.before(path).too_long() {
            let message = format!("{} deliveries {why}", self.delivery.receive_count);
            return park(path, Fault::new(Class::Transient, "waited_too_long", message));
        }
        Ending::ComeBack(after)
    }

    /// The delay of a delivery that could do nothing.
    pub(super) fn uncounted_delay(&self) -> SignedDuration {
        uncounted_delay(self.delivery.receive_count)
    }

    /// What was tried before.
    pub(super) fn before<'b>(&'b self, path: &'b StepPath) -> Before<'b> {
        let clock = &self.engine.ports.clock;
        Before {
            step: path.as_str(),
            waiting: self.claimed.execution().waiting.as_ref(),
            receive_count: self.delivery.receive_count,
            waits_since: self.claimed.execution().waits_since(),
            now: clock.now(),
            random: clock.random(),
        }
    }

    /// What follows a fault of a step.
    pub(super) fn fault(&self, path: &StepPath, fault: Fault, uses: Option<&Use>) -> Ending {
        if fault.code == OUT_OF_TIME {
            return self.out_of_time(path);
        }
        let rules = match self.evaluated(path, self.rules(&fault, uses)) {
            Ok(rules) => rules,
            Err(ending) => return ending,
        };
        let verdict = match self.open_until(&fault, uses) {
            // The system is down for all: that costs this one no try.
            Some(until) if rules.on_error.is_none() => held_up(&fault, self.before(path), until),
            _ => verdict(&fault, rules, self.before(path)),
        };
        self.ending(path, verdict, fault)
    }

    /// The end that a verdict is.
    pub(super) fn ending(&self, path: &StepPath, verdict: Verdict, fault: Fault) -> Ending {
        match verdict {
            Verdict::Retry(waiting) => Ending::Wait { waiting: Box::new(waiting), fault: Box::new(fault) },
            Verdict::Skip(reason) => Ending::Skip(reason),
            Verdict::Park(reason) if reason == fault.code => park(path, fault),
            Verdict::Park(reason) => {
                let message = format!("{} (last: {})", fault.message, fault.code);
                park(path, Fault { code: reason, message, ..fault })
            }
        }
    }
}

/// The end where a person must look at a step.
pub(super) fn park(path: &StepPath, fault: Fault) -> Ending {
    Ending::Park { step: path.to_string(), fault: Box::new(fault) }
}
