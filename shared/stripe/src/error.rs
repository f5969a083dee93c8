//! What can go wrong between us and Stripe, and what the engine is to do about each.

use flow::{Class, Fault};
use outbound::Effect;

use crate::refusal::Refusal;

/// A fault of this connector. No variant holds a secret, a name or a mail address.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or none that can be read as an answer.
    #[error("{action}: {source}")]
    Transport {
        /// What was tried.
        action: &'static str,
        /// What happened on the way.
        source: outbound::Error,
    },
    /// Stripe answered with another status than 2xx.
    #[error("Stripe refused {} ({} {}): {}; {}", refusal.action, refusal.status, refusal.code, shown(refusal), refusal.advice())]
    Refused {
        /// What it means.
        refusal: Box<Refusal>,
    },
    /// A charge that Stripe does not know in this account and mode.
    #[error("Stripe does not know {charge} in this account and mode; nothing can be read of it")]
    ChargeUnknown {
        /// The charge.
        charge: String,
        /// `req_…`.
        request_id: Option<String>,
    },
    /// A 2xx that does not hold what it should.
    #[error("Stripe's answer to {action} cannot be read: {problem}; was the API version changed?")]
    Unreadable {
        /// What was tried.
        action: &'static str,
        /// Whether something was changed.
        effect: Effect,
        /// What does not fit, without values.
        problem: String,
        /// `req_…`.
        request_id: Option<String>,
    },
    /// An object or key of the other mode.
    #[error("{what} is of {} mode, but this stage is not; nothing is done with it", if *livemode { "live" } else { "test" })]
    WrongMode {
        /// Which.
        what: String,
        /// Its mode.
        livemode: bool,
    },
    /// The key belongs to another account than the pair.
    #[error(
        "the API key belongs to {actual}, but the pair is {expected}; put that account's key into the pair's `stripe` secret"
    )]
    WrongAccount {
        /// As the environment file says.
        expected: String,
        /// As Stripe says.
        actual: String,
    },
    /// A value that a decision hangs on and that we do not know.
    #[error("{what} of {subject} is `{value}`, which is not known here; a person must decide")]
    UnknownValue {
        /// Which field.
        what: &'static str,
        /// Of what.
        subject: String,
        /// The value, redacted.
        value: String,
    },
    /// An amount, currency or id that cannot be one.
    #[error("{subject}: {source}")]
    Malformed {
        /// Of what.
        subject: String,
        /// What is wrong.
        source: canonical::Error,
    },
    /// No room for our metadata keys beside the others' (Stripe takes 50).
    #[error(
        "{subject} has {present} metadata keys and room for 50; remove {missing} so that ours fit, then replay"
    )]
    MetadataFull {
        /// Intent or charge.
        subject: String,
        /// Keys that it has.
        present: usize,
        /// How many must go.
        missing: usize,
    },
    /// Stripe replayed a stored answer, and the object does not hold what that answer says.
    #[error(
        "Stripe repeated an old answer for {subject}, whose metadata was changed since; a new key is needed"
    )]
    StaleReplay {
        /// Intent or charge.
        subject: String,
        /// `req_…`.
        request_id: Option<String>,
    },
    /// Settings or a secret that no request can be made with.
    #[error("{problem}")]
    Settings {
        /// What, and what would be right.
        problem: String,
    },
}

impl Error {
    /// What the engine does.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Transport { source, .. } => source.class(),
            Self::Refused { refusal } => refusal.class(),
            Self::ChargeUnknown { .. } => Class::NotFound,
            Self::Unreadable { effect: Effect::Write, .. } | Self::StaleReplay { .. } => {
                Class::UnknownOutcome
            }
            Self::WrongAccount { .. } | Self::Settings { .. } => Class::Auth,
            Self::Unreadable { effect: Effect::Read, .. }
            | Self::WrongMode { .. }
            | Self::UnknownValue { .. }
            | Self::Malformed { .. }
            | Self::MetadataFull { .. } => Class::Validation,
        }
    }

    /// The reason in snake case.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Transport { source, .. } => source.code(),
            Self::Refused { refusal } => &refusal.code,
            Self::ChargeUnknown { .. } => "charge_unknown",
            Self::Unreadable { .. } => "unreadable_answer",
            Self::WrongMode { .. } => "wrong_mode",
            Self::WrongAccount { .. } => "wrong_account",
            Self::UnknownValue { .. } => "unknown_value",
            Self::Malformed { source: canonical::Error::UnknownCurrency { .. }, .. } => "unknown_currency",
            Self::Malformed { .. } => "malformed_value",
            Self::MetadataFull { .. } => "metadata_full",
            Self::StaleReplay { .. } => "stale_replay",
            Self::Settings { .. } => "stripe_settings",
        }
    }

    /// What Stripe refused, where it did.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal } => Some(refusal),
            _ => None,
        }
    }

    fn request_id(&self) -> Option<String> {
        match self {
            Self::Refused { refusal } => refusal.request_id.clone(),
            Self::ChargeUnknown { request_id, .. }
            | Self::Unreadable { request_id, .. }
            | Self::StaleReplay { request_id, .. } => request_id.clone(),
            Self::Transport { .. }
            | Self::WrongMode { .. }
            | Self::WrongAccount { .. }
            | Self::UnknownValue { .. }
            | Self::Malformed { .. }
            | Self::MetadataFull { .. }
            | Self::Settings { .. } => None,
        }
    }
}

fn shown(refusal: &Refusal) -> &str {
    match (&refusal.decline, refusal.message.is_empty()) {
        // The prose of a decline may hold the customer's data, and the reason is not for every eye.
        (Some(decline), _) => decline,
        (None, true) => "no reason given",
        (None, false) => &refusal.message,
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let mut fault = Self::new(error.class(), error.code(), error.to_string());
        fault.request_id = error.request_id();
        fault.answer_is_stored = matches!(error, Error::StaleReplay { .. });
        if let Error::Refused { refusal } = &error {
            fault.status = Some(refusal.status);
            fault.retry_after = refusal.retry_after;
            fault.answer_is_stored = refusal.answer_is_stored();
        }
        fault
    }
}
