//! The table of actions: dispatch, schemas and rules in one place.

use flow::{Action, ActionSpec, Fault, Table};
use jiff::SignedDuration;

use crate::fulfilment::{cancel, put};
use crate::{Client, rights};

/// The connector of one pair.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn connector(client: Client) -> Result<Table<Client>, Fault> {
    let actions = actions(client.settings().timeout, client.settings().settle)?;
    Ok(Table::new(client, Client::bind, actions))
}

/// What the connector can do, without a client or a secret: for checks of flow documents.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions(TIMEOUT, SETTLE)?.iter().map(|action| action.spec().clone()).collect())
}

/// Times where no pair says otherwise.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
const SETTLE: SignedDuration = SignedDuration::from_secs(5);

fn actions(timeout: SignedDuration, settle: SignedDuration) -> Result<Vec<Action<Client>>, Fault> {
    Ok(vec![
        Action::write(put::NAME, timeout, settle, put::key, put::find, put::run)?
            .links(&[("fulfilment", "/id")]),
        Action::write(cancel::NAME, timeout, settle, cancel::key, cancel::find, cancel::run)?,
        Action::read(rights::read::NAME, timeout, rights::read::run)?,
    ])
}
