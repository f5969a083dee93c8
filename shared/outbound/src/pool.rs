//! The process's connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::transport::Http;
use crate::{Error, Transport};

/// The connections of a process, shared by all clients, and how many requests each system got.
#[derive(Clone)]
pub struct Pool {
    pub(crate) transport: Arc<dyn Transport>,
    /// A std mutex: nothing awaits under it.
    calls: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Pool {
    /// An empty pool over the network.
    ///
    /// # Errors
    /// The TLS library or the system's certificates cannot be used.
    pub fn new() -> Result<Self, Error> {
        Ok(Self::over(Arc::new(Http::new()?)))
    }

    /// A pool over another transport.
    #[must_use]
    pub fn over(transport: Arc<dyn Transport>) -> Self {
        Self { transport, calls: Arc::default() }
    }

    /// Requests sent so far, by system.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, system: &'static str) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(system).or_default() += 1;
    }
}
