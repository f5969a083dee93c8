//! What earlier executions have learned, as a connector of the engine's own: `store.link.read`.

use std::collections::BTreeMap;
use std::sync::Arc;

use canonical::PairId;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Action, ActionSpec, Call, Class, Fault, Store, StoreError, Table, execution};

/// The connector's name: what stands before the first dot of its actions.
pub const SYSTEM: &str = "store";
/// The longest that a look into the table may take.
pub const TIMEOUT: SignedDuration = SignedDuration::from_secs(4);

/// The table, for one call of one pair.
#[derive(Clone)]
pub struct Stored {
    store: Arc<dyn Store>,
    /// Known once a call is made.
    pair: Option<PairId>,
}

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

/// The connector over a table.
///
/// # Errors
/// None that depends on the input: its one row is well formed.
pub fn connector(store: Arc<dyn Store>) -> Result<Table<Stored>, Fault> {
    let bind = |stored: &Stored, call: &Call| Stored { pair: Some(call.pair.clone()), ..stored.clone() };
    Ok(Table::new(Stored { store, pair: None }, bind, actions()?))
}

/// What the connector can do.
///
/// # Errors
/// None that depends on the input.
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions()?.iter().map(|action| action.spec().clone()).collect())
}

fn actions() -> Result<Vec<Action<Stored>>, Fault> {
    Ok(vec![Action::read("store.link.read", TIMEOUT, read)?])
}

async fn read(stored: Stored, input: Input) -> Result<Output, Fault> {
    let Some(pair) = stored.pair else {
        return Err(Fault::new(Class::Validation, "no_pair", "a link is read without a pair"));
    };
    let names = execution::linked(stored.store.as_ref(), &pair, &input.kind, &input.id).await;
    match names {
        Ok(names) => Ok(Output { names: names.unwrap_or_default() }),
        Err(error @ StoreError::Malformed { .. }) => {
            Err(Fault::new(Class::Validation, "malformed_link", error.to_string()))
        }
        Err(error) => Err(Fault::new(Class::Transient, "table", error.to_string())),
    }
}
