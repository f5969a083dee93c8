//! JSON with a token: what the generic REST contracts of back-office systems have in common.

use std::sync::Arc;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{Answer, Effect, Error, Live, Method, Outbound, Request};

/// Tokens that may be live at once: the current one, and the other while they are rotated.
pub const TOKENS_MAX: usize = 2;

/// What stands for itself in a path segment or a query value (RFC 3986 §2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A client of one such system. Cheap to clone; not `Debug`.
#[derive(Clone)]
pub struct Rest {
    outbound: Outbound,
    tokens: Arc<Live<SecretString>>,
    /// The word before the token.
    scheme: &'static str,
    trace_id: Option<String>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// Path and query below the base, encoded ([`encoded`]).
    pub path_and_query: String,
    /// Headers besides those that every call has.
    pub headers: Vec<(&'static str, String)>,
    /// Whether it may change something.
    pub effect: Effect,
    /// What it is for, as errors name it.
    pub action: String,
}

impl Rest {
    /// A client with the current token, and the other live one while they are rotated.
    ///
    /// # Errors
    /// No token, more than [`TOKENS_MAX`], or one that cannot stand in a header.
    pub fn new(outbound: Outbound, tokens: Vec<SecretString>) -> Result<Self, Error> {
        let usable = |token: &SecretString| {
            let token = token.expose_secret();
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let system = outbound.settings().system;
        let unusable = || Error::Unsendable {
            system,
            action: "start".to_owned(),
            problem: format!("its secret must hold 1 to {TOKENS_MAX} tokens, each printable ASCII"),
        };
        if tokens.len() > TOKENS_MAX || !tokens.iter().all(usable) {
            return Err(unusable());
        }
        let mut tokens = tokens.into_iter();
        let current = tokens.next().ok_or_else(unusable)?;
        let tokens = Arc::new(Live::new(current, tokens.next()));
        Ok(Self { outbound, tokens, scheme: "Bearer", trace_id: None })
    }

    /// The same with another word before the token: Frappe's is `token`.
    #[must_use]
    pub fn with_scheme(self, scheme: &'static str) -> Self {
        Self { scheme, ..self }
    }

    /// The client of one call of the engine: nothing is sent that could outlast `deadline`, and the trace id goes along as
    /// `X-Request-Id`.
    #[must_use]
    pub fn bind(&self, deadline: Timestamp, trace_id: &str) -> Self {
        Self {
            outbound: self.outbound.at(deadline),
            tokens: self.tokens.clone(),
            scheme: self.scheme,
            trace_id: Some(trace_id.to_owned()),
        }
    }

    /// How the system is reached.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// Sends, and on 401 once more with the other live token. Any other status is the caller's to read.
    ///
    /// # Errors
    /// There is no usable answer, or the body cannot be written.
    pub async fn send<T: Serialize + Sync>(
        &self,
        exchange: Exchange,
        body: Option<&T>,
    ) -> Result<Answer, Error> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|error| Error::Unsendable {
            system: self.outbound.settings().system,
            action: exchange.action.clone(),
            problem: canonical::redact(&error.to_string(), PROBLEM_CHARS_MAX),
        })?;
        let first = self.tokens.first();
        let answer = self.attempt(&exchange, body.clone(), first.credential).await?;
        let Some(other) = self.tokens.after(&first, answer.status) else { return Ok(answer) };
        let second = self.attempt(&exchange, body, other.credential).await?;
        if second.status != 401 {
            self.tokens.accept(&other);
        }
        Ok(second)
    }

    async fn attempt(
        &self,
        exchange: &Exchange,
        body: Option<Vec<u8>>,
        token: &SecretString,
    ) -> Result<Answer, Error> {
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("authorization", format!("{} {}", self.scheme, token.expose_secret())),
        ];
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        if let Some(trace_id) = &self.trace_id {
            headers.push(("x-request-id", trace_id.clone()));
        }
        let Exchange { method, path_and_query, headers: more, effect, action } = exchange.clone();
        headers.extend(more);
        self.outbound.send(Request { method, path_and_query, headers, body, effect, action }).await
    }
}

/// Characters of a serializer's message that are kept.
const PROBLEM_CHARS_MAX: usize = 200;

/// A text as one path segment or query value. `.` and `..` cannot be one: every URL parser folds them, encoded or not
/// (url.spec.whatwg.org, "double-dot URL path segment").
#[must_use]
pub fn encoded(text: &str) -> Option<String> {
    (!matches!(text, "" | "." | "..")).then(|| utf8_percent_encode(text, ENCODED).to_string())
}
