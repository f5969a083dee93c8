//! The typed client: one account, one key, one API version.

use std::fmt;
use std::sync::Arc;

use canonical::{NaturalKey, PairId, StripeAccount};
use flow::Call;
use jiff::SignedDuration;
use outbound::{Answer, Effect, Live, Method, Outbound, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::form;
use crate::refusal::Refusal;

/// Largest answer that is read. A charge with everything expanded has some 20 KB; an event that is too large for a message must
/// be read all the same, so that it can be told which it is.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What the connector needs to know of its pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The pair: part of idempotency keys and metadata.
    pub pair: PairId,
    /// The pair's account: part of natural keys.
    pub account: StripeAccount,
    /// The version that every request names.
    pub api_version: String,
    /// Whether objects must be of live mode; those of the other are refused.
    pub livemode: bool,
    /// Metadata keys that name the order number, besides those that tillbridge and Stripe's own module write.
    pub order_keys: Vec<String>,
    /// The longest that one request may take: as `Outbound` was made with.
    pub timeout: SignedDuration,
}

/// A client for one pair. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    outbound: Outbound,
    shared: Arc<Shared>,
    generation: u32,
}

struct Shared {
    settings: Settings,
    /// `Bearer <key>`, the current one and the other while they are rotated.
    authorization: Live<SecretString>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// One request, before it has the headers that all have.
#[derive(Clone)]
struct Draft<'a> {
    action: &'static str,
    method: Method,
    path_and_query: String,
    account: Option<&'a StripeAccount>,
    body: Option<String>,
    idempotency_key: Option<String>,
}

/// A 2xx with the object it holds.
pub(crate) struct Read<T> {
    pub(crate) object: T,
    pub(crate) request_id: Option<String>,
    /// Whether the answer is a stored one.
    pub(crate) is_replay: bool,
}

impl Client {
    /// A client that speaks through `outbound`, whose base is `https://api.stripe.com` or the sandbox's, with its key, and the one
    /// before while they are rotated.
    ///
    /// # Errors
    /// A key or version that no header can hold, or a key of the other mode.
    pub fn new(
        outbound: Outbound,
        settings: Settings,
        key: &SecretString,
        previous: Option<&SecretString>,
    ) -> Result<Self, Error> {
        sendable("`stripe.api_version`", &settings.api_version)?;
        let current = bearer("api_key", key, settings.livemode)?;
        let previous = previous.map(|key| bearer("previous_api_key", key, settings.livemode)).transpose()?;
        let authorization = Live::new(current, previous);
        Ok(Self { outbound, shared: Arc::new(Shared { settings, authorization }), generation: 0 })
    }

    /// The client of one call: its deadline and the generation of its idempotency key.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self {
            outbound: self.outbound.at(call.deadline),
            shared: self.shared.clone(),
            generation: call.generation,
        }
    }

    /// What it knows of its pair.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        action: &'static str,
        path: &str,
        query: &[(&str, &str)],
        account: Option<&StripeAccount>,
    ) -> Result<Read<T>, Error> {
        let query = form::encode(query.iter().copied());
        let path_and_query = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let draft =
            Draft { action, method: Method::Get, path_and_query, account, body: None, idempotency_key: None };
        self.send(draft, Effect::Read).await
    }

    /// A write. `key` is what names its effect; with it Stripe does the same thing once.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        action: &'static str,
        path: &str,
        fields: &[(String, String)],
        account: Option<&StripeAccount>,
        key: &NaturalKey,
    ) -> Result<Read<T>, Error> {
        let draft = Draft {
            action,
            method: Method::Post,
            path_and_query: path.to_owned(),
            account,
            body: Some(form::encode(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))),
            idempotency_key: Some(self.idempotency_key(action, key)),
        };
        self.send(draft, Effect::Write).await
    }

    /// `tb-<pair>-<action>-<natural key>-<generation>`: never from an event, and at most 32 + 60 + 140 + 10 + 6 of
    /// the 255 characters that Stripe takes.
    fn idempotency_key(&self, action: &str, key: &NaturalKey) -> String {
        format!("tb-{}-{action}-{key}-{}", self.shared.settings.pair, self.generation)
    }

    async fn send<T: DeserializeOwned>(&self, draft: Draft<'_>, effect: Effect) -> Result<Read<T>, Error> {
        let action = draft.action;
        let live = &self.shared.authorization;
        let first = live.first();
        let mut answer = self.attempt(draft.clone(), effect, first.credential).await?;
        if let Some(other) = live.after(&first, answer.status) {
            answer = self.attempt(draft, effect, other.credential).await?;
            if answer.status != 401 {
                live.accept(&other);
            }
        }
        if !answer.is_success() {
            return Err(Error::Refused { refusal: Box::new(Refusal::read(action, effect, &answer)) });
        }
        read(action, effect, &answer)
    }

    async fn attempt(
        &self,
        draft: Draft<'_>,
        effect: Effect,
        authorization: &SecretString,
    ) -> Result<Answer, Error> {
        let action = draft.action;
        let request = self.request(draft, effect, authorization);
        self.outbound.send(request).await.map_err(|source| Error::Transport { action, source })
    }

    fn request(&self, draft: Draft<'_>, effect: Effect, authorization: &SecretString) -> Request {
        let settings = &self.shared.settings;
        let mut headers = vec![
            ("authorization", authorization.expose_secret().to_owned()),
            ("stripe-version", settings.api_version.clone()),
        ];
        if let Some(account) = draft.account.filter(|account| **account != settings.account) {
            headers.push(("stripe-account", account.to_string()));
        }
        if let Some(key) = draft.idempotency_key {
            headers.push(("idempotency-key", key));
        }
        if draft.body.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        Request {
            method: draft.method,
            path_and_query: draft.path_and_query,
            headers,
            body: draft.body.map(String::into_bytes),
            effect,
            action: draft.action.to_owned(),
        }
    }
}

/// Stripe needs no time to settle: the same key finds the first request's outcome (409 while it still runs).
pub(crate) const SETTLE: SignedDuration = SignedDuration::ZERO;

fn read<T: DeserializeOwned>(
    action: &'static str,
    effect: Effect,
    answer: &Answer,
) -> Result<Read<T>, Error> {
    let request_id = answer.header("request-id").map(str::to_owned);
    match answer.json() {
        Ok(object) => {
            Ok(Read { object, request_id, is_replay: answer.header("idempotent-replayed") == Some("true") })
        }
        // A page of HTML from something before Stripe is no answer: a read is repeated. All else may have happened.
        Err(source) if answer.is_html() && effect == Effect::Read => Err(Error::Transport { action, source }),
        Err(source) => {
            let problem = canonical::redact(&source.to_string(), PROBLEM_MAX);
            Err(Error::Unreadable { action, effect, problem, request_id })
        }
    }
}

/// Characters of a parser's message that are kept.
const PROBLEM_MAX: usize = 200;

/// The `Authorization` header of a key.
fn bearer(field: &str, key: &SecretString, livemode: bool) -> Result<SecretString, Error> {
    let key = key.expose_secret().trim();
    sendable(&format!("`stripe` secret's `{field}`"), key)?;
    match key_mode(key) {
        Some(of) if of != livemode => Err(Error::WrongMode {
            what: "the API key in the pair's `stripe` secret".to_owned(),
            livemode: of,
        }),
        _ => Ok(SecretString::from(format!("Bearer {key}"))),
    }
}

fn sendable(what: &str, text: &str) -> Result<(), Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let problem = format!("the pair's {what} is empty or holds what no header can");
    Err(Error::Settings { problem })
}

/// The mode that a key says it is for (`sk_live_…`, `rk_test_…`); `None` for forms that are not known.
fn key_mode(key: &str) -> Option<bool> {
    let rest = key.strip_prefix("sk_").or_else(|| key.strip_prefix("rk_"))?;
    if rest.starts_with("live_") {
        Some(true)
    } else if rest.starts_with("test_") {
        Some(false)
    } else {
        None
    }
}
