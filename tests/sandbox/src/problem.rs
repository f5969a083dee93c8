//! Errors of the generic REST contracts: RFC 9457 `application/problem+json`.

use serde_json::{Map, Value, json};

use crate::reply::Reply;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    /// Which fields, by JSON pointer, and what is wrong with each.
    pub(crate) errors: Vec<(String, &'static str)>,
    /// Members besides the standard ones (`existing_hash`, `difference`).
    pub(crate) more: Map<String, Value>,
}

impl Problem {
    /// One without fields.
    pub(crate) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), more: Map::new() }
    }

    /// 422 for one field.
    pub(crate) fn field(path: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(422, code, detail);
        problem.errors.push((path.into(), code));
        problem
    }

    /// 404.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "not_found", format!("there is no {what}"))
    }

    /// The same with a further member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// As it is sent.
    pub(crate) fn reply(&self, request_id: &str) -> Reply {
        let mut body = json!({
            "type": format!("https://sandbox.invalid/problems/{}", self.code),
            "title": title(self.status),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": self.errors.iter().map(|(path, code)| json!({"path": path, "code": code})).collect::<Vec<_>>(),
            "request_id": request_id,
        });
        if let Value::Object(members) = &mut body {
            members.extend(self.more.clone());
        }
        let reply = Reply::text(self.status, "application/problem+json", body.to_string());
        if matches!(self.status, 429 | 503) { reply.with("retry-after", "1") } else { reply }
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        400 => "Malformed request",
        401 => "Not authenticated",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        412 => "Precondition failed",
        422 => "Not acceptable",
        429 => "Too many requests",
        503 => "Not available",
        _ => "Server error",
    }
}
