//! The client of one company, whichever ERP keeps its books.

use std::sync::Arc;

use flow::Call;
use outbound::rest::Rest;
use outbound::{Outbound, Pool};
use secrecy::SecretString;

use crate::erpnext::Erpnext;
use crate::generic::Generic;
use crate::port::Port;
use crate::{Error, Settings};

/// The system's name, as errors say it.
pub(crate) const SYSTEM: &str = "erp";
/// Longest answer that is read: a page of 200 orders of a hundred lines.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A client of one company. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    port: Arc<dyn Port>,
    settings: Arc<Settings>,
}

impl Client {
    /// A client over the process's connections. `tokens`: the current one, and the other while they are rotated.
    ///
    /// # Errors
    /// No token, or one that cannot stand in a header.
    pub fn new(erp: &environment::Erp, tokens: Vec<SecretString>, pool: &Pool) -> Result<Self, Error> {
        let settings = Settings::of(erp)?;
        let reached = outbound::Settings {
            system: SYSTEM,
            base_url: erp.base_url.clone(),
            timeout: settings.timeout,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        let outbound = Outbound::new(reached, pool);
        let port: Arc<dyn Port> = match erp.system {
            environment::ErpSystem::Generic => Arc::new(Generic::new(Rest::new(outbound, tokens)?)),
            environment::ErpSystem::Erpnext => Arc::new(Erpnext::new(erp, Rest::new(outbound, tokens)?)?),
        };
        Ok(Self { port, settings: Arc::new(settings) })
    }

    /// The client of one call: its deadline and trace id.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self { port: self.port.bind(call), settings: self.settings.clone() }
    }

    /// What it knows of its company.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the company's ERP is asked through.
    pub(crate) fn port(&self) -> &dyn Port {
        &*self.port
    }
}
