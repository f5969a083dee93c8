//! The table as a process sees it: it refuses, is slow, loses answers, and a write whose answer was lost may come true a little later.

use std::sync::Arc;

use async_trait::async_trait;
use flow::memory::MemoryStore;
use flow::{Class, Cursor, Index, Item, Key, Page, Store, StoreError, Write};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::chance::Chance;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::switch::Switch;
use crate::watch::Watch;

/// How much later a write that was given up may come true, milliseconds.
const LATE_MS_MAX: u64 = 3_000;

/// The table with its faults.
#[derive(Clone)]
pub(crate) struct FaultyStore {
    pub(crate) table: Arc<MemoryStore>,
    pub(crate) watch: Watch,
    pub(crate) faults: Arc<Faults>,
    pub(crate) switch: Switch,
    pub(crate) chance: Chance,
    pub(crate) journal: Journal,
    /// Who asks, for the journal.
    pub(crate) who: String,
}

impl FaultyStore {
    /// Before anything is done: a place where a process may stop, and what may go wrong.
    async fn before(&self) -> Result<(), StoreError> {
        yield_now().await;
        if self.switch.strikes(self.faults.store_slow) {
            sleep(self.chance.millis(5, 1_500)).await;
        }
        if self.switch.strikes(self.faults.store_refused) {
            self.journal.tell(format!("{} the table refuses", self.who));
            return Err(unavailable("refused"));
        }
        Ok(())
    }

    async fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let before = self.watch.before(&self.table, &writes).await;
        self.table.write(writes).await?;
        self.watch.after(&self.table, before).await;
        Ok(())
    }
}

fn unavailable(message: &str) -> StoreError {
    StoreError::Unavailable { class: Class::Transient, message: message.to_owned() }
}

#[async_trait]
impl Store for FaultyStore {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.before().await?;
        let item = self.table.get(key).await;
        yield_now().await;
        item
    }

    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        self.before().await?;
        let items = self.table.partition(pk).await;
        yield_now().await;
        items
    }

    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.before().await?;
        self.table.index(index, pk, from, limit).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.before().await?;
        if self.switch.strikes(self.faults.store_lost) {
            let late = self.chance.permille(500);
            let (store, pause) = (self.clone(), self.chance.millis(1, LATE_MS_MAX));
            self.journal.tell(format!(
                "{} the table's answer is lost{}",
                self.who,
                if late { ", the write is late" } else { "" }
            ));
            if late {
                tokio::spawn(async move {
                    sleep(pause).await;
                    // Nobody waits for it: refused or not, it was given up.
                    let _ = store.apply(writes).await;
                });
            } else {
                // The same: its answer is what is lost.
                let _ = self.apply(writes).await;
            }
            yield_now().await;
            return Err(unavailable("the answer was lost"));
        }
        let written = self.apply(writes).await;
        yield_now().await;
        written
    }
}
