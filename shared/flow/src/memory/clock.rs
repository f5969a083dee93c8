//! Virtual time.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::Clock;

/// A clock that stands still until somebody sleeps, and whose chance comes from a seed.
#[derive(Debug)]
pub struct MemoryClock {
    /// A std mutex: nothing awaits under it.
    state: Mutex<(Timestamp, u64)>,
}

impl MemoryClock {
    /// A clock at `now`.
    #[must_use]
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self { state: Mutex::new((now, seed | 1)) }
    }

    /// Moves it on.
    pub fn advance(&self, by: SignedDuration) {
        let mut state = self.lock();
        state.0 = state.0.checked_add(by).unwrap_or(state.0);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, u64)> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for MemoryClock {
    fn now(&self) -> Timestamp {
        self.lock().0
    }

    async fn sleep(&self, duration: SignedDuration) {
        if duration.is_positive() {
            self.advance(duration);
        }
    }

    fn random(&self) -> u64 {
        // xorshift64*: enough for jitter, and the same for a seed everywhere.
        let mut state = self.lock();
        let mut x = state.1;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.1 = x;
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}
