//! Queues.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::{Class, FlowName};

/// Where a message goes or came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueName {
    /// The FIFO queue of a flow.
    Flow(FlowName),
    /// The one dead-letter queue.
    DeadLetter,
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow(flow) => write!(f, "{flow}"),
            Self::DeadLetter => f.write_str("dead-letter"),
        }
    }
}

/// A message as it is sent. See [`crate::delivery`] for its attributes' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Messages of a group are delivered in order: `<pair>:<kind>:<id>` of the entity.
    pub group: String,
    /// A second message with this id within five minutes may be dropped. Nothing relies on it.
    pub deduplication_id: String,
    /// The event as it came.
    pub body: String,
    /// What travels beside it.
    pub attributes: BTreeMap<String, String>,
}

/// A queue could not be used. `message` names the queue and what to look at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("queue {queue}: {message}")]
pub struct QueueError {
    /// The queue.
    pub queue: QueueName,
    /// Transient, throttled, auth, not_found or validation.
    pub class: Class,
    /// What happened and what to do.
    pub message: String,
}

/// Queues: SQS, and [`crate::memory`]'s.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends; when it returns, the message is durable.
    ///
    /// # Errors
    /// The queue refuses or does not answer: the message may or may not be there.
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError>;

    /// Hides a received message for `after`; it is delivered again then.
    ///
    /// # Errors
    /// The queue refuses or does not answer: the message comes back at the end of its visibility timeout.
    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError>;
}
