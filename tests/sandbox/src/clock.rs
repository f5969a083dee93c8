//! What time it is in the doubles: the system's, or one that a test moves.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

tokio::task_local! {
    /// Fifty places in four systems ask what time it is, far below whoever knows the clock: it is in scope while a system
    /// is asked, and no document carries it about.
    static CLOCK: Clock;
}

/// A clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Runs `work` by this clock.
    pub(crate) fn holds<T>(&self, work: impl FnOnce() -> T) -> T {
        CLOCK.sync_scope(self.clone(), work)
    }

    /// Runs `work` by this clock, over its awaits.
    pub(crate) async fn holds_over<F: Future>(&self, work: F) -> F::Output {
        CLOCK.scope(self.clone(), work).await
    }
}

impl Default for Clock {
    /// The system's.
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Now, by the clock in scope; the system's where none is.
pub(crate) fn now() -> Timestamp {
    CLOCK.try_with(|clock| (clock.0)()).unwrap_or_else(|_| Timestamp::now())
}
