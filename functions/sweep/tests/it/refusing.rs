//! Ports that stop working.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use flow::memory::{MemoryQueue, MemoryStore};
use flow::{
    Class, Cursor, Index, Item, Key, Message, Page, Queue, QueueError, QueueName, Store, StoreError, Write,
};
use jiff::SignedDuration;

/// A queue that takes some messages and then no more.
pub(crate) struct FullQueue {
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) left: AtomicUsize,
    /// What it says then.
    pub(crate) class: Class,
}

#[async_trait]
impl Queue for FullQueue {
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError> {
        let take = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match take {
            Ok(_) => self.queue.send(to, message).await,
            Err(_) => Err(QueueError { queue: to.clone(), class: self.class, message: "away".to_owned() }),
        }
    }

    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError> {
        self.queue.delay(queue, receipt, after).await
    }
}

/// A table that does not take cursors: the process stops between the queue and the cursor.
pub(crate) struct NoCursor(pub(crate) Arc<MemoryStore>);

#[async_trait]
impl Store for NoCursor {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.0.get(key).await
    }

    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        self.0.partition(pk).await
    }

    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.0.index(index, pk, from, limit).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let is_cursor =
            |write: &Write| matches!(write, Write::Put { item, .. } if item.key.pk.starts_with("C#"));
        if writes.iter().any(is_cursor) {
            return Err(StoreError::Unavailable { class: Class::Transient, message: "away".to_owned() });
        }
        self.0.write(writes).await
    }
}
