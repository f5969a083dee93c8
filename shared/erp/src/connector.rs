//! The table of actions: dispatch, schemas and rules in one place.

use flow::{Action, ActionSpec, Fault, Table};
use jiff::SignedDuration;

use crate::{Client, account, credit_note, health, journal, payment, rights, sales_invoice, sales_order};

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
    use credit_note::put as note;
    use journal::put as entry;
    use payment::put as paid;
    use sales_invoice::put as invoice;
    use sales_order::put as order;
    Ok(vec![
        Action::write(order::NAME, timeout, settle, order::key, order::find, order::run)?
            .links(&[("sales_order", "/id")]),
        Action::write(invoice::NAME, timeout, settle, invoice::key, invoice::find, invoice::run)?
            .links(&[("sales_invoice", "/id")]),
        Action::write(note::NAME, timeout, settle, note::key, note::find, note::run)?
            .links(&[("credit_note", "/id")]),
        Action::write(paid::NAME, timeout, settle, paid::key, paid::find, paid::run)?
            .links(&[("payment", "/id")]),
        Action::write(entry::NAME, timeout, settle, entry::key, entry::find, entry::run)?
            .links(&[("journal", "/id")]),
        Action::read(sales_invoice::read::NAME, timeout, sales_invoice::read::run)?
            .links(&[("sales_invoice", "/id")]),
        Action::read(health::read::NAME, timeout, health::read::run)?,
        Action::read(rights::read::NAME, timeout, rights::read::run)?,
        Action::read(account::list::NAME, timeout, account::list::run)?,
    ])
}
