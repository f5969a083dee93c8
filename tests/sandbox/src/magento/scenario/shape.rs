//! What is recorded of a kind of thing: its columns, and those of what it holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Given out by the database, or by the clock.
const ASIDE: [&str; 5] = ["created_at", "entity_id", "increment_id", "protect_code", "updated_at"];

/// The columns.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Of an object; empty for what is none.
    columns: BTreeMap<String, Shape>,
    /// Of each entry of a list.
    entries: Option<Box<Shape>>,
}

impl Shape {
    /// Learns the columns of one more record.
    pub(super) fn learn(&mut self, recorded: &Value) {
        match recorded {
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str())) {
                    self.columns.entry(name.clone()).or_default().learn(value);
                }
            }
            Value::Array(entries) => {
                let shape = self.entries.get_or_insert_with(Box::default);
                for entry in entries {
                    shape.learn(entry);
                }
            }
            _ => {}
        }
    }

    /// What a thing has in these columns; null where it has nothing.
    pub(super) fn of(&self, value: &Value) -> Value {
        match value {
            Value::Array(entries) => {
                let nothing = Self::default();
                let shape = self.entries.as_deref().unwrap_or(&nothing);
                entries.iter().map(|entry| shape.of(entry)).collect()
            }
            // Comments are recorded by their text.
            Value::Object(fields) if self.columns.is_empty() => {
                fields.get("comment").cloned().unwrap_or(Value::Null)
            }
            Value::Object(fields) => {
                let column = |(name, shape): (&String, &Self)| {
                    (name.clone(), fields.get(name).map_or(Value::Null, |value| shape.of(value)))
                };
                self.columns.iter().map(column).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }
}
