//! How many requests a second a system of a pair gets from all our processes together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use canonical::PairId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::key::{pace_key, second_key};
use crate::{Clock, Condition, Store, StoreError, System, Write};

/// A process takes this part of a second's requests at a time, so that not every request is a write to the table.
const CHUNK_PART: u32 = 4;
/// The longest that a request waits for its turn in place; after that its message goes back to the queue.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_secs(2);
/// For how long a system that said "too many" gets half.
pub const HALVED: SignedDuration = SignedDuration::from_secs(60);
/// Seconds that a second's row stays.
const KEPT_SECONDS: i64 = 600;

/// Why a request may not be sent now.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Every request of the seconds that were waited for is taken.
    #[error(
        "{system} gets no more than {per_second} requests a second from pair {pair}; this one comes later"
    )]
    Full {
        /// The pair.
        pair: PairId,
        /// The system.
        system: System,
        /// The limit in force.
        per_second: u32,
    },
    /// The table could not be used.
    #[error("the throttle of {system}: {source}")]
    Table {
        /// The system.
        system: System,
        /// What the table said.
        source: StoreError,
    },
}

/// The throttle of one system of one pair.
pub struct Throttle {
    pair: PairId,
    system: System,
    per_second: u32,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// A std mutex: nothing awaits under it.
    held: Mutex<Held>,
}

/// What the process has taken of the current second.
#[derive(Debug, Default)]
struct Held {
    second: i64,
    left: u32,
    /// The limit of that second.
    per_second: u32,
}

impl Throttle {
    /// A throttle of `per_second` requests, at least one.
    #[must_use]
    pub fn new(
        pair: PairId,
        system: System,
        per_second: u32,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { pair, system, per_second: per_second.max(1), store, clock, held: Mutex::default() }
    }

    /// Waits for a request's turn, 2 s at most.
    ///
    /// # Errors
    /// There is none: nothing was sent, and the request comes later.
    pub async fn pass(&self) -> Result<(), Refusal> {
        let started = self.clock.now();
        loop {
            let now = self.clock.now();
            if self.took_held(now.as_second()) || self.took_chunk(now).await? {
                return Ok(());
            }
            let next = Timestamp::from_second(now.as_second() + 1).unwrap_or(now);
            // A little into the second, differently each time: not all who wait ask at once.
            let spread = SignedDuration::from_millis(i64::try_from(self.clock.random() % 200).unwrap_or(0));
            let rest = next.duration_since(now) + spread;
            if now.duration_since(started) + rest > WAIT_MAX {
                let per_second = self.lock().per_second;
                return Err(Refusal::Full {
                    pair: self.pair.clone(),
                    system: self.system.clone(),
                    per_second,
                });
            }
            self.clock.sleep(rest).await;
        }
    }

    /// The system said "too many": it gets half for a minute.
    ///
    /// # Errors
    /// The table could not be used.
    pub async fn halve(&self) -> Result<(), Refusal> {
        let now = self.clock.now();
        let until = now.as_second().saturating_add(HALVED.as_secs());
        let write = Write::Update {
            key: pace_key(&self.pair, &self.system),
            set: BTreeMap::from([
                ("halved_until".to_owned(), Value::from(until)),
                ("expires_at".to_owned(), Value::from(until + KEPT_SECONDS)),
            ]),
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: Vec::new(),
        };
        // What is left of a second was taken under the old limit.
        self.lock().left = 0;
        self.store.write(vec![write]).await.map_err(|source| self.unusable(source))
    }

    fn took_held(&self, second: i64) -> bool {
        let mut held = self.lock();
        if held.second != second || held.left == 0 {
            return false;
        }
        held.left -= 1;
        true
    }

    /// Takes some of the second's requests from the table, and one of them.
    async fn took_chunk(&self, now: Timestamp) -> Result<bool, Refusal> {
        let second = now.as_second();
        let per_second = self.limit(now).await?;
        let chunk = (per_second / CHUNK_PART).max(1);
        let most = i64::from(per_second - chunk) + 1;
        let write = Write::Update {
            key: second_key(&self.pair, &self.system, second),
            set: BTreeMap::from([("expires_at".to_owned(), Value::from(second + KEPT_SECONDS))]),
            add: BTreeMap::from([("taken".to_owned(), i64::from(chunk))]),
            remove: Vec::new(),
            when: vec![Condition::Any(vec![
                Condition::Without("taken"),
                Condition::Below("taken", Value::from(most)),
            ])],
        };
        match self.store.write(vec![write]).await {
            Ok(()) => {
                let mut held = self.lock();
                let kept = if held.second == second { held.left } else { 0 };
                *held = Held { second, left: kept + chunk - 1, per_second };
                // The table may have taken its time: a request of a second that is over is nobody's.
                Ok(self.clock.now().as_second() == second)
            }
            Err(StoreError::Refused { .. }) => {
                self.lock().per_second = per_second;
                Ok(false)
            }
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// The limit in force: half after the system said "too many".
    async fn limit(&self, now: Timestamp) -> Result<u32, Refusal> {
        let row = self.store.get(&pace_key(&self.pair, &self.system)).await;
        let row = row.map_err(|source| self.unusable(source))?;
        let halved_until = row.and_then(|row| row.attributes.get("halved_until").and_then(Value::as_i64));
        let is_halved = halved_until.is_some_and(|until| until > now.as_second());
        Ok(if is_halved { (self.per_second / 2).max(1) } else { self.per_second })
    }

    fn unusable(&self, source: StoreError) -> Refusal {
        Refusal::Table { system: self.system.clone(), source }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
