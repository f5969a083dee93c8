//! State and status: what every save derives, and what people set.
//!
//! Source: `Sales/Model/ResourceModel/Order/Handler/State.php`, `Sales/Model/Service/OrderService.php` of magento/magento2.

use serde_json::{Value, json};

use super::decimal::{amount, set};
use super::refusal::Refusal;
use super::rows;
use super::shop::{Shop, now};

/// States in which nothing but a comment is taken.
const INVOICE_REFUSED: &[&str] = &["payment_review", "holded", "canceled", "complete", "closed"];

pub(super) fn state(order: &Value) -> &str {
    order["state"].as_str().unwrap_or("new")
}

pub(super) fn can_invoice(order: &Value) -> bool {
    !INVOICE_REFUSED.contains(&state(order)) && rows::any_to_invoice(order)
}

/// Whether the state alone forbids an invoice.
pub(super) fn forbids_invoice(order: &Value) -> bool {
    INVOICE_REFUSED.contains(&state(order))
}

/// The state that a document leaves, before the rule of every save.
pub(super) fn set_state(order: &mut Value, state: &str) {
    order["state"] = json!(state);
    order["status"] = json!(if state == "new" { "pending" } else { state });
}

/// The rule of every save.
pub(super) fn saved(order: &mut Value) {
    let open = rows::any_to_invoice(order);
    let to_ship = order["is_virtual"] != 1 && rows::any_to_ship(order);
    let movable = matches!(state(order), "processing");
    if movable && !open && !to_ship {
        set_state(order, "complete");
    }
    order["updated_at"] = json!(now());
}

/// A comment in the history, newest first.
pub(super) fn history(order: &mut Value, entity: &str, comment: &str, status: &Value, notified: &Value) {
    let id = order["entity_id"].clone();
    let entry = json!({
        "comment": comment, "created_at": now(), "entity_name": entity, "is_customer_notified": notified,
        "is_visible_on_front": 0, "parent_id": id, "status": status
    });
    if let Some(entries) = order["status_histories"].as_array_mut() {
        entries.insert(0, entry);
    }
}

/// `POST /V1/orders/:id/comments`: the status becomes what is sent, null where nothing is.
pub(super) fn comment(shop: &mut Shop, id: u64, body: &Value, strict: bool) -> Result<Value, Refusal> {
    let entry = &body["statusHistory"];
    if !entry.is_object() {
        let missing = Refusal::new(400, "\"%fieldName\" is required. Enter and try again.");
        return Err(missing.with(json!({ "fieldName": "statusHistory" })));
    }
    let order = shop.order_mut(id)?;
    let status = entry["status"].clone();
    if strict && !belongs(state(order), status.as_str().unwrap_or_default()) {
        let text = "Unable to add comment: The status \"%1\" is not part of the order status history.";
        return Err(Refusal::new(400, text).with(json!([status])));
    }
    let text = entry["comment"].as_str().unwrap_or_default().to_owned();
    history(order, "order", &text, &status, &entry["is_customer_notified"]);
    order["status"] = status;
    order["updated_at"] = json!(now());
    Ok(json!(true))
}

/// Whether a status is one of its state's, as Magento is installed.
fn belongs(state: &str, status: &str) -> bool {
    status == state || matches!((state, status), ("new", "pending") | ("processing", "fraud"))
}

/// `POST /V1/orders/:id/cancel`: `false` where it cannot be.
pub(super) fn cancel(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let order = shop.order_mut(id)?;
    if !can_invoice(order) {
        return Ok(json!(false));
    }
    let due = amount(order, "total_due");
    if let Some(items) = order["items"].as_array_mut() {
        for row in items {
            let open = rows::to_invoice(row);
            super::decimal::add(row, "qty_canceled", open);
        }
    }
    set(order, "total_canceled", due);
    set_state(order, "canceled");
    order["updated_at"] = json!(now());
    Ok(json!(true))
}

/// `POST /V1/orders/:id/hold`.
pub(super) fn hold(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let order = shop.order_mut(id)?;
    if matches!(state(order), "canceled" | "payment_review" | "complete" | "closed" | "holded") {
        return Err(Refusal::new(400, "A hold action is not available."));
    }
    order["hold_before_state"] = order["state"].clone();
    order["hold_before_status"] = order["status"].clone();
    set_state(order, "holded");
    Ok(json!(true))
}

/// `POST /V1/orders/:id/unhold`.
pub(super) fn unhold(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let order = shop.order_mut(id)?;
    if state(order) != "holded" {
        return Err(Refusal::new(400, "You cannot remove the hold."));
    }
    order["state"] = order["hold_before_state"].take();
    order["status"] = order["hold_before_status"].take();
    Ok(json!(true))
}
