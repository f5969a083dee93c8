//! How the Magento double is set, and what others do in it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use super::refused;
use crate::{MAGENTO_VERIFICATION_TOKEN, Sandbox, Switches, sign_magento};

/// How it is set.
pub(crate) async fn switches(State(sandbox): State<Sandbox>) -> Json<Switches> {
    Json(sandbox.magento_switches())
}

/// Sets it otherwise: switches that are not named go back to what they are by default.
pub(crate) async fn set(State(sandbox): State<Sandbox>, Json(switches): Json<Switches>) -> Json<Switches> {
    sandbox.set_magento_switches(switches);
    Json(sandbox.magento_switches())
}

/// Which order, under which transaction id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invoiced {
    order: u64,
    transaction: String,
}

/// Stripe's own module invoices an order, as it does a few seconds after the charge.
pub(crate) async fn module(State(sandbox): State<Sandbox>, Json(body): Json<Invoiced>) -> Response {
    match sandbox.stripe_module_invoices(body.order, &body.transaction) {
        Ok(invoice) => Json(json!({"invoice": invoice})).into_response(),
        Err(reason) => refused(reason),
    }
}

/// Which order, and the shop's name of what happened to it (`sales.order.updated`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Noticed {
    order: u64,
    event: String,
}

/// The webhook that tells of an order, ready to be sent: the name of the event goes into the URL, for the module does not say it.
pub(crate) async fn notice(State(sandbox): State<Sandbox>, Json(told): Json<Noticed>) -> Response {
    match sandbox.magento_notice(told.order) {
        Ok(body) => {
            let headers =
                json!({ "x-magento-signature": sign_magento(MAGENTO_VERIFICATION_TOKEN, body.as_bytes()) });
            Json(json!({ "webhook": { "query": format!("event={}", told.event), "headers": headers, "body": body } }))
                .into_response()
        }
        Err(reason) => refused(reason),
    }
}
