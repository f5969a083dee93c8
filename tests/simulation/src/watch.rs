//! Rules of the table that hold at every write, whoever writes: a fence never falls, what is finished stays finished, and nothing that
//! is stopped begins to be shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use flow::memory::MemoryStore;
use flow::{Attributes, Item, Key, Store, Write};
use serde_json::Value;
use tokio::sync::Notify;

use crate::journal::Journal;

/// The step that ships, in `order-to-cash`.
const FULFILMENT: &str = "step#fulfilment";
/// The step before it.
const BILLED: &str = "step#invoice";
const FINAL: [&str; 3] = ["done", "skipped", "discarded"];

/// Looks at every write that the table takes.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    journal: Journal,
    /// Orders that people have stopped: the number that a fulfilment names, and the stop's key.
    stops: Arc<Mutex<BTreeMap<String, Key>>>,
    /// Executions that have come to the step before the one that ships, and who waits for them.
    billed: Arc<(Mutex<BTreeSet<String>>, Notify)>,
}

/// What a write is about to replace.
pub(crate) struct Before {
    heads: Vec<(Key, Option<Item>)>,
    begins: Vec<(Key, String)>,
}

impl Watch {
    pub(crate) fn new(journal: Journal) -> Self {
        Self { journal, stops: Arc::default(), billed: Arc::default() }
    }

    /// An order is stopped from now on, where its row says so.
    pub(crate) fn stopped(&self, number: &str, stop: Key) {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), stop);
    }

    /// Waits until the execution of an event is about to ship: the moment at which a stop matters.
    pub(crate) async fn about_to_ship(&self, event: &str) {
        let (billed, changed) = &*self.billed;
        let is_it = |pk: &String| pk.ends_with(event);
        while !billed.lock().unwrap_or_else(PoisonError::into_inner).iter().any(is_it) {
            changed.notified().await;
        }
    }

    /// Looks at what is there.
    pub(crate) async fn before(&self, table: &MemoryStore, writes: &[Write]) -> Before {
        let mut before = Before { heads: Vec::new(), begins: Vec::new() };
        for write in writes {
            let (key, said) = match write {
                Write::Put { item, .. } => (&item.key, &item.attributes),
                Write::Update { key, set, .. } => (key, set),
                Write::Delete { .. } => continue,
            };
            if key.sk == BILLED && said.contains_key("finished_at") {
                let (billed, changed) = &*self.billed;
                billed.lock().unwrap_or_else(PoisonError::into_inner).insert(key.pk.clone());
                changed.notify_waiters();
            }
            if is_head(key) {
                before.heads.push((key.clone(), read(table, key).await));
            } else if key.sk == FULFILMENT && begins(said) {
                let begun = read(table, key).await.is_some_and(|item| begins(&item.attributes));
                if !begun {
                    before.begins.push((key.clone(), said["begun"].to_string()));
                }
            }
        }
        before
    }

    /// Looks at what a write has made of it.
    pub(crate) async fn after(&self, table: &MemoryStore, before: Before) {
        for (key, old) in before.heads {
            let (Some(old), Some(new)) = (old, read(table, &key).await) else { continue };
            let number =
                |item: &Item, name: &str| item.attributes.get(name).and_then(Value::as_u64).unwrap_or(0);
            let status =
                |item: &Item| item.attributes.get("status").and_then(Value::as_str).unwrap_or("").to_owned();
            if number(&new, "fence") < number(&old, "fence") {
                self.journal.broken(format!("the fence of {} fell", key.pk));
            }
            if FINAL.contains(&status(&old).as_str()) && status(&old) != status(&new) {
                let (old, new) = (status(&old), status(&new));
                self.journal.broken(format!("{} was {old} and has become {new}", key.pk));
            }
            let is_claimed = number(&new, "fence") > number(&old, "fence");
            let is_replayed =
                status(&new) == "queued" && number(&new, "replays") == number(&old, "replays") + 1;
            if status(&old) == "parked" && status(&new) != "parked" && !is_claimed && !is_replayed {
                self.journal.broken(format!("{} was parked and nobody has made it {}", key.pk, status(&new)));
            }
        }
        let stops = self.stops.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (key, begun) in before.begins {
            for (number, stop) in &stops {
                if begun.contains(&format!("\"{number}\"")) && is_stopped(table, stop).await {
                    self.journal
                        .broken(format!("order {number} is stopped, and {} begins to ship it", key.pk));
                }
            }
        }
    }
}

fn is_head(key: &Key) -> bool {
    key.sk == "-" && key.pk.starts_with("X#")
}

fn begins(said: &Attributes) -> bool {
    said.get("begun").is_some_and(Value::is_object)
}

async fn read(table: &MemoryStore, key: &Key) -> Option<Item> {
    table.get(key).await.ok().flatten()
}

async fn is_stopped(table: &MemoryStore, stop: &Key) -> bool {
    read(table, stop).await.is_some_and(|row| row.attributes.contains_key("reasons"))
}
