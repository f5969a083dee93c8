//! The process's connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use flow::guard::Throttle;

use crate::transport::Http;
use crate::{Error, Transport};

/// The connections of a process, shared by all clients, and how many requests each system got.
#[derive(Clone)]
pub struct Pool {
    pub(crate) transport: Arc<dyn Transport>,
    /// A std mutex: nothing awaits under it.
    calls: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    /// How many requests a second the system gets; `None`: as many as there are.
    throttle: Option<Arc<Throttle>>,
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
        Self { transport, calls: Arc::default(), throttle: None }
    }

    /// The same connections for one system, which gets no more requests a second than the throttle gives.
    #[must_use]
    pub fn paced(&self, throttle: Throttle) -> Self {
        Self { throttle: Some(Arc::new(throttle)), ..self.clone() }
    }

    /// Requests sent so far, by system.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a request's turn.
    pub(crate) async fn pass(&self, system: &'static str, action: &str) -> Result<(), Error> {
        let Some(throttle) = &self.throttle else { return Ok(()) };
        let paced = |refusal: flow::guard::throttle::Refusal| Error::Paced {
            system,
            action: action.to_owned(),
            problem: refusal.to_string(),
        };
        throttle.pass().await.map_err(paced)
    }

    /// The system had too many: it gets half for a while.
    pub(crate) async fn slow_down(&self) {
        let Some(throttle) = &self.throttle else { return };
        if let Err(refusal) = throttle.halve().await {
            // It goes on saying so, and is told apart by its own answers.
            tracing::warn!(fault.message = %refusal, "A throttle was not lowered");
        }
    }

    pub(crate) fn count(&self, system: &'static str) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(system).or_default() += 1;
    }
}
