//! Payouts: what is available leaves for the bank (<https://docs.stripe.com/payouts>,
//! <https://docs.stripe.com/payouts/reconciliation>).

mod day;
mod turn;

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::error::Refusal;
use super::ledger::{self, DAY, Row, fees};
use super::moves::Move;
use super::object;
pub(crate) use day::{PayoutDay, day};
pub(crate) use turn::{Status, Turn, reconcile, turn};

/// Currencies that are paid out in whole units only (<https://docs.stripe.com/currencies#special-cases>).
const WHOLE_UNITS: [&str; 2] = ["huf", "twd"];

/// A payout to be made.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Make {
    pub(crate) currency: String,
    /// Of a manual one; absent: all that is available, less the fee. An automatic one is always of all.
    pub(crate) amount: Option<i64>,
    pub(crate) automatic: bool,
    /// Within minutes, for a fee; never automatic.
    pub(crate) instant: bool,
    /// Of an instant one; absent: 1 %, at least 50.
    pub(crate) fee: Option<i64>,
    pub(crate) arrival_in_days: i64,
    /// How many of its rows a list shows before it is reconciled.
    pub(crate) shown_before: usize,
    /// Whether it goes on by itself: in transit, reconciled, paid on its day.
    pub(crate) goes_on: bool,
}

impl Default for Make {
    fn default() -> Self {
        Self {
            currency: "usd".to_owned(),
            amount: None,
            automatic: true,
            instant: false,
            fee: None,
            arrival_in_days: 2,
            shown_before: 0,
            goes_on: false,
        }
    }
}

/// Makes it; gives its id.
pub(crate) fn make(books: &mut Books, given: &Make) -> Result<String, Refusal> {
    let is_automatic = given.automatic && !given.instant;
    if is_automatic && given.amount.is_some() {
        return Err(Refusal::invalid("", None, "an automatic payout is of all that is available"));
    }
    let id = books.id("po");
    let lines = open_rows(books, &given.currency);
    let sum: i64 = lines.iter().map(|row| number(row, "net")).sum();
    let fee = if given.instant { given.fee.unwrap_or_else(|| (sum / 100).max(50)) } else { 0 };
    let amount = match given.amount {
        Some(amount) if amount < 1 || amount + fee > sum => {
            let message = "You have insufficient funds in your Stripe account for this transfer.";
            return Err(Refusal::invalid("balance_insufficient", None, message));
        }
        Some(amount) => amount,
        None => payable(books, &given.currency, sum - fee, is_automatic, &id),
    };
    if amount == 0 || (amount < 0 && !is_automatic) {
        return Err(Refusal::invalid("balance_insufficient", None, "There is nothing to pay out."));
    }
    let row = Row {
        fees: fees(fee, 0, "Instant payout fee"),
        source: Some(&id),
        description: Some("STRIPE PAYOUT".to_owned()),
        ..Row::new(-amount, &given.currency, "payout", "payout")
    };
    let row = row.post(books);
    let mut payout = object::payout();
    let made = json!({
        "id": id,
        "amount": amount,
        "arrival_date": ledger::midnight(now()) + if given.instant { 0 } else { given.arrival_in_days * DAY },
        "automatic": is_automatic,
        "balance_transaction": row,
        "currency": given.currency,
        "method": if given.instant { "instant" } else { "standard" },
        "reconciliation_status": if is_automatic { "in_progress" } else { "not_applicable" },
        "status": "pending",
        "trace_id": {"status": "pending", "value": null},
        "_shown_before": given.shown_before,
    });
    overlay(&mut payout, &made);
    books.put(&payout);
    if is_automatic {
        attribute(books, &given.currency, &id);
    }
    books.event("payout.created", &id, None);
    if given.goes_on {
        plan(books, &payout);
    }
    Ok(id)
}

/// The rows that are available and that no automatic payout has taken along.
fn open_rows<'a>(books: &'a Books, currency: &str) -> Vec<&'a Value> {
    let is_open = |row: &&Value| {
        row["status"] == "available"
            && row["currency"] == currency
            && row["balance_type"] == "payments"
            && row.get("_payout").is_none()
    };
    books.raw_all("balance_transaction").filter(is_open).collect()
}

/// What of a sum can be paid. In some currencies the last two digits stay: they are held back from this payout and
/// released to the next.
fn payable(books: &mut Books, currency: &str, sum: i64, is_automatic: bool, payout: &str) -> i64 {
    let rest = if WHOLE_UNITS.contains(&currency) { sum % 100 } else { 0 };
    if rest == 0 || !is_automatic || sum == rest {
        return sum - rest;
    }
    let hold = "payout_minimum_balance_hold";
    let held = Row::new(-rest, currency, hold, hold).object(books);
    books.put(&held);
    let release = "payout_minimum_balance_release";
    let mut released = Row::new(rest, currency, release, release).object(books);
    // Not of this payout, of the next.
    released["_next_after"] = json!(payout);
    books.put(&released);
    sum - rest
}

/// Its own row is among its lines.
fn attribute(books: &mut Books, currency: &str, id: &str) {
    let mut lines: Vec<Value> = open_rows(books, currency).into_iter().cloned().collect();
    lines.retain(|row| row["_next_after"] != id);
    for mut line in lines {
        line["_payout"] = json!(id);
        books.put(&line);
    }
}

/// What happens to it by itself.
fn plan(books: &mut Books, payout: &Value) {
    const HOUR: i64 = 3600;
    let id = text(payout, "id");
    let arrival = number(payout, "arrival_date") - now();
    let to = |to| Move::PayoutTurns(Turn::to(&id, to));
    books.agenda.add_move(HOUR, to(Status::InTransit));
    if payout["automatic"] == true {
        books.agenda.add_move(3 * HOUR, Move::PayoutReconciles(super::moves::Named { id: id.clone() }));
    }
    books.agenda.add_move(arrival.max(2 * HOUR) + 6 * HOUR, to(Status::Paid));
}

/// The rows that a list of a payout shows, oldest first, by id (<https://docs.stripe.com/api/balance_transactions/list>).
pub(crate) fn lines(books: &Books, id: &str) -> Result<Vec<String>, Refusal> {
    let Some(payout) = books.raw(id).filter(|payout| payout["object"] == "payout") else {
        return Err(Refusal::invalid("resource_missing", Some("payout"), format!("No such payout: '{id}'")));
    };
    if payout["automatic"] == false {
        let message = "Balance transaction history can only be filtered on automatic transfers, not manual.";
        return Err(Refusal::invalid("", Some("payout"), message));
    }
    let is_line = |row: &&Value| row["_payout"] == id || (row["source"] == id && row["type"] == "payout");
    let all = books.raw_all("balance_transaction").filter(is_line).map(|row| text(row, "id"));
    let is_known = payout["reconciliation_status"] != "in_progress";
    let shown = if is_known {
        usize::MAX
    } else {
        payout["_shown_before"].as_u64().map_or(0, |n| usize::try_from(n).unwrap_or(0))
    };
    Ok(all.take(shown).collect())
}
