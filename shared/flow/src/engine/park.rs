//! Parking in three steps: the row, the letter, success. Whoever finds the row parked sends the letter again.

use canonical::redact;

use super::{Engine, Outcome, Report, StepTiming, retry};
use crate::execution::{Claimed, Execution, MendedBy, Parked};
use crate::{Delivery, Fault, QueueName, StoreError};

/// Characters of a fault's message that a row keeps; the head row stays under 4 KB.
const MESSAGE_MAX: usize = 800;

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
            message: redact(&fault.message, MESSAGE_MAX),
            mended_by: MendedBy::of(fault.class),
            at: self.ports.clock.now(),
        };
        match claimed.park(&self.ports, parked).await {
            Ok(()) => {}
            Err(StoreError::Refused { .. }) => {
                let outcome = Outcome::RetryAfter(retry::uncounted_delay(delivery.receive_count));
                return Ok(Report { outcome, steps, fault: Some(fault) });
            }
            Err(error) => return Err(error),
        }
        let outcome = self.send_letter(claimed.execution(), delivery).await;
        Ok(Report { outcome, steps, fault: Some(fault) })
    }

    /// A redelivery found the row parked: its letter may be missing.
    pub(super) async fn letter_again(&self, execution: &Execution, delivery: &Delivery) -> Report {
        Report { outcome: self.send_letter(execution, delivery).await, steps: Vec::new(), fault: None }
    }

    async fn send_letter(&self, execution: &Execution, delivery: &Delivery) -> Outcome {
        let letter = delivery.to_letter(&self.plan.flow, execution.parks);
        match self.ports.queue.send(&QueueName::DeadLetter, letter).await {
            Ok(()) => {
                let reason = execution.parked.as_ref().map_or("parked", |parked| parked.reason.as_str());
                Outcome::Parked(reason.to_owned())
            }
            Err(error) => {
                tracing::warn!(error = %error, "The letter of a parked execution could not be sent; it is sent again");
                Outcome::RetryAfter(retry::uncounted_delay(delivery.receive_count))
            }
        }
    }
}
