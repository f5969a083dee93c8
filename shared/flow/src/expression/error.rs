//! What can be wrong with an expression, before and while it is evaluated.

use std::fmt;
use std::sync::Arc;

use canonical::redact;

use crate::{Class, Fault, StepId};

/// Where an expression stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `order-to-cash/flow.yaml`, `order-to-cash/sales_order.jsonata`.
    pub file: Arc<str>,
    /// Line in that file, from 1.
    pub line: u32,
    /// The step that uses it; triggers have none.
    pub step: Option<StepId>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", self.file, self.line)?;
        match &self.step {
            Some(step) => write!(f, ", step `{step}`"),
            None => Ok(()),
        }
    }
}

/// An expression that gave no usable value. Its class is always `validation`: the same input gives the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ExpressionError {
    /// The reason in snake case: `expression_failed`, `unmapped_value`, `not_a_condition`, `malformed_money`, ….
    pub code: &'static str,
    /// Where the expression stands.
    pub place: Place,
    /// What happened, redacted.
    pub message: String,
}

/// Characters that a message keeps; the values in it come from outside.
const MESSAGE_MAX: usize = 400;

impl ExpressionError {
    pub(crate) fn new(code: &'static str, place: Place, message: &str) -> Self {
        Self { code, place, message: redact(message, MESSAGE_MAX) }
    }
}

impl From<ExpressionError> for Fault {
    fn from(error: ExpressionError) -> Self {
        Self::new(Class::Validation, error.code, error.to_string())
    }
}

/// Something wrong with an expression's text: what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// The name that it is about, so that its line can be found.
    pub name: Option<String>,
}

impl Flaw {
    pub(crate) fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into(), name: None }
    }

    pub(crate) fn about(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}
