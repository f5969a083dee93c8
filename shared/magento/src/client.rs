//! The typed client: signs, sends, reads, and tells a refused identity from a missing right.

use std::fmt;
use std::sync::Arc;

use canonical::{NaturalKey, StripeAccount};
use environment::{MagentoAuth, OrderOwner};
use flow::Call;
use jiff::SignedDuration;
use outbound::{Answer, Effect, Live, Method, Outbound, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::oauth::{self, Keys};
use crate::refusal::Refusal;
use crate::{Error, Query};

/// Who we are; firewalls before shops block blank and generic names.
pub(crate) const USER_AGENT: &str = concat!("tillbridge/", env!("CARGO_PKG_VERSION"));
/// Largest answer that is read. An order of 100 lines has some 300 KB without `fields`.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Characters of a nonce.
const NONCE_LENGTH: usize = 32;

/// What the connector needs to know of its pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The pair's Magento settings.
    pub magento: environment::Magento,
    /// The pair's Stripe account: part of natural keys.
    pub account: StripeAccount,
    /// Who invoices a paid order.
    pub order_owner: OrderOwner,
    /// Whether another shop takes its payments with the account.
    pub shares_account: bool,
}

/// Credentials, by the way that they are used.
pub enum Credentials {
    /// OAuth 1.0a.
    Oauth(Keys),
    /// The access token as bearer.
    Bearer(SecretString),
}

impl Credentials {
    /// The credentials that the settings want, from an integration's four values.
    #[must_use]
    pub fn of(auth: MagentoAuth, keys: Keys) -> Self {
        match auth {
            MagentoAuth::Oauth => Self::Oauth(keys),
            MagentoAuth::Bearer => Self::Bearer(keys.access_token),
        }
    }
}

/// A client for one pair. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    outbound: Outbound,
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    credentials: Live<Credentials>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that speaks through `outbound`, whose base is the shop's, with the credentials of an integration, and of another while
    /// they are rotated.
    #[must_use]
    pub fn new(outbound: Outbound, settings: Settings, credentials: Live<Credentials>) -> Self {
        Self { outbound, shared: Arc::new(Shared { settings, credentials }) }
    }

    /// The client of one call.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self { outbound: self.outbound.at(call.deadline), shared: Arc::clone(&self.shared) }
    }

    /// What it knows of its pair.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// The natural key of an effect: `tb:<account>:<kind>:<id>`.
    pub(crate) fn key(&self, kind: &str, id: &str) -> Result<NaturalKey, Error> {
        let key = format!("tb:{}:{kind}:{id}", self.settings().account);
        key.parse().map_err(|error: canonical::Error| Error::MalformedKey { problem: error.to_string() })
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        action: &str,
        path: &str,
        query: &Query,
    ) -> Result<T, Error> {
        let answer = self.exchange(Method::Get, action, path, query, None).await?;
        Ok(answer.json()?)
    }

    /// A write. `query` must not ask for `fields` where the answer is a bare number or word: it would come as `[]`.
    pub(crate) async fn post<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        action: &str,
        path: &str,
        query: &Query,
        body: &B,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Settings {
            problem: format!("{action}: the body cannot be written: {error}"),
        })?;
        let answer = self.exchange(Method::Post, action, path, query, Some(body)).await?;
        // A page from a proxy, or PHP talking before the JSON: the write may have been done all the same.
        answer.json().map_err(|source| Error::Unreadable { source })
    }

    /// Sends, and reads a refusal.
    async fn exchange(
        &self,
        method: Method,
        action: &str,
        path: &str,
        query: &Query,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Error> {
        let effect = if method == Method::Get { Effect::Read } else { Effect::Write };
        let live = &self.shared.credentials;
        let first = live.first();
        let mut answer = self.attempt(first.credential, method, action, path, query, body.clone()).await?;
        if let Some(other) = live.after(&first, answer.status) {
            // A missing right is a 401 as well: where both are refused, what the first was told counts.
            let second = self.attempt(other.credential, method, action, path, query, body).await?;
            if second.status != 401 {
                live.accept(&other);
                answer = second;
            }
        }
        if answer.is_success() {
            return Ok(answer);
        }
        let refusal = Refusal::read(&answer, effect);
        match (&refusal.resource, refusal.status) {
            (Some(resource), 401) => Err(self.missing_right(action, resource.clone()).await),
            _ => Err(Error::refused(action, refusal)),
        }
    }

    /// A 401 that names a resource: the right is missing, or the identity was not recognised and the call ran as a guest.
    /// A call whose right every installation grants tells which.
    async fn missing_right(&self, action: &str, resource: String) -> Error {
        let none = Query::new();
        let as_who = self.shared.credentials.first().credential;
        let what = "probe the integration";
        let probe = self.attempt(as_who, Method::Get, what, "/V1/store/storeViews", &none, None);
        match probe.await {
            Ok(answer) if answer.is_success() => {
                Error::PermissionMissing { action: action.to_owned(), resource }
            }
            Ok(answer) if answer.status == 401 => Error::Refused {
                action: action.to_owned(),
                status: 401,
                class: flow::Class::Auth,
                code: "unauthorized",
                message: format!(
                    "the integration is not recognised (asked for `{resource}`, then for the store views); check its four \
                     values, that it is active, and that it has `Magento_Backend::store`"
                ),
                retry_after_s: None,
                report: None,
            },
            Ok(answer) => Error::refused(action, Refusal::read(&answer, Effect::Read)),
            Err(error) => error,
        }
    }

    async fn attempt(
        &self,
        credentials: &Credentials,
        method: Method,
        action: &str,
        path: &str,
        query: &Query,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Error> {
        let scope =
            self.settings().magento.scope.as_ref().map(|scope| format!("/{scope}")).unwrap_or_default();
        let path_and_query = format!("/rest{scope}{path}{}", query.encoded());
        let url = self.outbound.url(&path_and_query, action)?;
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("user-agent", USER_AGENT.to_owned()),
            ("authorization", self.authorization(credentials, method, &url, query)?),
        ];
        if body.is_some() {
            headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
        }
        let effect = if method == Method::Get { Effect::Read } else { Effect::Write };
        let request = Request { method, path_and_query, headers, body, effect, action: action.to_owned() };
        Ok(self.outbound.send(request).await?)
    }

    fn authorization(
        &self,
        credentials: &Credentials,
        method: Method,
        url: &Url,
        query: &Query,
    ) -> Result<String, Error> {
        match credentials {
            Credentials::Bearer(token) => Ok(format!("Bearer {}", token.expose_secret())),
            Credentials::Oauth(keys) => {
                let nonce: String =
                    std::iter::repeat_with(fastrand::alphanumeric).take(NONCE_LENGTH).collect();
                let mut seen = url.clone();
                if let Some(scheme) = &self.settings().magento.signed_scheme {
                    // Between http and https this cannot be refused; anything else is caught by the signature check.
                    let _ = seen.set_scheme(scheme);
                }
                oauth::authorization(
                    keys,
                    method.as_str(),
                    &seen,
                    query,
                    &nonce,
                    self.outbound.now().as_second(),
                )
            }
        }
    }

    /// The longest that a request may take.
    pub(crate) fn timeout(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.settings().magento.timeout_s))
    }

    /// How long a whole invoice that was given up may still be committing.
    pub(crate) fn settle(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.settings().magento.settle_s))
    }

    /// How long a write that was given up may still be committing, where a second one would succeed as well.
    pub(crate) fn settle_partial(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.settings().magento.settle_partial_s))
    }
}
