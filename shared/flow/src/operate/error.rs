//! Why an act was not done.

use crate::execution::{Execution, Status};
use crate::{Fault, QueueError, StoreError};

/// Why an act was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Only parked executions can be acted on like this.
    #[error("execution {execution} is {}, not parked; look at it again with `tillbridge show`", status.as_str())]
    NotParked {
        /// `<flow>/<event>`.
        execution: String,
        /// Where it stands.
        status: Status,
    },
    /// Somebody else has changed it since it was looked at.
    #[error(
        "execution {execution} has changed since it was looked at; look again, then repeat what is still to be done"
    )]
    Changed {
        /// `<flow>/<event>`.
        execution: String,
    },
    /// What was asked for does not fit. The message says what would.
    #[error("{0}")]
    Invalid(String),
    /// The other side, or the pair's settings.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl Error {
    pub(super) fn not_parked(execution: &Execution) -> Self {
        Self::NotParked { execution: name(execution), status: execution.status }
    }

    /// A refused condition means that somebody was faster.
    pub(super) fn of_write(execution: &Execution, error: StoreError) -> Self {
        match error {
            StoreError::Refused { .. } => Self::Changed { execution: name(execution) },
            other => Self::Store(other),
        }
    }
}

/// How an execution is named to people: `order-to-cash/evt_1`.
pub(super) fn name(execution: &Execution) -> String {
    format!("{}/{}", execution.flow, execution.event)
}
