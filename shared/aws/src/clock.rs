//! The real time and real chance.

use async_trait::async_trait;
use flow::Clock;
use jiff::{SignedDuration, Timestamp};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: SignedDuration) {
        if let Ok(duration) = std::time::Duration::try_from(duration) {
            tokio::time::sleep(duration).await;
        }
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}
