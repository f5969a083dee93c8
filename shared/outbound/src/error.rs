//! Why there is no usable answer.

use flow::{Class, Fault};

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing was sent: the host cannot be reached.
    #[error("{system} cannot be reached to {action}: {problem}; nothing was sent")]
    NoConnection {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// What the network said, redacted.
        problem: String,
    },
    /// A read without an answer.
    #[error("no answer from {system} to {action}: {problem}")]
    NoAnswerToRead {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// What the network said, redacted.
        problem: String,
    },
    /// A write without an answer.
    #[error("no answer from {system} to {action}: {problem}; it may have happened")]
    NoAnswerToWrite {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// What the network said, redacted.
        problem: String,
    },
    /// An answer that is longer than we read.
    #[error("{system} answered {action} with more than {bytes_max} bytes; narrow what is asked for")]
    TooLarge {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The limit.
        bytes_max: usize,
        /// Whether the request may have changed something.
        wrote: bool,
    },
    /// An answer that leads elsewhere: it is not followed, because credentials would go along.
    #[error(
        "{system} answered {action} with a redirect ({status}); correct base_url in the environment file"
    )]
    Redirected {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The status.
        status: u16,
    },
    /// A web page where JSON should be.
    #[error(
        "{system} answered {action} with a web page ({status}); is base_url right, or is it in maintenance?"
    )]
    Html {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The status.
        status: u16,
    },
    /// No JSON, or JSON of another form than the contract says.
    #[error("{system} answered {action} ({status}) with JSON that is not as its contract says: {problem}")]
    NotJson {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The status.
        status: u16,
        /// What is wrong, redacted.
        problem: String,
    },
    /// An answer to a write that is no JSON, or JSON of another form than the contract says.
    #[error(
        "{system} answered {action} ({status}) with what cannot be read: {problem}; it may have happened"
    )]
    UnreadableAnswerToWrite {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The status.
        status: u16,
        /// Whether it was a web page.
        is_html: bool,
        /// What is wrong, redacted.
        problem: String,
    },
    /// A path that leads away from the base URL, or settings that make no client.
    #[error("{system}: a request to {action} cannot be made: {problem}")]
    Unsendable {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// What is wrong.
        problem: String,
    },
    /// The request could still be running when the lease ends; nothing was sent.
    #[error("the time left is too short for {system} to {action}; it is tried at the next delivery")]
    OutOfTime {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
    },
    /// The system has had as many requests as it gets for now; nothing was sent.
    #[error("{system} to {action}: {problem}")]
    Paced {
        /// The system.
        system: &'static str,
        /// What it was for.
        action: String,
        /// The limit.
        problem: String,
    },
}

impl Error {
    /// What the engine does about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::NoConnection { .. }
            | Self::NoAnswerToRead { .. }
            | Self::Html { .. }
            | Self::OutOfTime { .. } => Class::Transient,
            Self::NoAnswerToWrite { .. }
            | Self::UnreadableAnswerToWrite { .. }
            | Self::TooLarge { wrote: true, .. } => Class::UnknownOutcome,
            Self::Paced { .. } => Class::Throttled,
            Self::TooLarge { wrote: false, .. }
            | Self::Redirected { .. }
            | Self::NotJson { .. }
            | Self::Unsendable { .. } => Class::Validation,
        }
    }

    /// The reason in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoConnection { .. } => "no_connection",
            Self::NoAnswerToRead { .. } | Self::NoAnswerToWrite { .. } => "no_answer",
            Self::TooLarge { .. } => "answer_too_large",
            Self::Redirected { .. } => "redirected",
            Self::Html { .. } | Self::UnreadableAnswerToWrite { is_html: true, .. } => "html_answer",
            Self::NotJson { .. } | Self::UnreadableAnswerToWrite { is_html: false, .. } => "malformed_answer",
            Self::Unsendable { .. } => "unsendable",
            Self::OutOfTime { .. } => flow::fault::OUT_OF_TIME,
            Self::Paced { .. } => flow::fault::PACED,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::new(error.class(), error.code(), error.to_string())
    }
}
