//! What Stripe means by an answer that is not 2xx.
//!
//! Sources: <https://docs.stripe.com/api/errors>, <https://docs.stripe.com/error-codes>,
//! <https://docs.stripe.com/api/idempotent_requests>, <https://docs.stripe.com/rate-limits>.

use flow::Class;
use jiff::SignedDuration;
use outbound::{Answer, Effect};
use serde::Deserialize;

/// Characters of Stripe's prose that are kept, after redaction.
const MESSAGE_MAX: usize = 300;
/// Characters of Stripe's error codes that are kept.
const CODE_MAX: usize = 60;

/// Access to the account was taken away, or it is not ours: no right of a key helps.
const ACCOUNT_INVALID: &str = "account_invalid";

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The key is none, is wrong or has expired.
    KeyRefused,
    /// The key lacks a right, or the account is not ours to use.
    NotAllowed,
    /// There is no such object, in this account and mode.
    NotFound,
    /// The request is wrong, or a rule forbids it.
    Invalid,
    /// What was asked for has been done before.
    AlreadyDone,
    /// The object is in another state than the request needs.
    UnexpectedState,
    /// Another request holds the object or the idempotency key.
    InUse,
    /// The idempotency key was used for something else.
    KeyReused,
    /// A bank or Stripe's own rules declined. A result, not a fault; the same key gets the same answer for ever.
    Declined,
    /// Too many requests.
    TooMany,
    /// Something behind Stripe failed before anything was done.
    DependencyFailed,
    /// Stripe failed, or something before it: a write may have happened.
    Unavailable,
    /// A 4xx that Stripe asks to repeat (`Stripe-Should-Retry: true`).
    RetryAsked,
    /// A failure that Stripe asks not to repeat (`Stripe-Should-Retry: false`).
    RetryForbidden,
}

/// A refusal with what is worth keeping of it. Holds nothing secret: the text is redacted, and a 401's is dropped
/// because it repeats a part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried.
    pub action: &'static str,
    /// What it means.
    pub meaning: Meaning,
    /// Whether the request would have changed something.
    pub effect: Effect,
    /// The HTTP status.
    pub status: u16,
    /// The reason in snake case: Stripe's code, or ours (`declined`, `rate_limit`, …).
    pub code: String,
    /// Stripe's code and decline code of a decline (`card_declined`, `insufficient_funds`).
    pub decline: Option<String>,
    /// Stripe's prose, redacted.
    pub message: String,
    /// `req_…`, for Stripe's support.
    pub request_id: Option<String>,
    /// How long Stripe asks to wait.
    pub retry_after: Option<SignedDuration>,
    /// Whether the answer is a stored one, of an earlier request with the same key.
    pub is_replay: bool,
}

#[derive(Deserialize, Default)]
struct Body {
    error: Option<Error>,
}

#[derive(Deserialize, Default)]
struct Error {
    #[serde(rename = "type")]
    error_type: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
}

impl Refusal {
    pub(crate) fn read(action: &'static str, effect: Effect, answer: &Answer) -> Self {
        let error = answer.json::<Body>().ok().and_then(|body| body.error);
        let had_body = error.is_some();
        let error = error.unwrap_or_default();
        let code = error.code.as_deref().unwrap_or_default();
        let error_type = error.error_type.as_deref().unwrap_or_default();
        // A page, not Stripe: something before it spoke, and what it says of the object counts for nothing.
        let is_from_edge = !had_body && !matches!(answer.status, 401 | 429);
        let meaning = if is_from_edge {
            Meaning::Unavailable
        } else {
            obey(meaning(answer.status, error_type, code), answer.header("stripe-should-retry"))
        };
        let message = match (answer.status, error.message) {
            (401, _) => String::new(),
            (_, Some(message)) => canonical::redact(&message, MESSAGE_MAX),
            (_, None) if had_body => String::new(),
            (_, None) => answer.excerpt(),
        };
        Self {
            action,
            meaning,
            effect,
            status: answer.status,
            code: own_code(meaning, error_type, code),
            decline: (meaning == Meaning::Declined).then(|| {
                let reasons = [Some(code), error.decline_code.as_deref()];
                canonical::redact(&reasons.into_iter().flatten().collect::<Vec<_>>().join("/"), CODE_MAX)
            }),
            message,
            request_id: answer.header("request-id").map(|id| canonical::redact(id, CODE_MAX)),
            retry_after: answer.retry_after(),
            is_replay: answer.header("idempotent-replayed") == Some("true"),
        }
    }

    /// What the engine does.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.meaning {
            // What Stripe will not have repeated may have happened all the same: a write is looked for first.
            Meaning::Unavailable | Meaning::RetryForbidden if self.is_lost_write() => Class::UnknownOutcome,
            Meaning::NotAllowed if self.code != ACCOUNT_INVALID => Class::Permission,
            Meaning::KeyRefused | Meaning::NotAllowed => Class::Auth,
            Meaning::NotFound => Class::NotFound,
            Meaning::Invalid | Meaning::KeyReused | Meaning::Declined | Meaning::RetryForbidden => {
                Class::Validation
            }
            Meaning::AlreadyDone => Class::Duplicate,
            Meaning::UnexpectedState | Meaning::InUse => Class::Conflict,
            Meaning::TooMany => Class::Throttled,
            Meaning::DependencyFailed | Meaning::RetryAsked | Meaning::Unavailable => Class::Transient,
        }
    }

    /// Whether the same idempotency key will get this answer for ever: a decline, or a failure that was replayed.
    #[must_use]
    pub fn answer_is_stored(&self) -> bool {
        let is_write = self.effect == Effect::Write;
        is_write && (self.status == 402 || (self.status >= 500 && self.is_replay))
    }

    fn is_lost_write(&self) -> bool {
        self.status >= 500 && self.effect == Effect::Write
    }

    /// What to do about it, for a person.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self.meaning {
            Meaning::KeyRefused => "put a valid restricted key into the pair's `stripe` secret",
            Meaning::NotAllowed => {
                "give the restricted key the right that this action needs (Stripe Dashboard, API keys)"
            }
            Meaning::NotFound => "check that the object is of the pair's account and of the stage's mode",
            Meaning::Invalid | Meaning::RetryForbidden => "correct what Stripe names, then replay",
            Meaning::AlreadyDone => "nothing; what is there is used",
            Meaning::UnexpectedState => "look at the object's state in the Stripe Dashboard",
            Meaning::KeyReused => "report it: one idempotency key was used for two different requests",
            Meaning::Declined => "a new attempt needs the customer or a new decision",
            Meaning::InUse
            | Meaning::TooMany
            | Meaning::DependencyFailed
            | Meaning::Unavailable
            | Meaning::RetryAsked => "nothing; it is tried again",
        }
    }
}

fn meaning(status: u16, error_type: &str, code: &str) -> Meaning {
    match status {
        401 => Meaning::KeyRefused,
        402 => Meaning::Declined,
        403 => Meaning::NotAllowed,
        404 => Meaning::NotFound,
        409 => Meaning::InUse,
        424 => Meaning::DependencyFailed,
        429 if code == "lock_timeout" => Meaning::InUse,
        429 => Meaning::TooMany,
        400 if error_type == "idempotency_error" => Meaning::KeyReused,
        400..=499 => match code {
            "charge_already_refunded" | "charge_already_captured" | "resource_already_exists" => {
                Meaning::AlreadyDone
            }
            "payment_intent_unexpected_state" => Meaning::UnexpectedState,
            ACCOUNT_INVALID => Meaning::NotAllowed,
            "api_key_expired" => Meaning::KeyRefused,
            _ => Meaning::Invalid,
        },
        _ => Meaning::Unavailable,
    }
}

/// `Stripe-Should-Retry` stands above our own rule, but where nothing was done: too many requests, or another one that is
/// still running. It speaks to a client that would try again at once; a later try is right whatever it says.
fn obey(meaning: Meaning, should_retry: Option<&str>) -> Meaning {
    if matches!(meaning, Meaning::TooMany | Meaning::InUse) {
        return meaning;
    }
    let is_retried =
        matches!(meaning, Meaning::DependencyFailed | Meaning::Unavailable | Meaning::UnexpectedState);
    match (should_retry, is_retried) {
        (Some("true"), false) => Meaning::RetryAsked,
        (Some("false"), true) => Meaning::RetryForbidden,
        _ => meaning,
    }
}

/// The reason as `on_error` names it: Stripe's own code, or ours where Stripe has none or it decides nothing.
fn own_code(meaning: Meaning, error_type: &str, code: &str) -> String {
    let ours = match meaning {
        Meaning::KeyRefused => "stripe_key_refused",
        Meaning::NotAllowed if code == ACCOUNT_INVALID => ACCOUNT_INVALID,
        Meaning::NotAllowed => "permission_missing",
        Meaning::Declined => "declined",
        Meaning::KeyReused => "idempotency_error",
        Meaning::InUse if code.is_empty() => "in_use",
        Meaning::TooMany => "rate_limit",
        Meaning::DependencyFailed => "dependency_failed",
        Meaning::Unavailable => "stripe_unavailable",
        _ if code.is_empty() && error_type.is_empty() => "stripe_refused",
        _ if code.is_empty() => return canonical::redact(error_type, CODE_MAX),
        _ => return canonical::redact(code, CODE_MAX),
    };
    ours.to_owned()
}
