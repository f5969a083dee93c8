//! How Frappe says no: the class of its exception, and its message three times encoded.

use serde_json::{Value, json};

use crate::reply::Reply;

/// Exceptions that no status tells apart.
const NAMED: [&str; 4] =
    ["QueryDeadlockError", "QueryTimeoutError", "TimestampMismatchError", "DocumentLockedError"];

/// An exception.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    exc_type: &'static str,
    /// As a person sees it: it may hold mark-up.
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, exc_type: &'static str, message: impl Into<String>) -> Self {
        Self { status, exc_type, message: message.into() }
    }

    /// `frappe.throw` without a class of its own.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(417, "ValidationError", message)
    }

    /// A mandatory field.
    pub(super) fn mandatory(doctype: &str, name: &str, field: &str) -> Self {
        Self::new(417, "MandatoryError", format!("[{doctype}, {name}]: {field}"))
    }

    /// A link to what is not there. `what`: `Row #1: Item Code: X`.
    pub(super) fn link(what: impl std::fmt::Display) -> Self {
        Self::new(417, "LinkValidationError", format!("Could not find {what}"))
    }

    /// A document that is not there.
    pub(super) fn missing(doctype: &str, name: &str) -> Self {
        Self::new(404, "DoesNotExistError", format!("{doctype} {name} not found"))
    }

    pub(super) fn reply(&self) -> Reply {
        let mut body = json!({
            "exception": format!("frappe.exceptions.{}: {}", self.exc_type, self.message),
            "exc_type": self.exc_type,
            "exc": json!([format!("Traceback (most recent call last):\n  {}", self.exc_type)]).to_string(),
        });
        if !self.message.is_empty() {
            let message = json!({"message": self.message, "title": "Message", "raise_exception": 1});
            body["_server_messages"] = Value::String(json!([message.to_string()]).to_string());
        }
        let reply = Reply::json(self.status, &body);
        if self.status == 429 { reply.with("retry-after", "1") } else { reply }
    }
}

/// A refusal that the sandbox injects, in Frappe's form. A code that names an exception is one.
pub(crate) fn answer(status: u16, code: Option<&str>) -> Reply {
    let named = code.and_then(|code| NAMED.into_iter().find(|known| *known == code));
    let by_status = match status {
        401 => "AuthenticationError",
        403 => "PermissionError",
        404 => "DoesNotExistError",
        409 => "DuplicateEntryError",
        417 => "ValidationError",
        429 => "TooManyRequestsError",
        503 => "SessionStopped",
        _ => "InternalError",
    };
    Refusal::new(status, named.unwrap_or(by_status), code.unwrap_or("injected by the sandbox")).reply()
}
