//! How a request can end, and what the sender is told: a status and a reason, nothing secret.

use flow::{FlowName, Message};

use crate::source::Source;

/// What becomes of a request whose signature is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// One message for each flow that wants the event.
    Queue(Vec<(FlowName, Message)>),
    /// Nothing is to be done, and sending it again would not change that: 200.
    Skip(Skip),
}

/// Why an event that is genuine is not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skip {
    /// Of the other mode than the stage.
    Mode,
    /// A pointer to an object instead of the object; we do not subscribe to these.
    ThinEvent,
    /// No flow wants this type.
    UnknownType,
}

impl Skip {
    /// The reason in snake case.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Mode => "mode",
            Self::ThinEvent => "thin_event",
            Self::UnknownType => "unknown_type",
        }
    }
}

/// Why a request is refused. Nothing was queued, or not everything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not `POST`.
    #[error("only POST is taken here")]
    Method,
    /// Not `/webhooks/<source>/<pair>` of a source that has an endpoint.
    #[error("there is no such endpoint; there are {}", endpoints())]
    UnknownEndpoint,
    /// A pair that the stage's environment file does not name.
    #[error("this stage has no such pair; see the pairs in its environment file")]
    UnknownPair,
    /// Over the limit.
    #[error("the body is larger than {} bytes", flow::route::BODY_BYTES_MAX)]
    TooLarge,
    /// Not the sender's, not for this endpoint, or not of this time.
    #[error("{message}")]
    Signature {
        /// The reason in snake case.
        reason: &'static str,
        /// What is wrong with it.
        message: String,
        /// Whether a secret that was rotated meanwhile could explain it.
        may_be_rotation: bool,
    },
    /// Genuine, but no event that can be read.
    #[error("{message}")]
    Event {
        /// The reason in snake case.
        reason: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// An event of another account than the pair's.
    #[error("the event is of another account than this pair's; see `stripe.account` in the environment file")]
    WrongAccount,
    /// None of the signing secrets is of a form that can be used, so nothing can be believed.
    #[error("{message}")]
    SecretUnusable {
        /// The reason in snake case.
        reason: &'static str,
        /// What is wrong with them.
        message: String,
    },
    /// The signing secret cannot be read, so nothing can be believed.
    #[error("the signing secret cannot be read; see the function's log")]
    SecretUnavailable,
    /// A queue did not take its message: the sender tries again.
    #[error("the event could not be queued; send it again")]
    QueueUnavailable,
}

impl Refusal {
    /// The HTTP status. Never 401 or 403: to the sender all of 400 is one, and an operator searches for one.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            // Ours to mend, not the sender's: it tries again, and the alarm on 5xx rings.
            Self::SecretUnusable { .. } | Self::SecretUnavailable | Self::QueueUnavailable => 503,
            Self::Method => 405,
            Self::UnknownEndpoint | Self::UnknownPair => 404,
            Self::TooLarge => 413,
            Self::Signature { .. } | Self::Event { .. } | Self::WrongAccount => 400,
        }
    }

    /// The reason in snake case.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::UnknownEndpoint => "unknown_endpoint",
            Self::UnknownPair => "unknown_pair",
            Self::TooLarge => "too_large",
            Self::Signature { reason, .. }
            | Self::SecretUnusable { reason, .. }
            | Self::Event { reason, .. } => reason,
            Self::WrongAccount => "wrong_account",
            Self::SecretUnavailable => "secret_unavailable",
            Self::QueueUnavailable => "queue_unavailable",
        }
    }
}

fn endpoints() -> String {
    let paths: Vec<_> =
        Source::ALL.iter().map(|source| format!("/webhooks/{}/<pair>", source.as_str())).collect();
    paths.join(" and ")
}
