//! Magento's refusals.
//!
//! Source: `lib/internal/Magento/Framework/Webapi/{ErrorProcessor,Rest/Response,ServiceInputProcessor}.php` of
//! magento/magento2.

use serde_json::{Value, json};

/// A refusal with its status and body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
    /// A list for `%1`, an object for `%name`; null where there are none.
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

    /// `No such entity with customerId = 7`, placeholders unfilled.
    pub(super) fn no_such(field: &str, value: &Value) -> Self {
        let missing = Self::new(404, "No such entity with %fieldName = %fieldValue");
        missing.with(json!({ "fieldName": field, "fieldValue": value }))
    }

    pub(super) fn no_route() -> Self {
        Self::new(404, "Request does not match any route.")
    }

    /// A parameter of the service that the body lacks.
    pub(super) fn required(field: &str) -> Self {
        let missing = Self::new(400, "\"%fieldName\" is required. Enter and try again.");
        missing.with(json!({ "fieldName": field }))
    }

    /// What 2.4.5 says of a wrong type: the text is filled in.
    pub(super) fn wrong_type(value: &Value, wanted: &str) -> Self {
        Self::new(400, wrong_type(value, wanted))
    }

    /// The same inside a data object.
    pub(super) fn wrong_field(name: &str, value: &Value, wanted: &str) -> Self {
        let reason = wrong_type(value, wanted);
        Self::new(400, format!("Error occurred during \"{name}\" processing. {reason}"))
    }

    /// An error that production mode does not show.
    pub(super) fn masked() -> Self {
        let report = format!("{:013x}", fastrand::u64(0..1 << 52));
        let text = "Internal Error. Details are available in Magento log file. Report ID: webapi-";
        Self::new(500, format!("{text}{report}"))
    }

    pub(super) fn body(&self) -> Value {
        if self.parameters.is_null() {
            json!({ "message": self.message })
        } else {
            json!({ "message": self.message, "parameters": self.parameters })
        }
    }
}

fn wrong_type(value: &Value, wanted: &str) -> String {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!(
        "The \"{shown}\" value's type is invalid. The \"{wanted}\" type was expected. Verify and try again."
    )
}
