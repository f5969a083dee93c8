//! What can go wrong between us and the warehouse.

use canonical::NaturalKey;
use flow::{Class, Fault};
use outbound::Problem;

/// A fault of this connector. No variant holds a secret, a name or a mail address.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or none that can be read as an answer.
    #[error(transparent)]
    Transport(#[from] outbound::Error),
    /// The warehouse answered with another status than 2xx.
    #[error("the warehouse refused to {}: {problem}; {}", problem.action, advice(problem))]
    Refused {
        /// What it means.
        problem: Box<Problem>,
    },
    /// The key holds another fulfilment.
    #[error(
        "the warehouse's fulfilment {id} holds other lines under {key}; correct one of them, then replay"
    )]
    ContentDiffers {
        /// The key.
        key: NaturalKey,
        /// The warehouse's id.
        id: String,
    },
    /// Two fulfilments under one key.
    #[error(
        "the warehouse has more than one fulfilment under {key}: {kept} is kept, cancel {others}, then replay"
    )]
    DuplicateDocument {
        /// The key.
        key: NaturalKey,
        /// The first.
        kept: String,
        /// The others.
        others: String,
    },
    /// The fulfilment was called off.
    #[error("the warehouse's fulfilment under {key} is cancelled; reopen it there or discard this execution")]
    DocumentCancelled {
        /// The key.
        key: NaturalKey,
    },
    /// A key that cannot stand in a path.
    #[error("`{key}` cannot be the key of a fulfilment: no URL can hold it")]
    Unaddressable {
        /// The text.
        key: String,
    },
}

impl Error {
    /// What the engine does.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Transport(error) => error.class(),
            Self::Refused { problem } => refusal(problem),
            Self::ContentDiffers { .. }
            | Self::DuplicateDocument { .. }
            | Self::DocumentCancelled { .. }
            | Self::Unaddressable { .. } => Class::Validation,
        }
    }

    /// The reason in snake case; the warehouse's own where it gave one.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Refused { problem } => &problem.code,
            Self::ContentDiffers { .. } => "content_differs",
            Self::DuplicateDocument { .. } => "duplicate_document",
            Self::DocumentCancelled { .. } => "document_cancelled",
            Self::Unaddressable { .. } => "unaddressable",
        }
    }

    /// Whether a refusal says that somebody is at work on the fulfilment already.
    pub(crate) fn says(&self, code: &str) -> bool {
        matches!(self, Self::Refused { problem } if problem.status == 409 && problem.code == code)
    }
}

/// A code that says more than its status: trying again does not unpick or unship.
fn refusal(problem: &Problem) -> Class {
    match (problem.status, problem.code.as_str()) {
        (409, "already_picking" | "already_shipped" | "content_differs") => Class::Validation,
        _ => problem.class(),
    }
}

fn advice(problem: &Problem) -> &'static str {
    match (refusal(problem), problem.code.as_str()) {
        (_, "already_shipped") => "it is on its way: have it sent back, then discard this execution",
        (_, "already_picking") => "ask the warehouse to stop it by hand, then replay",
        (Class::Validation | Class::NotFound, _) => "correct what it names, then replay",
        (Class::Auth, _) => "put a valid token into the pair's `wms` secret",
        (Class::Permission, _) => "give the token's user that right, then replay",
        (Class::UnknownOutcome, _) => "it may have happened and is looked for",
        (Class::Throttled | Class::Transient | Class::Conflict | Class::Duplicate, _) => "it is tried again",
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let (class, message) = (error.class(), error.to_string());
        match &error {
            Error::Refused { problem } => problem.fault(class, message),
            other => Self::new(class, other.code(), message),
        }
    }
}
