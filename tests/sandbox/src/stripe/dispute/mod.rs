//! Disputes: opened, with or without money (<https://docs.stripe.com/disputes/how-disputes-work>).

mod rest;
mod turn;

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::error::Refusal;
use super::ledger::{self, DAY, Row, Settlement, fees};
use super::write::existing;
use super::{charge, object};
pub(crate) use rest::{close as rest_close, update as rest_update};
pub(crate) use turn::{Close, Reinstate, Respond, close, reinstate, respond};

/// A customer's bank disputes a charge.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Open {
    pub(crate) charge: String,
    /// In the charge's currency; absent: the whole charge.
    pub(crate) amount: Option<i64>,
    pub(crate) reason: String,
    pub(crate) network_reason_code: String,
    /// A question first: no money moves.
    pub(crate) inquiry: bool,
    /// Days to answer.
    pub(crate) due_in_days: i64,
    /// In the settlement currency.
    pub(crate) fee: i64,
    /// Tax on it, on top.
    pub(crate) fee_tax: i64,
    /// Where it is not the charge's or today's.
    pub(crate) exchange_rate: Option<String>,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            charge: String::new(),
            amount: None,
            reason: "fraudulent".to_owned(),
            network_reason_code: "10.4".to_owned(),
            inquiry: false,
            due_in_days: 14,
            fee: 1500,
            fee_tax: 0,
            exchange_rate: None,
        }
    }
}

/// Opens it.
pub(crate) fn open(books: &mut Books, given: &Open) -> Result<String, Refusal> {
    let mut charge = existing(books, "charge", &given.charge)?;
    if charge["captured"] != true || charge["status"] != "succeeded" {
        return Err(Refusal::invalid("", None, format!("{} has taken no money", given.charge)));
    }
    if running(books, &given.charge).is_some() {
        return Err(Refusal::invalid("", None, format!("{} is disputed already", given.charge)));
    }
    let before = charge.clone();
    let amount = given.amount.unwrap_or_else(|| number(&charge, "amount_captured"));
    if amount < 1 {
        return Err(Refusal::invalid("", None, "a dispute has an amount"));
    }
    let id = books.id("du");
    let mut dispute = object::dispute();
    let case = json!({
        "id": id,
        "amount": amount,
        "charge": given.charge,
        "currency": charge["currency"],
        "evidence_details": {"due_by": ledger::midnight(now()) + (given.due_in_days + 1) * DAY - 1},
        "is_charge_refundable": given.inquiry,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": {
            "case_type": if given.inquiry { "inquiry" } else { "chargeback" },
            "network_reason_code": given.network_reason_code,
        }},
        "reason": given.reason,
        "status": if given.inquiry { "warning_needs_response" } else { "needs_response" },
        "_fee": {"fee": given.fee, "tax": given.fee_tax, "rate": given.exchange_rate},
    });
    overlay(&mut dispute, &case);
    books.put(&dispute);
    charge["disputed"] = json!(true);
    books.change(&before, &charge, &["charge.updated"]);
    if given.inquiry {
        books.event("charge.dispute.created", &id, None);
    } else {
        withdraw(books, &id)?;
        books.event("charge.dispute.created", &id, None);
        books.event("charge.dispute.funds_withdrawn", &id, None);
    }
    Ok(id)
}

/// Takes the money and the fee out of the balance.
fn withdraw(books: &mut Books, id: &str) -> Result<(), Refusal> {
    let mut dispute = existing(books, "dispute", id)?;
    let charge = existing(books, "charge", &text(&dispute, "charge"))?;
    let settlement = Settlement::today(&charge, books, dispute["_fee"]["rate"].as_str());
    let (fee, tax) = (number(&dispute["_fee"], "fee"), number(&dispute["_fee"], "tax"));
    let row = Row {
        fees: fees(fee, tax, "Dispute fee"),
        source: Some(id),
        description: Some(format!("Chargeback withdrawal for {}", text(&charge, "id"))),
        exchange_rate: settlement.rate.as_deref(),
        available_on: charge::available_on(books, &charge),
        ..Row::new(
            -settlement.converted(number(&dispute, "amount"))?,
            &settlement.currency,
            "adjustment",
            "dispute",
        )
    };
    push(books, &mut dispute, &row);
    Ok(())
}

/// Adds a row to those that a dispute shows.
fn push(books: &mut Books, dispute: &mut Value, row: &Row<'_>) {
    let made = row.object(books);
    books.put(&made);
    if let Some(rows) = dispute["balance_transactions"].as_array_mut() {
        rows.push(made);
    }
    books.put(dispute);
}

/// The last dispute of a charge that is not decided.
fn running<'a>(books: &'a Books, charge: &str) -> Option<&'a Value> {
    let is_open = |dispute: &&Value| {
        dispute["charge"] == charge
            && !matches!(dispute["status"].as_str(), Some("won" | "lost" | "warning_closed" | "prevented"))
    };
    books.raw_all("dispute").filter(is_open).last()
}

/// Whether a charge that is or was disputed can be refunded: while the bank only asks, and after the merchant has won.
pub(crate) fn is_refundable(books: &Books, charge: &str) -> bool {
    let last = books.raw_all("dispute").filter(|dispute| dispute["charge"] == charge).last();
    last.is_some_and(|dispute| {
        dispute["is_charge_refundable"] == true
            || matches!(dispute["status"].as_str(), Some("won" | "warning_closed" | "prevented"))
    })
}

/// A full refund answers a question.
pub(crate) fn refunded(books: &mut Books, charge: &str) {
    let asked = running(books, charge).filter(|dispute| text(dispute, "status").starts_with("warning_"));
    if let Some(mut dispute) = asked.cloned() {
        dispute["status"] = json!("warning_closed");
        dispute["is_charge_refundable"] = json!(false);
        books.put(&dispute);
        books.event("charge.dispute.closed", &text(&dispute, "id"), None);
    }
}
