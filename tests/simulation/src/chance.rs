//! The one source of chance of a history.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Draws from a seed. All clones are one source: who draws when is part of the history.
#[derive(Clone, Debug)]
pub(crate) struct Chance(Arc<Mutex<fastrand::Rng>>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// 64 random bits.
    pub(crate) fn bits(&self) -> u64 {
        self.with(|rng| rng.u64(..))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&self, low: u64, high: u64) -> u64 {
        self.with(|rng| rng.u64(low..=high.max(low)))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(crate) fn permille(&self, times: u64) -> bool {
        times > 0 && self.with(|rng| rng.u64(0..1000)) < times
    }

    /// One of some; there must be one.
    pub(crate) fn pick<'a, T>(&self, some: &'a [T]) -> &'a T {
        let at = self.with(|rng| rng.usize(0..some.len()));
        &some[at]
    }

    /// A time from `low_ms` to `high_ms` milliseconds.
    pub(crate) fn millis(&self, low_ms: u64, high_ms: u64) -> Duration {
        Duration::from_millis(self.between(low_ms, high_ms))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
