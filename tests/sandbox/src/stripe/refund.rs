//! Refunds: never above what was taken.

use serde_json::{Value, json};

use super::books::{Books, overlay, served};
use super::error::Refusal;
use super::form::Form;
use super::write::existing;
use super::{expand, metadata, object, payment};
use crate::reply::Incoming;
use crate::shelf::View;

const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// `POST /v1/refunds`.
pub(crate) fn create(books: &mut Books, incoming: &Incoming) -> Result<Value, Refusal> {
    let form =
        Form::read(incoming, &["charge", "payment_intent", "amount", "reason", "metadata", "currency"])?;
    let mut charge = charge_of(books, &form)?;
    let id = charge["id"].as_str().unwrap_or_default().to_owned();
    let left = left_to_refund(&charge, &id)?;
    let amount = form.integer("amount")?.unwrap_or(left);
    if amount < 1 {
        let message = "Invalid positive integer";
        return Err(Refusal::invalid("parameter_invalid_integer", Some("amount"), message));
    }
    if amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::invalid("amount_too_large", Some("amount"), message));
    }
    let reason = form.text("reason").filter(|reason| !reason.is_empty());
    if let Some(reason) = reason.filter(|reason| !REASONS.contains(reason)) {
        let message = format!("Invalid reason: must be one of {}, not {reason}", REASONS.join(", "));
        return Err(Refusal::invalid("", Some("reason"), message));
    }
    let mut refund = object::refund();
    let given = json!({
        "id": books.id("re"),
        "amount": amount,
        "charge": id,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "metadata": metadata::merge(&json!({}), form.get("metadata"))?,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
    });
    overlay(&mut refund, &given);
    let currency = charge["currency"].as_str().unwrap_or_default().to_owned();
    let transaction = payment::row(books, -amount, 0, &currency, "refund", &refund);
    refund["balance_transaction"] = transaction["id"].clone();
    let refunded = charge["amount_refunded"].as_i64().unwrap_or_default() + amount;
    let before = json!({"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]});
    charge["amount_refunded"] = json!(refunded);
    charge["refunded"] = json!(amount == left);
    books.put(&transaction);
    books.put(&refund);
    books.put(&charge);
    books.event("charge.refunded", &id, Some(before));
    books.event("refund.created", refund["id"].as_str().unwrap_or_default(), None);
    expand::expand(books, served(&refund), &form.list("expand"), View::NOW)
}

fn charge_of(books: &Books, form: &Form) -> Result<Value, Refusal> {
    let by_intent = match form.text("payment_intent") {
        Some(id) => {
            let intent = existing(books, "payment_intent", id)?;
            let Some(charge) = intent["latest_charge"].as_str() else {
                let message =
                    format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
                return Err(Refusal::invalid(
                    "payment_intent_unexpected_state",
                    Some("payment_intent"),
                    message,
                ));
            };
            Some(charge.to_owned())
        }
        None => None,
    };
    match (form.text("charge"), by_intent) {
        (Some(charge), Some(other)) if charge != other => {
            let message = "The charge does not belong to the payment_intent.";
            Err(Refusal::invalid("", Some("charge"), message))
        }
        (Some(charge), _) => existing(books, "charge", charge),
        (None, Some(charge)) => existing(books, "charge", &charge),
        (None, None) => Err(Refusal::invalid(
            "parameter_missing",
            None,
            "One of the following params should be provided for this request: payment_intent or charge.",
        )),
    }
}

fn left_to_refund(charge: &Value, id: &str) -> Result<i64, Refusal> {
    if charge["captured"] != true {
        let message = "This PaymentIntent is not captured: cancel it to release the money.";
        return Err(Refusal::invalid("charge_not_refundable", None, message));
    }
    if charge["disputed"] == true {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(Refusal::invalid("charge_disputed", None, message));
    }
    // What a partial capture released counts in `amount_refunded` too, and is no refund.
    let number = |name: &str| charge[name].as_i64().unwrap_or_default();
    let left = number("amount") - number("amount_refunded");
    if left <= 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Refusal::invalid("charge_already_refunded", None, message));
    }
    Ok(left)
}
