//! Magento's refusals.

use serde_json::{Value, json};

/// A refusal with its status and body.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
    pub(super) parameters: Value,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), parameters: Value::Null }
    }

    pub(super) fn with(self, parameters: Value) -> Self {
        Self { parameters, ..self }
    }

    /// Several reasons, a line each.
    pub(super) fn document(kind: &str, lines: &[String]) -> Self {
        Self::new(400, format!("{kind} Document Validation Error(s):\n{}", lines.join("\n")))
    }

    pub(super) fn no_entity() -> Self {
        Self::new(404, "The entity that was requested doesn't exist. Verify the entity and try again.")
    }

    pub(super) fn body(&self) -> Value {
        if self.parameters.is_null() {
            json!({ "message": self.message })
        } else {
            json!({ "message": self.message, "parameters": self.parameters })
        }
    }
}
