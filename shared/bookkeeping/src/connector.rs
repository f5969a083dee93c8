//! The table of actions: dispatch, schemas and rules in one place.

use flow::{Action, ActionSpec, Fault, Table};
use jiff::SignedDuration;

use crate::payout::{post, reconcile, review};
use crate::{Client, day, dispute};

/// The connector's name: what stands before the first dot of its actions.
pub const SYSTEM: &str = "books";
/// The longest that one request to any of the systems takes where no pair says otherwise.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
/// How long a journal that was given up may still be committing where no pair says otherwise.
const SETTLE: SignedDuration = SignedDuration::from_secs(5);

/// The connector of one pair.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn connector(client: Client) -> Result<Table<Client>, Fault> {
    let settings = client.erp.settings();
    let actions = actions(settings.timeout, settings.settle)?;
    Ok(Table::new(client, Client::bind, actions))
}

/// What the connector can do, without a client or a secret: for checks of flow documents.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions(TIMEOUT, SETTLE)?.iter().map(|action| action.spec().clone()).collect())
}

fn actions(timeout: SignedDuration, settle: SignedDuration) -> Result<Vec<Action<Client>>, Fault> {
    Ok(vec![
        Action::write(post::NAME, timeout, settle, post::key, post::find, post::run)?
            .links(&[("payout", "/payout")]),
        Action::write(reconcile::NAME, timeout, settle, reconcile::key, reconcile::find, reconcile::run)?
            .links(&[("payout", "/payout")]),
        Action::write(review::NAME, timeout, settle, review::key, review::find, review::run)?,
        Action::write(day::post::NAME, timeout, settle, day::post::key, day::post::find, day::post::run)?
            .links(&[("ledger_day", "/day")]),
        Action::write(
            dispute::close::NAME,
            timeout,
            settle,
            dispute::close::key,
            dispute::close::find,
            dispute::close::run,
        )?
        .links(&[("dispute", "/dispute")]),
        Action::read(day::audit::NAME, timeout, day::audit::run)?.links(&[("ledger_day", "/day")]),
    ])
}
