//! Waiting for what happens some time later: always by looking, always with a limit.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long most things may take on a small, busy machine.
pub const WAIT: Duration = Duration::from_secs(60);
/// How often is looked.
const POLL: Duration = Duration::from_millis(200);

/// Looks until `look` returns something.
///
/// # Errors
/// `look`'s own, at once; or that `what` has not happened within `limit`.
pub async fn wait_until<T, F>(what: &str, limit: Duration, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if begin.elapsed() > limit {
            bail!("{what}: not within {} s", limit.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}
