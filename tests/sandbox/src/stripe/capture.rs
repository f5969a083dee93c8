//! Captures: the money of an authorisation, whole, in part, or in several parts
//! (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>, <https://docs.stripe.com/payments/multicapture>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::decline::unexpected_state;
use super::error::Refusal;
use super::form::Form;
use super::ledger::{Row, Settlement};
use super::payment::{charge_type, paid_of, transaction};
use super::write::existing;
use super::{expand, metadata};
use crate::reply::Incoming;
use crate::shelf::View;

/// A capture from the dashboard.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capture {
    pub(crate) intent: String,
    #[serde(default)]
    pub(crate) amount: Option<i64>,
    /// Whether more may be captured later.
    #[serde(default)]
    pub(crate) more_follows: bool,
}

/// `POST /v1/payment_intents/{id}/capture`.
pub(crate) fn rest(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["amount_to_capture", "final_capture", "metadata"])?;
    let mut intent = existing(books, "payment_intent", id)?;
    intent["metadata"] = metadata::merge(&intent["metadata"], form.get("metadata"))?;
    let wanted = Capture {
        intent: id.to_owned(),
        amount: form.integer("amount_to_capture")?,
        more_follows: form.text("final_capture") == Some("false"),
    };
    let intent = of(books, intent, &wanted)?;
    expand::expand(books, books.served(&intent), &form.list("expand"), View::NOW)
}

/// Plays a capture from the dashboard.
pub(crate) fn play(books: &mut Books, wanted: &Capture) -> Result<String, Refusal> {
    let intent = existing(books, "payment_intent", &wanted.intent)?;
    of(books, intent, wanted).map(|intent| text(&intent, "latest_charge"))
}

fn of(books: &mut Books, mut intent: Value, wanted: &Capture) -> Result<Value, Refusal> {
    if intent["status"] != "requires_capture" {
        return Err(unexpected_state("could not be captured", books.served(&intent), &["requires_capture"]));
    }
    let open = number(&intent, "amount_capturable");
    let amount = wanted.amount.unwrap_or(open);
    if !(1..=open).contains(&amount) {
        let message = "The amount to capture must be at least 1 and at most what was authorised.";
        return Err(Refusal::invalid("amount_too_large", Some("amount_to_capture"), message));
    }
    let mut charge = existing(books, "charge", &text(&intent, "latest_charge"))?;
    let before = charge.clone();
    let captured = number(&charge, "amount_captured") + amount;
    book(books, &mut charge, amount, open, wanted.more_follows)?;
    charge["amount_captured"] = json!(captured);
    let rest = open - amount;
    if wanted.more_follows {
        overlay(&mut intent, &json!({"amount_capturable": rest, "amount_received": captured}));
    } else {
        charge["captured"] = json!(true);
        charge["amount_refunded"] = json!(number(&charge, "amount_refunded") + rest);
        overlay(&mut intent, &super::payment::taken(captured));
    }
    books.put(&intent);
    let id = text(&intent, "id");
    if wanted.more_follows {
        books.change(&before, &charge, &["charge.updated"]);
        books.event("payment_intent.amount_capturable_updated", &id, None);
    } else {
        books.change(&before, &charge, &["charge.captured"]);
        books.event("payment_intent.succeeded", &id, None);
    }
    Ok(intent)
}

/// Lets go of what is left of an authorisation that was captured in part: what was taken stays taken. `false`, where nothing was.
pub(crate) fn finish(books: &mut Books, charge: &Value) -> bool {
    let captured = number(charge, "amount_captured");
    if captured == 0 {
        return false;
    }
    let mut done = charge.clone();
    let released = number(charge, "amount") - captured + number(charge, "amount_refunded");
    overlay(&mut done, &json!({"captured": true, "amount_refunded": released}));
    books.change(charge, &done, &["charge.captured"]);
    if let Some(mut intent) = books.raw(&text(charge, "payment_intent")).cloned() {
        overlay(&mut intent, &super::payment::taken(captured));
        books.put(&intent);
        books.event("payment_intent.succeeded", &text(&intent, "id"), None);
    }
    true
}

/// The rows. One capture of less than all: the charge's row is of all that was authorised, and a second one takes the rest
/// back. Of several captures each has its row, of its own amount.
fn book(
    books: &mut Books,
    charge: &mut Value,
    amount: i64,
    open: i64,
    more_follows: bool,
) -> Result<(), Refusal> {
    let id = text(charge, "id");
    let is_only = !more_follows && number(charge, "amount_captured") == 0;
    let paid = paid_of(charge);
    let row = transaction(books, &paid, charge, if is_only { open } else { amount })?;
    books.put(&row);
    if charge["balance_transaction"].is_null() {
        charge["balance_transaction"] = row["id"].clone();
    }
    if !is_only || amount == open {
        return Ok(());
    }
    let settlement = Settlement::of(charge);
    let kind = if charge_type(&id) == "charge" { "refund" } else { "payment_refund" };
    let released = Row {
        source: Some(&id),
        description: charge["description"].as_str().map(str::to_owned),
        exchange_rate: settlement.rate.as_deref(),
        available_on: number(&row, "available_on").max(now()),
        // The converted rest, so that both rows together are the converted part.
        ..Row::new(
            settlement.converted(amount)? - settlement.converted(open)?,
            &settlement.currency,
            kind,
            "partial_capture_reversal",
        )
    };
    released.post(books);
    Ok(())
}
