//! How AWS says no: a name, a sentence, and for some operations more.

use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) more: Map<String, Value>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), more: Map::new() }
    }

    /// A request that breaks a documented rule.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// As it is sent. The name comes with its namespace, which clients must cut off.
    pub(crate) fn body(&self) -> Value {
        let mut body =
            json!({ "__type": format!("com.amazonaws.v1#{}", self.code), "message": self.message });
        if let Value::Object(members) = &mut body {
            members.extend(self.more.clone());
        }
        body
    }
}
