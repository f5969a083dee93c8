//! What an expression can read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::StepId;

/// Names that every scope has, besides the outputs of steps.
const GIVEN: [&str; 2] = ["event", "connection"];

/// What an expression can read: `$event`, `$connection` and the outputs of earlier steps by their ids. Cheap to
/// clone, so that each item of a `for_each` has its own.
#[derive(Clone, Debug)]
pub struct Scope {
    values: BTreeMap<String, Arc<Value>>,
}

impl Scope {
    /// The scope of an execution's first step. `connection` is the pair's settings.
    #[must_use]
    pub fn new(event: Value, connection: Value) -> Self {
        let [event_name, connection_name] = GIVEN;
        let values =
            [(event_name.to_owned(), Arc::new(event)), (connection_name.to_owned(), Arc::new(connection))]
                .into();
        Self { values }
    }

    /// Adds the output of a step, or the item of a `for_each`.
    pub fn set(&mut self, id: &StepId, value: impl Into<Arc<Value>>) {
        self.values.insert(id.as_str().to_owned(), value.into());
    }

    /// What `$name` is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).map(AsRef::as_ref)
    }

    /// Whether every scope has the name.
    pub(crate) fn gives(name: &str) -> bool {
        GIVEN.contains(&name)
    }

    /// The names that every scope has.
    pub(crate) fn given() -> impl Iterator<Item = &'static str> {
        GIVEN.into_iter()
    }

    pub(crate) fn connection(&self) -> Arc<Value> {
        self.values.get(GIVEN[1]).cloned().unwrap_or_default()
    }
}
