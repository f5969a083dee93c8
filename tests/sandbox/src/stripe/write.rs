//! Writes.

use serde_json::{Value, json};

use super::books::{Books, served};
use super::error::Refusal;
use super::form::Form;
use super::{expand, metadata, payment, refund};
use crate::reply::Incoming;
use crate::shelf::View;

/// Answers a POST.
pub(crate) fn route(books: &mut Books, incoming: &Incoming, path: &[&str]) -> Result<Value, Refusal> {
    match path {
        ["v1", "payment_intents", id] => update(books, incoming, "payment_intent", id),
        ["v1", "charges", id] => update(books, incoming, "charge", id),
        ["v1", "payment_intents", id, "capture"] => capture(books, incoming, id),
        ["v1", "refunds"] => refund::create(books, incoming),
        _ => Err(Refusal::unknown_url(incoming)),
    }
}

/// Changes metadata and texts. What was copied to the charge when it was made stays as it is there.
fn update(books: &mut Books, incoming: &Incoming, kind: &str, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["metadata", "description", "receipt_email"])?;
    let mut object = existing(books, kind, id)?;
    let before = object.clone();
    object["metadata"] = metadata::merge(&object["metadata"], form.get("metadata"))?;
    for name in ["description", "receipt_email"] {
        if let Some(text) = form.text(name) {
            object[name] = if text.is_empty() { Value::Null } else { json!(text) };
        }
    }
    books.put(&object);
    if kind == "charge" && before != object {
        books.event("charge.updated", id, Some(json!({"metadata": before["metadata"]})));
    }
    expand::expand(books, served(&object), &form.list("expand"), View::NOW)
}

/// Takes the money of an authorisation, whole or in part; the rest is released.
fn capture(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["amount_to_capture", "final_capture", "metadata"])?;
    let mut intent = existing(books, "payment_intent", id)?;
    if intent["status"] != "requires_capture" {
        let status = intent["status"].as_str().unwrap_or_default();
        let message = format!(
            "This PaymentIntent could not be captured because it has a status of {status}. Only a PaymentIntent \
             with one of the following statuses may be captured: requires_capture."
        );
        return Err(Refusal::invalid("payment_intent_unexpected_state", None, message));
    }
    let authorised = intent["amount"].as_i64().unwrap_or_default();
    let amount = form.integer("amount_to_capture")?.unwrap_or(authorised);
    if !(1..=authorised).contains(&amount) {
        let message = "The amount to capture must be at least 1 and at most what was authorised.";
        return Err(Refusal::invalid("amount_too_large", Some("amount_to_capture"), message));
    }
    let mut charge = existing(books, "charge", intent["latest_charge"].as_str().unwrap_or_default())?;
    let currency = charge["currency"].as_str().unwrap_or_default().to_owned();
    let transaction =
        payment::row(books, authorised, authorised * 29 / 1000 + 30, &currency, "charge", &charge);
    books.put(&transaction);
    if amount < authorised {
        let mut released = payment::row(books, amount - authorised, 0, &currency, "refund", &charge);
        released["reporting_category"] = json!("partial_capture_reversal");
        books.put(&released);
    }
    charge["captured"] = json!(true);
    charge["amount_captured"] = json!(amount);
    charge["amount_refunded"] = json!(authorised - amount);
    charge["balance_transaction"] = transaction["id"].clone();
    intent["metadata"] = metadata::merge(&intent["metadata"], form.get("metadata"))?;
    intent["status"] = json!("succeeded");
    intent["amount_capturable"] = json!(0);
    intent["amount_received"] = json!(amount);
    books.put(&charge);
    books.put(&intent);
    books.event("charge.captured", charge["id"].as_str().unwrap_or_default(), None);
    books.event("payment_intent.succeeded", id, None);
    expand::expand(books, served(&intent), &form.list("expand"), View::NOW)
}

/// An object of a kind, with our own members.
pub(crate) fn existing(books: &Books, kind: &str, id: &str) -> Result<Value, Refusal> {
    let param = if kind == "payment_intent" { "intent" } else { "id" };
    let found = books.raw(id).filter(|object| object["object"] == kind).cloned();
    found.ok_or_else(|| Refusal::missing(kind, param, id))
}
