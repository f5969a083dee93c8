//! The process's connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Error;

/// Who we are, in the other side's logs.
const USER_AGENT: &str = concat!("tillbridge/", env!("CARGO_PKG_VERSION"));
/// Longest time to connect, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept: below the 60 s after which load balancers drop them.
const IDLE: Duration = Duration::from_secs(50);

/// The connections of a process, shared by all clients, and how many requests each system got.
#[derive(Clone)]
pub struct Pool {
    pub(crate) http: reqwest::Client,
    /// A std mutex: nothing awaits under it.
    calls: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Pool {
    /// An empty pool.
    ///
    /// # Errors
    /// The TLS library or the system's certificates cannot be used.
    pub fn new() -> Result<Self, Error> {
        // A second installation in one process is refused and harmless: it is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // `HTTPS_PROXY` and its like name hosts that the environment file does not.
            .no_proxy()
            .referer(false)
            .user_agent(USER_AGENT)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| Error::Unsendable {
                system: "tillbridge",
                action: "start".to_owned(),
                problem: error.to_string(),
            })?;
        Ok(Self { http, calls: Arc::default() })
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
