//! `store.link.read`: what earlier executions have learned of how a thing is called elsewhere.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stored, fault};
use crate::{Fault, execution};

/// The action's name.
pub(super) const NAME: &str = "store.link.read";

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is: `payment_intent`, `order_number`, ….
    pub kind: String,
    /// What it is called.
    pub id: String,
}

/// What it is called elsewhere.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// Names by kind; empty where no execution has learned any.
    pub names: BTreeMap<String, String>,
}

pub(super) async fn read(stored: Stored, input: Input) -> Result<Output, Fault> {
    let store = stored.ports.store.as_ref();
    let names = execution::linked(store, stored.pair()?, &input.kind, &input.id).await;
    let names = names.map_err(|error| fault(&error))?;
    Ok(Output { names: names.unwrap_or_default() })
}
