//! What invoices and shipments have in common: which rows, and how many of each.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::decimal::amount;
use super::shop::now;

/// The quantities that a request names; `None` where it names no rows, which means all that is open.
pub(super) fn asked(body: &Value) -> Option<BTreeMap<u64, Decimal>> {
    let items = body["items"].as_array().filter(|items| !items.is_empty())?;
    let rows =
        items.iter().map(|item| (item["order_item_id"].as_u64().unwrap_or_default(), amount(item, "qty")));
    Some(rows.collect())
}

/// The comments that a request brings.
pub(super) fn comments(body: &Value) -> Value {
    match body["comment"]["comment"].as_str() {
        Some(text) if !text.is_empty() => json!([{
            "comment": text, "created_at": now(), "is_customer_notified": 0,
            "is_visible_on_front": body["comment"]["is_visible_on_front"]
        }]),
        _ => json!([]),
    }
}
