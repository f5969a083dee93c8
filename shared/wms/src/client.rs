//! The typed client of one warehouse.

use std::fmt;
use std::sync::Arc;

use flow::Call;
use jiff::SignedDuration;
use outbound::rest::{self, Exchange, Rest};
use outbound::{Effect, Method, Outbound, Pool, Problem};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the connector knows of its warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The longest that one request may take.
    pub timeout: SignedDuration,
    /// How long a write that was given up may still be committing.
    pub settle: SignedDuration,
}

/// A client of one warehouse. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    rest: Rest,
    settings: Arc<Settings>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client over the process's connections. `tokens`: the current one, and the other while they are rotated.
    ///
    /// # Errors
    /// No token, or one that cannot stand in a header.
    pub fn new(wms: &environment::Wms, tokens: Vec<SecretString>, pool: &Pool) -> Result<Self, Error> {
        let settings = Settings {
            timeout: SignedDuration::from_secs(wms.timeout_s.into()),
            settle: SignedDuration::from_secs(wms.settle_s.into()),
        };
        let reached = outbound::Settings {
            system: "wms",
            base_url: wms.base_url.clone(),
            timeout: settings.timeout,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        Ok(Self { rest: Rest::new(Outbound::new(reached, pool), tokens)?, settings: Arc::new(settings) })
    }

    /// The client of one call: its deadline and trace id.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self { rest: self.rest.bind(call.deadline, &call.trace_id), settings: Arc::clone(&self.settings) }
    }

    /// What it knows of its warehouse.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sends; `path` is below the base, its parts encoded by [`segment`].
    pub(crate) async fn send<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        method: Method,
        path_and_query: String,
        action: String,
        body: Option<&B>,
    ) -> Result<(T, bool), Error> {
        let effect = if method == Method::Get { Effect::Read } else { Effect::Write };
        let headers = Vec::new();
        let exchange = Exchange { method, path_and_query, headers, effect, action: action.clone() };
        let answer = self.rest.send(exchange, body).await?;
        if answer.is_success() {
            return Ok((answer.json()?, answer.status == 201));
        }
        Err(Error::Refused { problem: Box::new(Problem::read(&action, effect, &answer)) })
    }
}

/// A key as a part of a path.
pub(crate) fn segment(key: &str) -> Result<String, Error> {
    rest::encoded(key).ok_or_else(|| Error::Unaddressable { key: key.to_owned() })
}
