//! The dead-letter queue as somebody who looks through it sees it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::QueueError;

/// A letter that was received, and that nobody else sees for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// By what it is deleted.
    pub receipt: String,
    /// Its body.
    pub body: String,
    /// What travels beside it. See [`crate::delivery`].
    pub attributes: BTreeMap<String, String>,
    /// The name of the queue that gave it up, where a queue did so and no consumer.
    pub from_queue: Option<String>,
}

/// The dead-letter queue: SQS's, and that of tests and the simulation.
#[async_trait]
pub trait Letters: Send + Sync {
    /// Some letters, which are hidden for `hidden`; none where there are none that can be seen.
    ///
    /// # Errors
    /// The queue refuses or does not answer.
    async fn receive(&self, hidden: SignedDuration) -> Result<Vec<Letter>, QueueError>;

    /// Deletes a letter.
    ///
    /// # Errors
    /// The queue refuses or does not answer: the letter may come again.
    async fn delete(&self, receipt: &str) -> Result<(), QueueError>;
}
