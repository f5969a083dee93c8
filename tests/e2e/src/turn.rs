//! Who may do what at the same time. Tests run side by side on one stack and disturb nobody: each has orders of its own. One
//! that disturbs (takes a system down, changes a function, counts all there is) waits until it is alone.

use std::ops::Deref;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{Stack, wait_until};

/// How long what is still worked on may take.
const EMPTY: Duration = Duration::from_secs(20);

static STACK: RwLock<()> = RwLock::const_new(());

/// The stack, for as long as this is held.
#[derive(Debug)]
pub struct Turn {
    stack: Stack,
    _guard: Guard,
}

#[derive(Debug)]
enum Guard {
    Shared { _guard: RwLockReadGuard<'static, ()> },
    Alone { _guard: RwLockWriteGuard<'static, ()> },
}

impl Stack {
    /// The stack beside other tests.
    ///
    /// # Errors
    /// Nothing is deployed.
    pub async fn shared() -> Result<Turn> {
        let guard = Guard::Shared { _guard: STACK.read().await };
        Ok(Turn { stack: Self::from_env()?, _guard: guard })
    }

    /// The stack without other tests, and without a message of theirs.
    ///
    /// # Errors
    /// Nothing is deployed.
    pub async fn alone() -> Result<Turn> {
        let guard = Guard::Alone { _guard: STACK.write().await };
        let stack = Self::from_env()?;
        for url in stack.state.queue_urls.values() {
            // A message leaves its queue a little after its execution has ended; one that stays is a failed test's.
            let empty = || async { Ok((stack.queues.depth(url).await? == 0).then_some(())) };
            if wait_until("the queue is empty", EMPTY, empty).await.is_err() {
                stack.queues.purge(url).await?;
            }
        }
        Ok(Turn { stack, _guard: guard })
    }
}

impl Deref for Turn {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        &self.stack
    }
}
