//! Stripe's errors (docs.stripe.com/api/errors).

use serde_json::{Map, Value, json};

use crate::reply::{Incoming, Reply};

/// Why a request was refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<Box<str>>,
    pub(crate) message: Box<str>,
    pub(crate) param: Option<Box<str>>,
    pub(crate) decline_code: Option<Box<str>>,
    /// Further members: the intent, the charge, advice.
    pub(crate) more: Box<Map<String, Value>>,
    pub(crate) header: Header,
}

/// A header that some refusals carry.
#[derive(Debug)]
pub(crate) enum Header {
    None,
    /// Which limit was hit.
    RateLimited(&'static str),
}

const RATE_REASONS: [&str; 5] =
    ["global-rate", "global-concurrency", "endpoint-rate", "endpoint-concurrency", "resource-specific"];

impl Refusal {
    /// 400 of type `invalid_request_error`.
    pub(crate) fn invalid(code: &str, param: Option<&str>, message: impl Into<Box<str>>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: (!code.is_empty()).then(|| code.into()),
            message: message.into(),
            param: param.map(Into::into),
            decline_code: None,
            more: Box::default(),
            header: Header::None,
        }
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// 404 of an object.
    pub(crate) fn missing(kind: &str, param: &str, id: &str) -> Self {
        Self::invalid("resource_missing", Some(param), format!("No such {kind}: '{id}'")).status(404)
    }

    /// 404 of a path.
    pub(crate) fn unknown_url(incoming: &Incoming) -> Self {
        let message = format!(
            "Unrecognized request URL ({}: {}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
            incoming.method, incoming.path
        );
        Self::invalid("", None, message).status(404)
    }

    /// 400 or 409 of an idempotency key.
    pub(crate) fn idempotency(status: u16, code: Option<&str>, message: String) -> Self {
        let mut refusal = Self::invalid(code.unwrap_or_default(), None, message).status(status);
        refusal.kind = "idempotency_error";
        refusal
    }

    /// What the sandbox was asked to answer.
    pub(crate) fn injected(status: u16, code: Option<&str>) -> Self {
        match status {
            401 => Self::invalid("", None, "Invalid API Key provided: rk_test_*****rked").status(401),
            402 => {
                let mut refusal = Self::invalid("card_declined", None, "Your card was declined.").status(402);
                refusal.kind = "card_error";
                refusal.decline_code = Some(code.unwrap_or("generic_decline").into());
                refusal
            }
            404 => Self::missing("charge", "id", "ch_injected"),
            409 => Self::idempotency(
                409,
                Some(code.unwrap_or("idempotency_key_in_use")),
                "There is currently another in-progress request using this Idempotent Key.".to_owned(),
            ),
            429 => Self::limited(code),
            500.. => {
                let mut refusal = Self::invalid("", None, "An unknown error occurred").status(status);
                refusal.kind = "api_error";
                refusal
            }
            _ => Self::invalid(code.unwrap_or_default(), None, "injected by the sandbox").status(status),
        }
    }

    fn limited(code: Option<&str>) -> Self {
        if code == Some("lock_timeout") {
            let message = "This object cannot be accessed right now because another API request or Stripe process \
                           is currently accessing it.";
            return Self::invalid("lock_timeout", None, message).status(429);
        }
        let reason = RATE_REASONS.into_iter().find(|reason| Some(*reason) == code).unwrap_or(RATE_REASONS[0]);
        let mut refusal =
            Self::invalid("rate_limit", None, "Testmode request rate limit exceeded.").status(429);
        refusal.header = Header::RateLimited(reason);
        refusal
    }

    /// As it is sent.
    pub(crate) fn reply(&self) -> Reply {
        let mut error = *self.more.clone();
        let mut set = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                error.insert(name.to_owned(), Value::String(value.to_owned()));
            }
        };
        set("code", self.code.as_deref());
        set("decline_code", self.decline_code.as_deref());
        set("param", self.param.as_deref());
        set("message", Some(&self.message));
        set("type", Some(self.kind));
        let doc = |code: &str| format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        set("doc_url", self.code.as_deref().map(doc).as_deref());
        Reply::json(self.status, &json!({"error": error}))
    }
}

/// An injected refusal before Stripe's own code is reached.
pub(crate) fn refusal(status: u16, code: Option<&str>) -> Reply {
    let refusal = Refusal::injected(status, code);
    match refusal.header {
        Header::None => refusal.reply(),
        Header::RateLimited(reason) => refusal.reply().with("stripe-rate-limited-reason", reason),
    }
}
