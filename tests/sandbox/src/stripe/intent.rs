//! A payment intent's life before its money is there: opened, tried, confirmed, cancelled
//! (<https://docs.stripe.com/payments/paymentintents/lifecycle>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::decline::{Decline, unexpected_state};
use super::error::Refusal;
use super::payment::{self, Paid};
use super::write::existing;
use super::{capture, charge, method};

/// States in which a payment may be tried.
const OPEN: [&str; 3] = ["requires_payment_method", "requires_confirmation", "requires_action"];
/// States in which an intent may be cancelled.
const CANCELABLE: [&str; 5] =
    ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing"];
/// Reasons that a caller may give.
const REASONS: [&str; 4] = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];

/// Opens an intent that nobody has paid yet.
pub(crate) fn open(books: &mut Books, paid: &Paid) -> Result<String, Refusal> {
    let created = paid.created.unwrap_or_else(now);
    let mut intent = payment::intent(books, paid, created);
    overlay(
        &mut intent,
        &json!({"payment_method": null, "status": "requires_payment_method", "_paid": paid}),
    );
    overlay(&mut intent, &paid.payment_intent);
    books.put(&intent);
    let id = text(&intent, "id");
    books.event("payment_intent.created", &id, None);
    Ok(id)
}

/// What becomes of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The money is there, or authorised.
    Succeeded,
    /// The decline code.
    Declined(String),
    /// The customer has to do something.
    RequiresAction,
    /// It takes days.
    Processing,
}

/// A customer tries to pay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempt {
    intent: String,
    /// `"succeeded"`, `{"declined": "insufficient_funds"}`, `"requires_action"`, `"processing"`
    outcome: Outcome,
    /// `card`, `sepa_debit`, …; absent: as the intent was opened.
    method: Option<String>,
}

/// Plays it; gives the charge, or the intent, where no charge was made.
pub(crate) fn attempt(books: &mut Books, attempt: &Attempt) -> Result<String, Refusal> {
    let intent = existing(books, "payment_intent", &attempt.intent)?;
    let kind = attempt.method.clone().unwrap_or_else(|| payment::paid_of(&intent).method);
    let with = method::typed_in(books, &kind);
    match tried(books, &attempt.intent, &with, &attempt.outcome)? {
        Tried::Charge(charge) | Tried::Declined { charge, .. } => Ok(charge),
        Tried::Waits => Ok(attempt.intent.clone()),
    }
}

/// What an attempt has led to.
pub(crate) enum Tried {
    Charge(String),
    Declined { charge: String, decline: Decline, error: Value },
    Waits,
}

/// One attempt to pay an intent by a method.
pub(crate) fn tried(books: &mut Books, id: &str, with: &Value, outcome: &Outcome) -> Result<Tried, Refusal> {
    let mut intent = existing(books, "payment_intent", id)?;
    if !OPEN.contains(&text(&intent, "status").as_str()) {
        return Err(unexpected_state("could not be confirmed", books.served(&intent), &OPEN));
    }
    if *outcome == Outcome::RequiresAction {
        let action = json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}});
        let waits = json!({"status": "requires_action", "next_action": action, "payment_method": with["id"]});
        overlay(&mut intent, &waits);
        books.put(&intent);
        books.event("payment_intent.requires_action", id, None);
        return Ok(Tried::Waits);
    }
    let mut paid = payment::paid_of(&intent);
    // What the intent says when the charge is made is copied to it; later changes are not.
    paid.metadata = intent["metadata"].as_object().cloned().unwrap_or_default();
    paid.description = intent["description"].as_str().map(str::to_owned);
    paid.method = text(with, "type");
    let mut charge = payment::made(books, &paid, now())?;
    charge["payment_intent"] = json!(id);
    charge["payment_method"] = with["id"].clone();
    if let Some(last4) = with["card"]["last4"].as_str() {
        charge["payment_method_details"]["card"]["last4"] = json!(last4);
    }
    let charge_id = text(&charge, "id");
    let amount = number(&charge, "amount");
    overlay(
        &mut intent,
        &json!({"latest_charge": charge_id, "next_action": null, "payment_method": with["id"]}),
    );
    match outcome {
        Outcome::Declined(code) => {
            let decline = Decline::new(code, &paid.method);
            let error = failed(books, &decline, charge, intent, with);
            return Ok(Tried::Declined { charge: charge_id, decline, error });
        }
        Outcome::Processing => {
            let pending = json!({"amount_captured": 0, "captured": true, "paid": false, "status": "pending"});
            overlay(&mut charge, &pending);
            overlay(&mut intent, &json!({"last_payment_error": null, "status": "processing"}));
            books.put(&charge);
            books.put(&intent);
            books.event("charge.pending", &charge_id, None);
            books.event("payment_intent.processing", id, None);
        }
        Outcome::Succeeded | Outcome::RequiresAction => {
            intent["last_payment_error"] = Value::Null;
            overlay(&mut intent, &if paid.captured { payment::taken(amount) } else { payment::held(amount) });
            if paid.captured {
                payment::land(books, &paid, &mut charge)?;
            } else {
                charge::plan_expiry(books, &mut charge);
            }
            books.put(&charge);
            books.put(&intent);
            books.event("charge.succeeded", &charge_id, None);
            let kind = if paid.captured { "succeeded" } else { "amount_capturable_updated" };
            books.event(&format!("payment_intent.{kind}"), id, None);
        }
    }
    Ok(Tried::Charge(charge_id))
}

/// Writes down a failed attempt and tells of it; gives the error.
pub(crate) fn failed(
    books: &mut Books,
    decline: &Decline,
    mut charge: Value,
    mut intent: Value,
    with: &Value,
) -> Value {
    let charge_id = text(&charge, "id");
    decline.mark(&mut charge);
    let error = decline.error(&charge_id, &books.served(with));
    intent["last_payment_error"] = error.clone();
    intent["payment_method"] = Value::Null;
    intent["status"] = json!("requires_payment_method");
    books.put(&charge);
    books.put(&intent);
    books.event("charge.failed", &charge_id, None);
    books.event("payment_intent.payment_failed", &text(&intent, "id"), None);
    error
}

/// Cancels an intent; what was authorised is released.
pub(crate) fn cancel(books: &mut Books, id: &str, reason: Option<&str>) -> Result<(), Refusal> {
    let mut intent = existing(books, "payment_intent", id)?;
    if !CANCELABLE.contains(&text(&intent, "status").as_str()) {
        return Err(unexpected_state("could not be canceled", books.served(&intent), &CANCELABLE));
    }
    if let Some(reason) = reason.filter(|reason| !REASONS.contains(reason)) {
        let message =
            format!("Invalid cancellation_reason: must be one of {}, not {reason}", REASONS.join(", "));
        return Err(Refusal::invalid("", Some("cancellation_reason"), message));
    }
    if intent["status"] == "requires_capture" {
        let charge = existing(books, "charge", &text(&intent, "latest_charge"))?;
        if capture::finish(books, &charge) {
            return Ok(());
        }
        charge::release(books, charge, None, "charge.refunded");
    }
    canceled(books, &mut intent, reason);
    Ok(())
}

/// Marks an intent cancelled and tells of it.
pub(crate) fn canceled(books: &mut Books, intent: &mut Value, reason: Option<&str>) {
    let end = json!({
        "amount_capturable": 0,
        "canceled_at": now(),
        "cancellation_reason": reason,
        "next_action": null,
        "status": "canceled",
    });
    overlay(intent, &end);
    books.put(intent);
    books.event("payment_intent.canceled", &text(intent, "id"), None);
}
