//! Time and chance.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Time and chance, so that a simulation can hold both. Implemented by the system and by [`crate::memory`].
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Waits. A negative duration does not wait.
    async fn sleep(&self, duration: SignedDuration);

    /// 64 random bits, for jitter and lease owners; not for secrets.
    fn random(&self) -> u64;
}
