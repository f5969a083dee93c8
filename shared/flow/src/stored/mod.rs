//! The table as a connector of the engine's own: what earlier executions have learned, who books a movement of money, and the
//! reasons not to ship an order.

mod link;
pub mod posting;
mod stop;

use canonical::PairId;
use jiff::SignedDuration;

pub use link::{Input as LinkInput, Output as LinkOutput};
pub use posting::{Input as PostingInput, Output as PostingOutput};
pub use stop::{Input as StopInput, Output as StopOutput};

use crate::{Action, ActionSpec, Call, Class, Fault, Ports, StoreError, Table};

/// The connector's name: what stands before the first dot of its actions.
pub const SYSTEM: &str = "store";
/// The longest that a request to the table may take.
pub const TIMEOUT: SignedDuration = SignedDuration::from_secs(4);
/// The table takes a write or does not: nothing of one that was given up is under way for longer than its time-out.
const SETTLE: SignedDuration = SignedDuration::ZERO;

/// The table, for one call of one pair.
#[derive(Clone)]
pub struct Stored {
    ports: Ports,
    /// Known once a call is made.
    pair: Option<PairId>,
}

impl Stored {
    fn pair(&self) -> Result<&PairId, Fault> {
        let unknown = || Fault::new(Class::Validation, "no_pair", "the table is asked without a pair");
        self.pair.as_ref().ok_or_else(unknown)
    }
}

/// The connector over a table.
///
/// # Errors
/// None that depends on the input: its rows are well formed.
pub fn connector(ports: Ports) -> Result<Table<Stored>, Fault> {
    let bind = |stored: &Stored, call: &Call| Stored { pair: Some(call.pair.clone()), ..stored.clone() };
    Ok(Table::new(Stored { ports, pair: None }, bind, actions()?))
}

/// What the connector can do.
///
/// # Errors
/// None that depends on the input.
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions()?.iter().map(|action| action.spec().clone()).collect())
}

fn actions() -> Result<Vec<Action<Stored>>, Fault> {
    Ok(vec![
        Action::read(link::NAME, TIMEOUT, link::read)?,
        Action::write(posting::NAME, TIMEOUT, SETTLE, posting::key, posting::find, posting::claim)?,
        Action::write(stop::NAME, TIMEOUT, SETTLE, stop::key, stop::find, stop::stop)?,
    ])
}

/// What the engine does about a table that does not do as it is asked.
#[must_use]
pub fn fault(error: &StoreError) -> Fault {
    match error {
        StoreError::Malformed { .. } => Fault::new(Class::Validation, "malformed_row", error.to_string()),
        StoreError::Refused { .. } | StoreError::Unavailable { .. } => {
            Fault::new(Class::Transient, "table", error.to_string())
        }
    }
}
