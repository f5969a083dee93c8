//! What a probe tells of a right: a request that the system refuses for another reason only after it has looked at the right.

use flow::{Class, Fault};
use schemars::JsonSchema;
use serde::Serialize;

/// A right of the identity that a system knows us by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Right {
    /// As the system calls it, so that whoever grants it finds it.
    pub name: String,
    /// Why it is missing, or not known to be there; absent where it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Right {
    /// Reads a probe's outcome. `after`: the classes of refusal that come only after the right was looked at.
    #[must_use]
    pub fn probed<T>(name: impl Into<String>, outcome: Result<T, Fault>, after: &[Class]) -> Self {
        let refused = outcome.err().filter(|fault| !after.contains(&fault.class));
        Self { name: name.into(), problem: refused.map(|fault| fault.message) }
    }
}

/// What `<system>.rights.read` gives: each right that flows need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rights {
    /// In the order they were asked for.
    pub rights: Vec<Right>,
}
