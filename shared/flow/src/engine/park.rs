//! Parking in three steps: the row, the letter, success. Whoever finds the row parked sends the letter again.

use canonical::redact;

use super::{Engine, Outcome, Report, StepTiming, retry};
use crate::execution::{Claimed, Execution, MendedBy, Parked};
use crate::{Delivery, Fault, QueueName, StoreError};

impl Engine {
    /// Parks an execution and sends its letter.
    pub(super) async fn park(
        &self,
        claimed: &mut Claimed,
        delivery: &Delivery,
        step: &str,
        fault: Fault,
        steps: Vec<StepTiming>,
    ) -> Result<Report, StoreError> {
        let parked = Parked {
            n: claimed.execution().parks + 1,
            class: fault.class,
            reason: fault.code.clone(),
            step: step.to_owned(),
            message: redact(&fault.message, retry::MESSAGE_MAX),
            mended_by: MendedBy::of(fault.class),
            at: self.ports.clock.now(),
        };
        let mut written = claimed.park(&self.ports, parked.clone()).await;
        if written.as_ref().is_err_and(StoreError::is_invalid) {
            // What goes with the row is too large for the table; that a person must look is not.
            written = claimed.park_bare(&self.ports, parked).await;
        }
        let report = |outcome, newly_parked| Report {
            outcome,
            steps,
            fault: Some(fault),
            newly_parked,
            breakers: Vec::new(),
        };
        match written {
            Ok(()) => Ok(report(self.send_letter(claimed.execution(), delivery).await, true)),
            Err(StoreError::Refused { .. }) => {
                Ok(report(Outcome::RetryAfter(retry::uncounted_delay(delivery.receive_count)), false))
            }
            Err(error) => Err(error),
        }
    }

    /// A redelivery found the row parked: its letter may be missing.
    pub(super) async fn letter_again(&self, execution: &Execution, delivery: &Delivery) -> Report {
        Report::of(self.send_letter(execution, delivery).await)
    }

    async fn send_letter(&self, execution: &Execution, delivery: &Delivery) -> Outcome {
        let letter = delivery.to_letter(&self.plan.flow, execution.parks);
        match self.ports.queue.send(&QueueName::DeadLetter, letter).await {
            Ok(()) => {
                let reason = execution.parked.as_ref().map_or("parked", |parked| parked.reason.as_str());
                Outcome::Parked(reason.to_owned())
            }
            Err(error) => {
                tracing::warn!(
                    event.id = %delivery.event, trace.id = %delivery.trace_id, fault.message = %error,
                    "The letter of a parked execution could not be sent; it is sent again"
                );
                Outcome::RetryAfter(retry::uncounted_delay(delivery.receive_count))
            }
        }
    }
}
