//! Rows of an order: which carry money, which are sent.
//!
//! Source: `Sales/Model/Order/Item::isDummy` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use super::decimal::amount;

/// The order's rows.
pub(super) fn all(order: &Value) -> &[Value] {
    order["items"].as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn id(row: &Value) -> u64 {
    row["item_id"].as_u64().unwrap_or_default()
}

pub(super) fn parent(row: &Value) -> Option<u64> {
    row["parent_item_id"].as_u64()
}

fn children(order: &Value, of: u64) -> impl Iterator<Item = &Value> {
    all(order).iter().filter(move |row| parent(row) == Some(of))
}

/// A bundle whose price is the sum of its children's.
fn is_dynamic(order: &Value, row: &Value) -> bool {
    row["product_type"] == "bundle"
        && children(order, id(row)).any(|child| !amount(child, "row_total").is_zero())
}

/// Whether a row carries no money: it goes along with another.
pub(super) fn is_money_dummy(order: &Value, row: &Value) -> bool {
    match parent(row).and_then(|parent| all(order).iter().find(|row| id(row) == parent)) {
        Some(parent) => !is_dynamic(order, parent),
        None => is_dynamic(order, row),
    }
}

/// Whether a row is not sent by itself: children go with their parent.
pub(super) fn is_shipping_dummy(_: &Value, row: &Value) -> bool {
    parent(row).is_some()
}

pub(super) fn to_invoice(row: &Value) -> Decimal {
    let open = amount(row, "qty_ordered") - amount(row, "qty_invoiced") - amount(row, "qty_canceled");
    open.max(Decimal::ZERO)
}

pub(super) fn to_ship(row: &Value) -> Decimal {
    if row["is_virtual"] == 1 {
        return Decimal::ZERO;
    }
    let open = amount(row, "qty_ordered")
        - amount(row, "qty_shipped")
        - amount(row, "qty_refunded")
        - amount(row, "qty_canceled");
    open.max(Decimal::ZERO)
}

/// Whether anything can be invoiced, but for the state.
pub(super) fn any_to_invoice(order: &Value) -> bool {
    all(order).iter().any(|row| !is_money_dummy(order, row) && !to_invoice(row).is_zero())
}

/// Whether anything can be sent, but for the state.
pub(super) fn any_to_ship(order: &Value) -> bool {
    all(order).iter().any(|row| !is_shipping_dummy(order, row) && !to_ship(row).is_zero())
}
