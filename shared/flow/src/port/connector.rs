//! One outside system.

use std::borrow::Cow;

use async_trait::async_trait;
use canonical::NaturalKey;
use serde_json::Value;

use crate::{ActionName, ActionSpec, Call, Fault};

/// One outside system of one pair. [`crate::Table`] is the real one, over a typed client; a simulation has its own.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it can do.
    fn specs(&self) -> Vec<ActionSpec>;

    /// What is known of one action, where it is this system's. Asked for at every step: a connector that holds its specs lends
    /// them, because a schema is long.
    fn spec(&self, action: &ActionName) -> Option<Cow<'_, ActionSpec>> {
        self.specs().into_iter().find(|spec| spec.name == *action).map(Cow::Owned)
    }

    /// What an event says that things are called, before any system is asked: `("order_number", "000000042")`. Any of the names
    /// leads an operator to the story; nothing is decided by them.
    fn names(&self, _source: &str, _event: &Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What names the effect of a write with this input, in the system that will hold it.
    ///
    /// # Errors
    /// The action only reads, or the input does not fit.
    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault>;

    /// Looks for the whole effect of a write; `None` where it, or a part of it, is missing.
    ///
    /// # Errors
    /// As the system answers.
    async fn find(&self, action: &ActionName, call: &Call, input: Value) -> Result<Option<Value>, Fault>;

    /// Reads; or converges a write: find, apply only what is missing, read back.
    ///
    /// # Errors
    /// As the system answers.
    async fn run(&self, action: &ActionName, call: &Call, input: Value) -> Result<Value, Fault>;
}
