//! Documents that come from outside: an order, a charge, a parcel that leaves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refused;
use crate::{Sandbox, sign_webhook};

/// Puts a Magento order as REST would show it.
pub(crate) async fn order(State(sandbox): State<Sandbox>, Json(order): Json<Value>) -> Response {
    if !order.is_object() {
        return refused("an order is an object");
    }
    Json(json!({"entity_id": sandbox.put_found_order(order)})).into_response()
}

/// Puts a Stripe object that is whole (it names its `object`), or makes a payment by its description (`amount`,
/// `currency`, `metadata`, … and objects to lay over what is made).
pub(crate) async fn charge(State(sandbox): State<Sandbox>, Json(body): Json<Value>) -> Response {
    let done = if body.get("object").is_some() {
        sandbox.put_stripe(&body).map(|id| json!({"id": id}))
    } else {
        serde_json::from_value(body).map_err(|error| error.to_string()).and_then(|paid| sandbox.pay(&paid))
    };
    match done {
        Ok(made) => Json(made).into_response(),
        Err(reason) => refused(reason),
    }
}

/// Which fulfilment, and what becomes of it: `picking`, `shipped`, `rejected`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advance {
    key: String,
    to: String,
}

/// Moves a fulfilment on; the answer holds the webhook that tells of it, body and headers, ready to be sent.
pub(crate) async fn advance(State(sandbox): State<Sandbox>, Json(body): Json<Advance>) -> Response {
    let event = match sandbox.advance(&body.key, &body.to) {
        Ok(Some(event)) => event,
        Ok(None) => return Json(json!({"webhook": null})).into_response(),
        Err(reason) => return refused(reason),
    };
    let text = match serde_json::to_string(&event) {
        Ok(text) => text,
        Err(error) => return refused(error),
    };
    let timestamp = sandbox.settings().clock.holds(crate::clock::now).as_second();
    let secret = &sandbox.settings().wms.signing_secret;
    match sign_webhook(secret, &event.id, timestamp, text.as_bytes()) {
        Ok(signature) => {
            let headers = json!({
                "webhook-id": event.id,
                "webhook-timestamp": timestamp.to_string(),
                "webhook-signature": signature,
            });
            Json(json!({"webhook": {"headers": headers, "body": text}})).into_response()
        }
        Err(error) => refused(error),
    }
}
