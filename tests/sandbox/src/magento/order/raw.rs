//! `POST /V1/orders`: the raw save.
//!
//! The JSON becomes an order of its own, and only the columns that are sent are written; but the rule of every save runs
//! on that half-empty order. Source: `Sales/Model/ResourceModel/{Order,Order/Handler/State}.php` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::magento::amount::{Side, json as number};
use crate::magento::refusal::Refusal;
use crate::magento::shop::Shop;

use super::state;

/// Parts of an order that are no columns of it.
const PARTS: [&str; 5] = ["items", "billing_address", "payment", "status_histories", "extension_attributes"];
/// What of the stored order is read when it is asked for.
const LOADED: [&str; 6] =
    ["billing_address", "billing_address_id", "created_at", "items", "payment", "status_histories"];

/// Saves an order that exists, or makes one.
pub(in crate::magento) fn save(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let sent = body["entity"].as_object().ok_or_else(|| Refusal::required("entity"))?;
    let Some(id) = sent.get("entity_id").filter(|id| !id.is_null()) else {
        return super::create(shop, body);
    };
    let id = id.as_u64().ok_or_else(|| Refusal::wrong_field("entity_id", id, "int"))?;
    let mut order = shop.order(id)?.clone();
    let mut half = Value::Object(
        sent.iter().filter(|(name, _)| !PARTS.contains(&name.as_str())).map(owned).collect::<Map<_, _>>(),
    );
    half["items"] = order["items"].clone();
    state::settle(&mut half);
    for (name, value) in half.as_object().into_iter().flatten().filter(|(name, _)| *name != "items") {
        order[name] = value.clone();
    }
    for side in Side::BOTH {
        due(&mut order, side);
        due(&mut half, side);
    }
    shop.write(order.clone());
    for name in LOADED {
        half[name] = order[name].clone();
    }
    half["updated_at"] = shop.order(id)?["updated_at"].clone();
    // Read for the addresses, and not there.
    if half["customer_email"].is_null() {
        half["customer_email"] = Value::Null;
    }
    Ok(super::shown(&half))
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// What is still to be paid is never stored apart from the rest.
pub(super) fn due(order: &mut Value, side: Side) {
    let due = side.of(order, "grand_total") - side.of(order, "total_paid");
    order[side.column("total_due")] = number(due.max(Decimal::ZERO));
}
