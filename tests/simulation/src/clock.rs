//! Virtual time: tokio's, which stands still while anybody works and leaps to the next timer when all wait.

use async_trait::async_trait;
use flow::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::chance::Chance;

/// The clock of a history.
#[derive(Clone, Debug)]
pub(crate) struct SimClock {
    begin: Timestamp,
    began: Instant,
    chance: Chance,
}

impl SimClock {
    /// A clock that shows `begin` now.
    pub(crate) fn new(begin: Timestamp, chance: Chance) -> Self {
        Self { begin, began: Instant::now(), chance }
    }

    /// Now.
    pub(crate) fn time(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::MAX);
        self.begin.saturating_add(elapsed).unwrap_or(self.begin)
    }

    /// Milliseconds since the beginning.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.time()
    }

    async fn sleep(&self, duration: SignedDuration) {
        if let Ok(duration) = duration.try_into()
            && duration > std::time::Duration::ZERO
        {
            tokio::time::sleep(duration).await;
        }
    }

    fn random(&self) -> u64 {
        self.chance.bits()
    }
}
