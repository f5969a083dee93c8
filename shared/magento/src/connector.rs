//! The table of actions: dispatch, schemas and rules in one place.

use flow::{Action, ActionSpec, Fault, Table};
use jiff::SignedDuration;

use crate::Client;
use crate::order::{cancel, payment_failed};
use crate::order::{comment, credit_memo, list, mark_paid, read};
use crate::{rights, store};

/// The connector of one pair.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn connector(client: Client) -> Result<Table<Client>, Fault> {
    let actions = actions(client.timeout(), client.settle(), client.settle_partial())?;
    Ok(Table::new(client, Client::bind, actions))
}

/// What the connector can do, without a client or a secret: for checks of flow documents.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions(TIMEOUT, SETTLE, SETTLE_PARTIAL)?.iter().map(|action| action.spec().clone()).collect())
}

/// Times where no pair says otherwise.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
const SETTLE: SignedDuration = SignedDuration::from_secs(5);
const SETTLE_PARTIAL: SignedDuration = SignedDuration::from_secs(120);

/// A second write fails cleanly after `settle`; one of an amount would be done again, so that `settle_partial` is longer.
fn actions(
    timeout: SignedDuration,
    settle: SignedDuration,
    settle_partial: SignedDuration,
) -> Result<Vec<Action<Client>>, Fault> {
    use credit_memo::put;
    Ok(vec![
        Action::read(read::NAME, timeout, read::run)?.links(&[("order", "/id"), ("order_number", "/number")]),
        Action::write(mark_paid::NAME, timeout, settle, mark_paid::key, mark_paid::find, mark_paid::run)?
            .links(&[("invoice", "/invoice")])
            .locks("/order"),
        Action::write(comment::NAME, timeout, settle, comment::key, comment::find, comment::run)?
            .locks("/order"),
        Action::write(
            payment_failed::NAME,
            timeout,
            settle,
            payment_failed::key,
            payment_failed::find,
            payment_failed::run,
        )?
        .locks("/order"),
        Action::write(cancel::NAME, timeout, settle, cancel::key, cancel::find, cancel::run)?.locks("/order"),
        Action::write(put::NAME, timeout, settle_partial, put::key, put::find, put::run)?
            .links(&[("credit_memo", "/memo/id"), ("credit_memo_number", "/memo/number")])
            .locks("/order"),
        Action::read(list::NAME, timeout, list::run)?,
        Action::read(store::read::NAME, timeout, store::read::run)?,
        Action::read(rights::read::NAME, timeout, rights::read::run)?,
    ])
}
