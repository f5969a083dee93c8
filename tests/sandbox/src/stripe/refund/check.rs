//! What may be refunded (<https://docs.stripe.com/refunds>, <https://docs.stripe.com/error-codes>).

use serde_json::Value;

use super::super::books::{Books, number, text};
use super::super::dispute;
use super::super::error::Refusal;
use super::super::write::existing;

const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];
/// Currencies without decimals that are sent with two (<https://docs.stripe.com/currencies#special-cases>).
const WHOLE_UNITS: [&str; 2] = ["isk", "ugx"];
/// Currencies with three decimals, whose last is zero for cards.
const THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// The charge, by its own id or its intent's.
pub(super) fn charge_of(books: &Books, charge: Option<&str>, intent: Option<&str>) -> Result<Value, Refusal> {
    let by_intent = match intent {
        Some(id) => {
            let intent = existing(books, "payment_intent", id)?;
            let charge = intent["latest_charge"]
                .as_str()
                .filter(|charge| books.raw(charge).is_some_and(|charge| charge["status"] != "failed"));
            let Some(charge) = charge else {
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
    match (charge, by_intent) {
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

/// What is left to refund of a charge. What a partial capture released counts in `amount_refunded`, and is no refund.
pub(super) fn left(books: &Books, charge: &Value) -> Result<i64, Refusal> {
    let id = text(charge, "id");
    if charge["status"] != "succeeded" {
        let message =
            format!("Charge {id} cannot be refunded because it has a status of {}.", text(charge, "status"));
        return Err(Refusal::invalid("charge_not_refundable", None, message));
    }
    if charge["captured"] != true {
        let message = "This PaymentIntent is not captured: cancel it to release the money.";
        return Err(Refusal::invalid("charge_not_refundable", None, message));
    }
    if charge["disputed"] == true && !dispute::is_refundable(books, &id) {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(Refusal::invalid("charge_disputed", None, message));
    }
    let left = number(charge, "amount") - number(charge, "amount_refunded");
    if left <= 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Refusal::invalid("charge_already_refunded", None, message));
    }
    Ok(left)
}

/// The amount: what is asked for, or all that is left.
pub(super) fn amount(charge: &Value, wanted: Option<i64>, left: i64) -> Result<i64, Refusal> {
    let amount = wanted.unwrap_or(left);
    if amount < 1 {
        let message = "Invalid positive integer";
        return Err(Refusal::invalid("parameter_invalid_integer", Some("amount"), message));
    }
    if amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::invalid("amount_too_large", Some("amount"), message));
    }
    let currency = text(charge, "currency");
    let is_card = charge["payment_method_details"]["type"] == "card";
    let step = match &*currency {
        whole if WHOLE_UNITS.contains(&whole) => 100,
        three if THREE_DECIMALS.contains(&three) && is_card => 10,
        _ => 1,
    };
    if amount % step != 0 {
        let message = format!("Invalid amount: an amount in {currency} is a multiple of {step}.");
        return Err(Refusal::invalid("invalid_charge_amount_no_decimal_compatible", Some("amount"), message));
    }
    Ok(amount)
}

/// The reason is one of three, or none.
pub(super) fn reason(given: Option<&str>) -> Result<(), Refusal> {
    match given.filter(|reason| !REASONS.contains(reason)) {
        None => Ok(()),
        Some(reason) => {
            let message = format!("Invalid reason: must be one of {}, not {reason}", REASONS.join(", "));
            Err(Refusal::invalid("", Some("reason"), message))
        }
    }
}
