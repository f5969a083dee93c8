//! Queues that keep what was sent.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::{Message, Queue, QueueError, QueueName};

/// Keeps messages in the order sent, and the delays asked for. Delivery is the test's or the simulation's.
#[derive(Debug, Default)]
pub struct MemoryQueue {
    /// A std mutex: nothing awaits under it.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<(QueueName, Message)>,
    delays: Vec<(QueueName, String, SignedDuration)>,
}

impl MemoryQueue {
    /// Everything sent to a queue, oldest first.
    #[must_use]
    pub fn sent(&self, to: &QueueName) -> Vec<Message> {
        self.lock().sent.iter().filter(|(queue, _)| queue == to).map(|(_, message)| message.clone()).collect()
    }

    /// The delays asked for, oldest first: queue, receipt, duration.
    #[must_use]
    pub fn delays(&self) -> Vec<(QueueName, String, SignedDuration)> {
        self.lock().delays.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError> {
        self.lock().sent.push((to.clone(), message));
        Ok(())
    }

    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError> {
        self.lock().delays.push((queue.clone(), receipt.to_owned(), after));
        Ok(())
    }
}
