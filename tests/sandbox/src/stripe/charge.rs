//! What becomes of a charge without a request: it succeeds or fails after days, bounces, expires
//! (<https://docs.stripe.com/payments/payment-methods/bank-debits>, <https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::decline::Decline;
use super::error::Refusal;
use super::ledger::{DAY, Row, Settlement, fees};
use super::moves::{Move, Named};
use super::write::existing;
use super::{capture, intent, method, object, payment};

/// How long an authorisation of a card lives.
const AUTHORISED_DAYS: i64 = 7;

/// How a pending charge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    Succeeded,
    Failed,
}

/// A charge by bank debit or voucher comes to its end, days after it was begun.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndCharge {
    charge: String,
    to: End,
    /// `insufficient_funds`, `account_closed`, …
    #[serde(default)]
    failure_code: Option<String>,
}

/// Plays it.
pub(crate) fn end(books: &mut Books, given: &EndCharge) -> Result<String, Refusal> {
    let mut charge = existing(books, "charge", &given.charge)?;
    if charge["status"] != "pending" {
        return Err(Refusal::invalid("", None, format!("{} is not pending", given.charge)));
    }
    let mut intent = existing(books, "payment_intent", &text(&charge, "payment_intent"))?;
    let paid = payment::paid_of(&charge);
    if given.to == End::Failed {
        let code = given.failure_code.as_deref().unwrap_or("insufficient_funds");
        let with = method::typed_in(books, &paid.method);
        intent::failed(books, &Decline::new(code, &paid.method), charge, intent, &with);
        return Ok(given.charge.clone());
    }
    let amount = number(&charge, "amount");
    overlay(&mut charge, &json!({"amount_captured": amount, "paid": true, "status": "succeeded"}));
    payment::land(books, &paid, &mut charge)?;
    overlay(&mut intent, &payment::taken(amount));
    books.put(&charge);
    books.put(&intent);
    books.event("charge.succeeded", &given.charge, None);
    books.event("payment_intent.succeeded", &text(&intent, "id"), None);
    Ok(given.charge.clone())
}

/// A debit that succeeded is given back by the customer's bank.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounce {
    charge: String,
    #[serde(default)]
    failure_code: Option<String>,
    /// What the bank takes for it, in the settlement currency.
    #[serde(default)]
    fee: i64,
}

/// Plays it: the money leaves the balance again, the intent stays as it is (`succeeded` is final).
pub(crate) fn bounce(books: &mut Books, given: &Bounce) -> Result<String, Refusal> {
    let mut charge = existing(books, "charge", &given.charge)?;
    // A row that is still to come, comes now: what is not there cannot bounce.
    books.settle(&given.charge);
    charge["balance_transaction"] =
        books.raw(&given.charge).map(|charge| charge["balance_transaction"].clone()).unwrap_or_default();
    let Some(row) = books.raw(&text(&charge, "balance_transaction")).cloned() else {
        return Err(Refusal::invalid("", None, format!("{} has no money to give back", given.charge)));
    };
    if charge["status"] != "succeeded" {
        return Err(Refusal::invalid("", None, format!("{} has not succeeded", given.charge)));
    }
    let settlement = Settlement::of(&charge);
    let left = number(&charge, "amount") - number(&charge, "amount_refunded");
    let amount = if left == number(&charge, "amount") {
        number(&row, "amount")
    } else {
        settlement.converted(left)?
    };
    let back = Row {
        fees: fees(given.fee, 0, "Failed payment fee"),
        source: Some(&given.charge),
        description: Some(format!("Payment failure for {}", given.charge)),
        exchange_rate: settlement.rate.as_deref(),
        available_on: now().max(number(&row, "available_on")),
        ..Row::new(-amount, &settlement.currency, "payment_failure_refund", "charge_failure")
    };
    let code = given.failure_code.as_deref().unwrap_or("insufficient_funds");
    let failed = json!({
        "failure_balance_transaction": back.post(books),
        "failure_code": code,
        "failure_message": "The customer's bank returned the payment.",
        "paid": false,
        "status": "failed",
    });
    overlay(&mut charge, &failed);
    if let Value::Object(members) = &mut charge {
        members.remove("_balance_transaction");
        members.remove("_settles_after_reads");
    }
    books.put(&charge);
    books.event("charge.failed", &given.charge, None);
    Ok(given.charge.clone())
}

/// An authorisation that nobody captures ends by itself.
pub(crate) fn plan_expiry(books: &mut Books, charge: &mut Value) {
    let in_seconds = AUTHORISED_DAYS * DAY;
    if charge["payment_method_details"]["card"].is_object() {
        charge["payment_method_details"]["card"]["capture_before"] = json!(now() + in_seconds);
    }
    books.agenda.add_move(in_seconds, Move::Expire(Named { id: text(charge, "id") }));
}

/// Plays the end of an authorisation.
pub(crate) fn expire(books: &mut Books, id: &str) -> Result<String, Refusal> {
    let charge = existing(books, "charge", id)?;
    let is_held =
        charge["captured"] == false && charge["status"] == "succeeded" && charge["refunded"] == false;
    if !is_held {
        return Err(Refusal::invalid("", None, format!("{id} is no open authorisation")));
    }
    if capture::finish(books, &charge) {
        return Ok(id.to_owned());
    }
    let intent = text(&charge, "payment_intent");
    release(books, charge, Some("expired_uncaptured_charge"), "charge.expired");
    if let Some(mut intent) = books.raw(&intent).cloned() {
        intent::canceled(books, &mut intent, Some("automatic"));
    }
    Ok(id.to_owned())
}

/// Lets go what was authorised: a refund without money, and the charge counts as refunded.
pub(crate) fn release(books: &mut Books, mut charge: Value, reason: Option<&str>, event: &str) {
    let before = charge.clone();
    let left = number(&charge, "amount") - number(&charge, "amount_refunded");
    let mut void = object::refund();
    let given = json!({
        "id": books.id("re"),
        "amount": left,
        "charge": charge["id"],
        "currency": charge["currency"],
        "customer": charge["customer"],
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "destination_details": {"card": {"type": "reversal"}},
    });
    overlay(&mut void, &given);
    books.put(&void);
    let all = json!({"amount_refunded": charge["amount"], "refunded": true});
    overlay(&mut charge, &all);
    books.change(&before, &charge, &[event]);
    books.event("refund.created", &text(&void, "id"), None);
}

/// A payment of another shop on the same account: nothing of it names an order of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Foreign {
    amount: i64,
    currency: String,
}

/// Makes it.
pub(crate) fn foreign(books: &mut Books, given: &Foreign) -> Result<String, Refusal> {
    let metadata = json!({"order_id": "WC-20017", "site_url": "https://other-shop.invalid"});
    let paid = payment::Paid {
        amount: given.amount,
        currency: given.currency.clone(),
        description: Some("Other Shop - Order WC-20017".to_owned()),
        metadata: metadata.as_object().cloned().unwrap_or_default(),
        charge: json!({"application": "ca_other_shop"}),
        ..payment::Paid::default()
    };
    payment::pay(books, &paid).map(|made| made.charge)
}

/// When money of a charge is available: what goes back of it cannot be so before.
pub(crate) fn available_on(books: &Books, charge: &Value) -> i64 {
    let row = books.raw(&text(charge, "balance_transaction")).unwrap_or(&charge["_balance_transaction"]);
    number(row, "available_on").max(now())
}
