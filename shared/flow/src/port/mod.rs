//! The four ports through which the engine reaches the world, and the one through which the sweep looks at letters.

mod clock;
mod connector;
mod letters;
mod queue;
mod store;

use std::sync::Arc;

pub use clock::Clock;
pub use connector::Connector;
pub use letters::{Letter, Letters};
pub use queue::{Message, Queue, QueueError, QueueName};
pub use store::{Attributes, Condition, Cursor, Index, Item, Key, Page, Store, StoreError, Write};

/// The ports that do not depend on a pair. Connectors do, and are kept by pair in the engine.
#[derive(Clone)]
pub struct Ports {
    /// Executions, locks, links.
    pub store: Arc<dyn Store>,
    /// Flow queues and the dead-letter queue.
    pub queue: Arc<dyn Queue>,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
}
