//! Saved payment methods, and what becomes of an attempt with each
//! (<https://docs.stripe.com/api/payment_methods>, <https://docs.stripe.com/testing#declined-payments>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, overlay, text};
use super::error::Refusal;
use super::object;

/// Stripe's own names of test methods, and what they lead to.
const TEST_METHODS: [(&str, &str, &str); 9] = [
    ("pm_card_visa", "4242", ""),
    ("pm_card_mastercard", "4444", ""),
    ("pm_card_amex", "8431", ""),
    ("pm_card_visa_chargeDeclined", "0002", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "9995", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "9987", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "9979", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "0069", "expired_card"),
    ("pm_card_authenticationRequired", "3155", "authentication_required"),
];

/// A method to be saved for a customer.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SaveMethod {
    /// Whose it is.
    customer: Option<String>,
    /// `card`, or another kind, whose charges stay `pending` for days.
    method: String,
    last4: String,
    brand: String,
    /// The decline code of every attempt with it; empty: they succeed. `authentication_required` succeeds on session.
    declines: String,
}

impl Default for SaveMethod {
    fn default() -> Self {
        Self {
            customer: None,
            method: "card".to_owned(),
            last4: "4242".to_owned(),
            brand: "visa".to_owned(),
            declines: String::new(),
        }
    }
}

/// Saves it; the event is `payment_method.attached`.
pub(crate) fn save(books: &mut Books, given: &SaveMethod) -> Result<String, Refusal> {
    let id = books.id("pm");
    let method = method(&id, given);
    books.put(&method);
    if given.customer.is_some() {
        books.event("payment_method.attached", &id, None);
    }
    Ok(id)
}

fn method(id: &str, given: &SaveMethod) -> Value {
    let mut method = object::payment_method();
    let details = json!({
        "id": id,
        "customer": given.customer,
        "type": given.method,
        "card": {"brand": given.brand, "display_brand": given.brand, "last4": given.last4},
        "_declines": given.declines,
    });
    overlay(&mut method, &details);
    if given.method != "card" {
        if let Value::Object(members) = &mut method {
            members.remove("card");
        }
        method[&given.method] = object::bank_debit();
    }
    method
}

/// A method by its id; Stripe's test methods are made when they are first used.
pub(crate) fn find(books: &mut Books, id: &str) -> Result<Value, Refusal> {
    if let Some(found) = books.raw(id).filter(|found| found["object"] == "payment_method") {
        return Ok(found.clone());
    }
    let (_, last4, declines) = TEST_METHODS.into_iter().find(|(name, ..)| *name == id).ok_or_else(|| {
        Refusal::invalid("resource_missing", Some("payment_method"), format!("No such PaymentMethod: '{id}'"))
    })?;
    let given =
        SaveMethod { last4: last4.to_owned(), declines: declines.to_owned(), ..SaveMethod::default() };
    let own_id = books.id("pm");
    let made = method(&own_id, &given);
    books.put(&made);
    Ok(made)
}

/// The method of a payment that names none: a card that was typed in.
pub(crate) fn typed_in(books: &mut Books, kind: &str) -> Value {
    let id = books.id("pm");
    method(&id, &SaveMethod { method: kind.to_owned(), ..SaveMethod::default() })
}

/// The decline code of an attempt with it; `None`, where it succeeds.
pub(crate) fn declines(method: &Value) -> Option<String> {
    Some(text(method, "_declines")).filter(|code| !code.is_empty())
}
