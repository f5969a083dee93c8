//! Shipments.
//!
//! Source: `Sales/Model/ShipOrder.php` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::decimal::{add, amount, json as number};
use super::document::{asked, comments};
use super::refusal::Refusal;
use super::rows::{all, any_to_ship, id, is_shipping_dummy, parent, to_ship};
use super::shop::{Shop, next_id, now};
use super::status;

/// `POST /V1/order/:id/ship`; gives the shipment's id. A quantity above what is open is capped in silence.
pub(super) fn create(shop: &mut Shop, order_id: u64, body: &Value) -> Result<u64, Refusal> {
    let next = next_id(&shop.shipments);
    let order = shop.order_mut(order_id)?;
    let asked = asked(body);
    let parts: Vec<(u64, Decimal)> = all(order)
        .iter()
        .filter(|row| !is_shipping_dummy(order, row))
        .map(|row| {
            let open = to_ship(row);
            let wanted =
                asked.as_ref().map_or(open, |asked| asked.get(&id(row)).copied().unwrap_or_default());
            (id(row), wanted.min(open))
        })
        .filter(|(_, qty)| *qty > Decimal::ZERO)
        .collect();
    refuse(order, parts.is_empty())?;
    let items: Vec<Value> =
        parts.iter().map(|(id, qty)| json!({ "order_item_id": id, "qty": number(*qty) })).collect();
    let shipment = json!({
        "entity_id": next, "increment_id": format!("{next:09}"), "order_id": order_id, "created_at": now(),
        "total_qty": number(parts.iter().map(|(_, qty)| *qty).sum()), "items": items,
        "tracks": body["tracks"].as_array().cloned().unwrap_or_default(), "comments": comments(body)
    });
    let bundles: Vec<u64> = all(order).iter().filter(|row| row["product_type"] == "bundle").map(id).collect();
    for row in order["items"].as_array_mut().into_iter().flatten() {
        let (own, of) = (id(row), parent(row));
        if let Some((_, qty)) = parts.iter().find(|(id, _)| *id == own) {
            add(row, "qty_shipped", *qty);
        } else if of.is_some_and(|of| bundles.contains(&of) && parts.iter().any(|(id, _)| *id == of)) {
            // A bundle's children go along; a configurable's child stays as it was.
            let open = amount(row, "qty_ordered") - amount(row, "qty_shipped");
            add(row, "qty_shipped", open);
        }
    }
    if status::state(order) == "new" {
        status::set_state(order, "processing");
    }
    status::saved(order);
    shop.shipments.insert(next, shipment);
    Ok(next)
}

fn refuse(order: &Value, nothing: bool) -> Result<(), Refusal> {
    let mut lines = Vec::new();
    let by_state =
        matches!(status::state(order), "holded" | "payment_review" | "canceled") || order["is_virtual"] == 1;
    if by_state {
        let status = order["status"].as_str().unwrap_or_default();
        lines.push(format!("A shipment cannot be created when an order has a status of {status}"));
    } else if !any_to_ship(order) {
        lines.push("The order does not allow a shipment to be created.".to_owned());
    }
    if nothing {
        lines.push("You can't create a shipment without products.".to_owned());
    }
    if lines.is_empty() { Ok(()) } else { Err(Refusal::document("Shipment", &lines)) }
}
