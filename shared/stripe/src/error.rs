//! What can go wrong between us and Stripe, and what the engine is to do about each.

use canonical::{ChargeId, RefundId};
use flow::{Class, Fault};
use outbound::Effect;

use crate::refusal::{Meaning, Refusal};

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
    /// Any other object that Stripe does not know in this account and mode.
    #[error("Stripe does not know {id} in this account and mode; nothing can be read of it")]
    ObjectUnknown {
        /// Its id.
        id: String,
        /// `req_…`.
        request_id: Option<String>,
    },
    /// A payment that Stripe has not booked yet; it will.
    #[error("Stripe has not booked {charge} in its balance yet; it does so within minutes")]
    NotSettledYet {
        /// The charge.
        charge: ChargeId,
        /// `req_…`.
        request_id: Option<String>,
    },
    /// A charge that failed, or is authorised only.
    #[error("no money of {charge} was taken (it failed, or is authorised only), so that nothing was settled")]
    NothingTaken {
        /// The charge.
        charge: ChargeId,
    },
    /// Money that went back without a charge having taken it.
    #[error(
        "the refund {refund} is of no charge (of a customer's cash balance, it may be); settle it by hand"
    )]
    RefundWithoutCharge {
        /// The refund.
        refund: String,
    },
    /// A list that lacks what was read, or told, before.
    #[error("Stripe's list of the refunds of {charge} does not hold {missing} yet; it is read again")]
    ListBehind {
        /// Whose refunds.
        charge: ChargeId,
        /// Which is not there.
        missing: RefundId,
    },
    /// More rows than are read.
    #[error("{of} has more than {rows} {what}, and no more are looked through; settle it by hand")]
    EndlessList {
        /// What they are.
        what: &'static str,
        /// Whose.
        of: String,
        /// How many were read.
        rows: usize,
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
            Self::ChargeUnknown { .. } | Self::ObjectUnknown { .. } | Self::NotSettledYet { .. } => {
                Class::NotFound
            }
            Self::ListBehind { .. } => Class::Conflict,
            Self::Unreadable { effect: Effect::Write, .. } | Self::StaleReplay { .. } => {
                Class::UnknownOutcome
            }
            Self::WrongAccount { .. } | Self::Settings { .. } => Class::Auth,
            Self::Unreadable { effect: Effect::Read, .. }
            | Self::NothingTaken { .. }
            | Self::RefundWithoutCharge { .. }
            | Self::EndlessList { .. }
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
            Self::ObjectUnknown { .. } => "object_unknown",
            Self::NotSettledYet { .. } => "not_settled_yet",
            Self::NothingTaken { .. } => "nothing_taken",
            Self::RefundWithoutCharge { .. } => "refund_without_charge",
            Self::ListBehind { .. } => "list_behind",
            Self::EndlessList { .. } => "endless_list",
            Self::Unreadable { .. } => "unreadable_answer",
            Self::WrongMode { .. } => "wrong_mode",
            Self::WrongAccount { .. } => "wrong_account",
            Self::UnknownValue { .. } => "unknown_value",
            Self::Malformed { source: canonical::Error::UnknownCurrency { .. }, .. } => "unknown_currency",
            Self::Malformed { source: canonical::Error::NetDiffers { .. }, .. } => "net_differs",
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

    /// A value of an object that cannot be one.
    pub(crate) fn malformed(id: &str, source: canonical::Error) -> Self {
        Self::Malformed { subject: named(id), source }
    }

    /// That the charge is unknown, where Stripe says that there is no such thing.
    pub(crate) fn or_charge_unknown(self, charge: &ChargeId) -> Self {
        match self {
            Self::Refused { refusal } if refusal.meaning == Meaning::NotFound => {
                Self::ChargeUnknown { charge: charge.to_string(), request_id: refusal.request_id }
            }
            other => other,
        }
    }

    /// The same of any other object.
    pub(crate) fn or_object_unknown(self, id: &str) -> Self {
        match self {
            Self::Refused { refusal } if refusal.meaning == Meaning::NotFound => {
                Self::ObjectUnknown { id: id.to_owned(), request_id: refusal.request_id }
            }
            other => other,
        }
    }

    fn request_id(&self) -> Option<String> {
        match self {
            Self::Refused { refusal } => refusal.request_id.clone(),
            Self::ChargeUnknown { request_id, .. }
            | Self::ObjectUnknown { request_id, .. }
            | Self::NotSettledYet { request_id, .. }
            | Self::Unreadable { request_id, .. }
            | Self::StaleReplay { request_id, .. } => request_id.clone(),
            Self::Transport { .. }
            | Self::NothingTaken { .. }
            | Self::RefundWithoutCharge { .. }
            | Self::ListBehind { .. }
            | Self::EndlessList { .. }
            | Self::WrongMode { .. }
            | Self::WrongAccount { .. }
            | Self::UnknownValue { .. }
            | Self::Malformed { .. }
            | Self::MetadataFull { .. }
            | Self::Settings { .. } => None,
        }
    }
}

/// An id as an error names it.
pub(crate) fn named(id: &str) -> String {
    canonical::redact(id, ID_MAX)
}

/// Characters of an id that an error names.
const ID_MAX: usize = 60;

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
