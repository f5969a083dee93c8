//! Stripe's objects, every field of them, as a blank form: what a payment does not say keeps its blank.
//! Fields after docs.stripe.com/api, version 2026-10-28.

mod account;
mod charge;
mod customer;
mod dispute;
mod intent;
mod method;
mod money;

use serde_json::{Value, json};

pub(crate) use account::{account, balance};
pub(crate) use dispute::blank as dispute;
pub(crate) use method::{bank_debit, blank as payment_method};
pub(crate) use money::{payout, refund, topup, transaction};

/// The blank of a kind.
pub(crate) fn blank(kind: &str) -> Option<Value> {
    Some(match kind {
        "charge" => charge::blank(),
        "payment_intent" => intent::blank(),
        "balance_transaction" => transaction(),
        "refund" => refund(),
        "payout" => payout(),
        "customer" => customer::blank(),
        "dispute" => dispute(),
        "payment_method" => payment_method(),
        "topup" => topup(),
        "event" => event("", "", "", &Value::Null, None),
        _ => return None,
    })
}

/// A snapshot event.
pub(crate) fn event(
    id: &str,
    kind: &str,
    api_version: &str,
    object: &Value,
    previous: Option<Value>,
) -> Value {
    let mut event = json!({
        "id": id,
        "object": "event",
        "api_version": api_version,
        "created": super::books::now(),
        "data": {"object": object},
        "livemode": false,
        "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null},
        "type": kind,
    });
    if let Some(previous) = previous {
        event["data"]["previous_attributes"] = previous;
    }
    event
}

/// An address without anything in it.
pub(crate) fn address() -> Value {
    json!({"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null})
}
