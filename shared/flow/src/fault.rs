//! What a step can meet, by what the engine does about it.

use std::fmt;

use canonical::redact;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What the engine does about a fault. The fate is decided here and in the flow document, nowhere else.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Asked to slow down: wait, no attempt counted.
    Throttled,
    /// Nothing happened and trying again may help: retry.
    Transient,
    /// A write without an answer; it may have happened: settle, find, retry.
    UnknownOutcome,
    /// Somebody else changed it meanwhile: read again, retry soon.
    Conflict,
    /// The thing is not there: as the step says, else park.
    NotFound,
    /// Our identity is refused: retry rarely, a person must mend the secret.
    Auth,
    /// A right is missing: park, naming the resource.
    Permission,
    /// The data is refused, or a rule of ours forbids to go on: park.
    Validation,
    /// It exists already: find it and go on.
    Duplicate,
}

impl Class {
    /// The name as logs, tables and flow documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::UnknownOutcome => "unknown_outcome",
            Self::Conflict => "conflict",
            Self::NotFound => "not_found",
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::Validation => "validation",
            Self::Duplicate => "duplicate",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Characters of a message that are kept.
const MESSAGE_MAX: usize = 2_000;

/// The code of a fault that says that a request was not sent because it might not have ended in time. Nothing is wrong: the
/// next delivery sends it, and no try is counted.
pub const OUT_OF_TIME: &str = "out_of_time";

/// The code of a fault that says that a request was not sent because its system has had as many as it gets for now. It says nothing
/// of the system.
pub const PACED: &str = "paced";

/// A fault as the engine sees it: a connector's own error, classed and redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What the engine does.
    pub class: Class,
    /// The reason in snake case, as `on_error` names it and as a parked execution shows it (`amount_mismatch`).
    pub code: String,
    /// A sentence that names the thing and the next action. No secret, no name, no mail address.
    pub message: String,
    /// How long the other side asked us to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<SignedDuration>,
    /// The HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The other side's id of the request, for its support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The other side will answer the same for this idempotency key for ever: only a new generation helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answer_is_stored: bool,
    /// The message for the log, where `message` quotes what the other side wrote in prose: see [`Fault::for_log`].
    #[serde(skip)]
    pub logged: Option<String>,
}

impl Fault {
    /// A fault without an answer's details. The message is redacted here, whoever wrote it.
    #[must_use]
    pub fn new(class: Class, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.into(),
            message: redact(&message.into(), MESSAGE_MAX),
            retry_after: None,
            status: None,
            request_id: None,
            answer_is_stored: false,
            logged: None,
        }
    }

    /// What a log may say. Prose of a back office may name a customer, and no pattern finds a name: it stays in the row, which is
    /// encrypted, ends some day and is what `tillbridge trace` shows; code, fields and ids are enough to find it.
    #[must_use]
    pub fn for_log(&self) -> &str {
        self.logged.as_deref().unwrap_or(&self.message)
    }

    /// Whether it says that the system is down, or does not know us.
    #[must_use]
    pub const fn is_of_the_system(&self) -> bool {
        matches!(self.class, Class::Transient | Class::UnknownOutcome | Class::Auth)
    }

    /// Whether it is about the one thing that was asked for: another may fare better, and this one will not by being asked again.
    #[must_use]
    pub const fn is_of_one_thing(&self) -> bool {
        matches!(self.class, Class::Validation | Class::NotFound | Class::Duplicate | Class::Conflict)
    }

    /// Whether a request may still be under way.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.class, Class::Transient | Class::UnknownOutcome)
    }

    /// Whether the other side refused a write for what it says: sending the same again cannot help.
    #[must_use]
    pub const fn refuses_content(&self) -> bool {
        matches!(self.class, Class::Validation | Class::Permission | Class::NotFound)
    }
}
