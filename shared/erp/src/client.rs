//! The typed client of one company.

use std::fmt;
use std::sync::Arc;

use flow::Call;
use jiff::Timestamp;
use outbound::rest::{self, Exchange, Rest};
use outbound::{Answer, Effect, Method, Outbound, Pool, Problem};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::Kind;
use crate::{Error, Settings};

/// The system's name, as errors say it.
pub(crate) const SYSTEM: &str = "erp";
/// Longest answer that is read: a page of 200 orders of a hundred lines.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A client of one company. Cheap to clone.
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
    pub fn new(erp: &environment::Erp, tokens: Vec<SecretString>, pool: &Pool) -> Result<Self, Error> {
        let settings = Settings::of(erp)?;
        let reached = outbound::Settings {
            system: SYSTEM,
            base_url: erp.base_url.clone(),
            timeout: settings.timeout,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        let rest = Rest::new(Outbound::new(reached, pool), tokens)?;
        Ok(Self { rest, settings: Arc::new(settings) })
    }

    /// The client of one call: its deadline and trace id.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self { rest: self.rest.bind(call.deadline, &call.trace_id), settings: self.settings.clone() }
    }

    /// What it knows of its company.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time, as requests are sent by it.
    pub(crate) fn now(&self) -> Timestamp {
        self.rest.outbound().now()
    }

    /// `GET`. `query` begins with `?`, or is empty.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
        action: String,
    ) -> Result<T, Error> {
        let path_and_query = format!("{path}{query}");
        let headers = Vec::new();
        let exchange =
            Exchange { method: Method::Get, path_and_query, headers, effect: Effect::Read, action };
        read(&self.send(exchange, None::<&()>).await?)
    }

    /// `PUT /{kind}/{key}`; gives the document and whether it is new.
    pub(crate) async fn put<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
        body: &B,
    ) -> Result<(T, bool), Error> {
        let exchange = Exchange {
            method: Method::Put,
            path_and_query: format!("/{}/{}", kind.plural(), segment(kind, key)?),
            headers: Vec::new(),
            effect: Effect::Write,
            action: format!("put {kind} {key}"),
        };
        let answer = self.send(exchange, Some(body)).await?;
        Ok((read(&answer)?, answer.status == 201))
    }

    /// `PUT /{kind}/{key}` of an empty document in a version that there is not: writes nothing.
    pub(crate) async fn put_nothing(&self, kind: Kind, key: &str) -> Result<(), Error> {
        let exchange = Exchange {
            method: Method::Put,
            path_and_query: format!("/{}/{}", kind.plural(), segment(kind, key)?),
            headers: vec![("if-match", "\"tb-check\"".to_owned())],
            effect: Effect::Write,
            action: format!("put {kind} {key}"),
        };
        self.send(exchange, Some(&serde_json::Map::new())).await.map(drop)
    }

    /// `POST /{kind}/{id}/{verb}`, repeatable by contract.
    pub(crate) async fn act<T: DeserializeOwned>(
        &self,
        kind: Kind,
        id: &str,
        verb: &str,
    ) -> Result<T, Error> {
        let exchange = Exchange {
            method: Method::Post,
            path_and_query: format!("/{}/{}/{verb}", kind.plural(), segment(kind, id)?),
            headers: Vec::new(),
            effect: Effect::Write,
            action: format!("{verb} {kind} {id}"),
        };
        read(&self.send(exchange, Some(&serde_json::Map::new())).await?)
    }

    async fn send<B: Serialize + Sync>(&self, exchange: Exchange, body: Option<&B>) -> Result<Answer, Error> {
        let (action, effect) = (exchange.action.clone(), exchange.effect);
        let answer = self.rest.send(exchange, body).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(Error::Refused { problem: Box::new(Problem::read(&action, effect, &answer)) })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    Ok(answer.json()?)
}

fn segment(kind: Kind, text: &str) -> Result<String, Error> {
    rest::encoded(text).ok_or_else(|| Error::Unaddressable { kind, key: text.to_owned() })
}
