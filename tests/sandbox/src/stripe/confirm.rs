//! `POST /v1/payment_intents/{id}/confirm`: another attempt, by a saved method, with or without the customer
//! (<https://docs.stripe.com/api/payment_intents/confirm>).

use serde_json::Value;

use super::books::{Books, text};
use super::decline::Decline;
use super::error::Refusal;
use super::form::Form;
use super::intent::{self, Outcome, Tried};
use super::write::existing;
use super::{expand, method};
use crate::reply::Incoming;
use crate::shelf::View;

const PARAMETERS: [&str; 8] = [
    "payment_method",
    "off_session",
    "error_on_requires_action",
    "return_url",
    "mandate",
    "mandate_data",
    "payment_method_options",
    "receipt_email",
];

/// Answers it. A decline is 402, and what it did to the intent stays.
pub(crate) fn confirm(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &PARAMETERS)?;
    let intent = existing(books, "payment_intent", id)?;
    let named = form.text("payment_method").or_else(|| intent["payment_method"].as_str());
    let Some(named) = named.map(str::to_owned) else {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either \
                       update the PaymentIntent with a payment method and then confirm it again, or confirm it again \
                       directly with a payment method or ConfirmationToken.";
        return Err(Refusal::invalid("payment_intent_unexpected_state", None, message));
    };
    let with = method::find(books, &named)?;
    belongs(&with, &intent)?;
    let is_alone =
        ["off_session", "error_on_requires_action"].iter().any(|name| form.text(name) == Some("true"));
    let outcome = outcome(&with, is_alone);
    if let Tried::Declined { decline, error, .. } = intent::tried(books, id, &with, &outcome)? {
        return Err(refusal(books, id, &decline, &error));
    }
    let intent = existing(books, "payment_intent", id)?;
    expand::expand(books, books.served(&intent), &form.list("expand"), View::NOW)
}

fn outcome(with: &Value, is_alone: bool) -> Outcome {
    match method::declines(with) {
        Some(code) if code == "authentication_required" && !is_alone => Outcome::RequiresAction,
        Some(code) => Outcome::Declined(code),
        None if with["type"] == "card" => Outcome::Succeeded,
        None => Outcome::Processing,
    }
}

/// Another customer's method cannot be used.
fn belongs(with: &Value, intent: &Value) -> Result<(), Refusal> {
    if with["customer"].is_null() || with["customer"] == intent["customer"] {
        return Ok(());
    }
    let message = format!(
        "The provided PaymentMethod ({}) belongs to the Customer {}. Please include the Customer in the `customer` \
         parameter on the PaymentIntent.",
        text(with, "id"),
        text(with, "customer")
    );
    Err(Refusal::invalid("", Some("payment_method"), message))
}

fn refusal(books: &Books, id: &str, decline: &Decline, error: &Value) -> Refusal {
    let intent = books.raw(id).map(|intent| books.served(intent)).unwrap_or_default();
    decline.refusal(error, intent)
}

/// `POST /v1/payment_intents/{id}/cancel`.
pub(crate) fn cancel(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["cancellation_reason"])?;
    intent::cancel(books, id, form.text("cancellation_reason"))?;
    let intent = existing(books, "payment_intent", id)?;
    expand::expand(books, books.served(&intent), &form.list("expand"), View::NOW)
}
