//! The table of actions: dispatch, schemas and rules in one place.

use flow::{Action, ActionSpec, Fault, Table};
use jiff::SignedDuration;

use crate::attempt;
use crate::client::SETTLE;
use crate::{
    Client, account, balance_transaction, dispute, event, names, payment, payout, refund, rights, settlement,
};

/// The connector of one pair.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn connector(client: Client) -> Result<Table<Client>, Fault> {
    let timeout = client.settings().timeout;
    Ok(Table::new(client, Client::bind, actions(timeout)?).names(names::of_event))
}

/// What the connector can do, without a client or a secret: for checks of flow documents.
///
/// # Errors
/// An action's name is malformed (a mistake in this file).
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    Ok(actions(TIMEOUT)?.iter().map(|action| action.spec().clone()).collect())
}

/// The longest that a request takes where no pair says otherwise.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(20);

fn actions(timeout: SignedDuration) -> Result<Vec<Action<Client>>, Fault> {
    Ok(vec![
        // Not the customer: a link's row grows with each entity that it leads to, and a customer pays for ever.
        Action::read(payment::read::NAME, timeout, payment::read::run)?.links(&[
            ("charge", "/charge"),
            ("payment_intent", "/intent"),
            ("order_number", "/orders/0/number"),
        ]),
        Action::write(
            payment::tag::NAME,
            timeout,
            SETTLE,
            payment::tag::key,
            payment::tag::find,
            payment::tag::run,
        )?,
        Action::read(attempt::read::NAME, timeout, attempt::read::run)?.links(&[
            ("charge", "/payment/charge"),
            ("payment_intent", "/payment/intent"),
            ("order_number", "/payment/orders/0/number"),
        ]),
        Action::write(
            attempt::retry_saved::NAME,
            timeout,
            SETTLE,
            attempt::retry_saved::key,
            attempt::retry_saved::find,
            attempt::retry_saved::run,
        )?
        .links(&[("charge", "/charge")]),
        Action::write(
            attempt::close::NAME,
            timeout,
            SETTLE,
            attempt::close::key,
            attempt::close::find,
            attempt::close::run,
        )?,
        Action::read(payment::list::NAME, timeout, payment::list::run)?,
        Action::read(payment::search::NAME, timeout, payment::search::run)?,
        Action::read(refund::list::NAME, timeout, refund::list::run)?.links(&[
            ("refund", "/about/0"),
            ("charge", "/refunds/0/charge"),
            ("payment_intent", "/refunds/0/intent"),
        ]),
        Action::read(settlement::read::NAME, timeout, settlement::read::run)?,
        Action::read(dispute::read::NAME, timeout, dispute::read::run)?.links(&[
            ("dispute", "/id"),
            ("charge", "/charge"),
            ("payment_intent", "/intent"),
        ]),
        Action::read(payout::read::NAME, timeout, payout::read::run)?.links(&[("payout", "/id")]),
        Action::read(balance_transaction::list::NAME, timeout, balance_transaction::list::run)?,
        Action::read(event::list::NAME, timeout, event::list::run)?,
        Action::read(account::read::NAME, timeout, account::read::run)?,
        Action::read(rights::read::NAME, timeout, rights::read::run)?,
    ])
}
