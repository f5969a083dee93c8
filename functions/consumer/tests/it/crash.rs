//! A process that stops at any call to the table, before it or after: whoever takes the message next ends with one of
//! everything. Between two calls to the table lies at most one write to another system, so that this is every place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use flow::execution::Status;
use flow::memory::MemoryStore;
use flow::{Cursor, Index, Item, Key, Page, Store, StoreError, Write};
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::held::Held;
use crate::world::{FUNCTION_TIMEOUT, World};

/// Calls that an order makes at most.
const CALLS_MAX: usize = 60;

/// The table, at whose n-th call the process stops.
struct Fuse {
    store: Arc<MemoryStore>,
    calls: AtomicUsize,
    at: usize,
    after: bool,
    blown: Notify,
}

impl Fuse {
    async fn around<T>(&self, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        if number == self.at && !self.after {
            self.stop().await;
        }
        let answer = call.await;
        if number == self.at && self.after {
            self.stop().await;
        }
        answer
    }

    async fn stop(&self) {
        self.blown.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl Store for Fuse {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.around(self.store.get(key)).await
    }
    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        self.around(self.store.partition(pk)).await
    }
    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.around(self.store.index(index, pk, from, limit)).await
    }
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.around(self.store.write(writes)).await
    }
}

#[tokio::test]
async fn wherever_a_process_stops_the_next_one_ends_with_one_of_everything() {
    let mut stops = 0;
    for at in 0..CALLS_MAX {
        for after in [false, true] {
            let world = World::new().await;
            let seeded = world.seed("mixed");
            let message = world.message(&seeded);
            let fuse = Arc::new(Fuse {
                store: world.store.clone(),
                calls: AtomicUsize::new(0),
                at,
                after,
                blown: Notify::new(),
            });
            let consumer = world.consumer_over_store(fuse.clone()).await;
            let stopped = tokio::select! {
                _ = world.hand(&consumer, std::slice::from_ref(&message), 1) => false,
                () = fuse.blown.notified() => true,
            };
            if !stopped {
                assert!(stops > 20, "an order made only {stops} calls to the table");
                return;
            }
            stops += 1;
            drop(consumer);
            // The message comes back after the visibility timeout; the lease has run out by then.
            world.clock.advance(FUNCTION_TIMEOUT + SignedDuration::from_secs(11));
            let execution = world.settle(&message).await;
            assert_eq!(execution.status, Status::Done, "call {at}, after: {after}: {execution:?}");
            let held = Held::of(&world.sandbox, &seeded);
            assert_eq!(held.counts(), [1; 5], "call {at}, after: {after}");
            assert!(world.letters().is_empty(), "call {at}, after: {after}");
        }
    }
    panic!("an order makes more than {CALLS_MAX} calls to the table");
}
