//! Rows of an order: which carry money, which are sent, and how many are open.
//!
//! Source: `Sales/Model/Order/Item.php` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use super::amount::amount;

/// The order's rows.
pub(super) fn all(order: &Value) -> &[Value] {
    order["items"].as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn id(row: &Value) -> u64 {
    row["item_id"].as_u64().unwrap_or_default()
}

pub(super) fn parent_id(row: &Value) -> Option<u64> {
    row["parent_item_id"].as_u64()
}

/// The row that a row belongs to.
pub(super) fn parent<'a>(order: &'a Value, row: &Value) -> Option<&'a Value> {
    let wanted = parent_id(row)?;
    all(order).iter().find(|row| id(row) == wanted)
}

pub(super) fn children<'a>(order: &'a Value, of: &Value) -> impl Iterator<Item = &'a Value> {
    let of = id(of);
    all(order).iter().filter(move |row| parent_id(row) == Some(of))
}

fn has_children(order: &Value, row: &Value) -> bool {
    children(order, row).next().is_some()
}

pub(super) fn is_virtual(row: &Value) -> bool {
    row["is_virtual"] == 1
}

/// A bundle whose price is the sum of its children's. REST does not show `product_calculations`; prices tell.
fn is_dynamic(order: &Value, row: &Value) -> bool {
    let priced = |child: &Value| !amount(child, "row_total").is_zero() || !amount(child, "price").is_zero();
    row["product_type"] == "bundle" && children(order, row).any(priced)
}

/// Whether a row carries no money of its own.
pub(super) fn is_dummy(order: &Value, row: &Value) -> bool {
    if has_children(order, row) {
        is_dynamic(order, row)
    } else {
        parent(order, row).is_some_and(|parent| !is_dynamic(order, parent))
    }
}

/// Whether a row is not sent by itself. Bundles that are sent in pieces do not show as such in REST: there are none.
pub(super) fn is_dummy_to_ship(order: &Value, row: &Value) -> bool {
    !has_children(order, row) && parent(order, row).is_some()
}

/// How many of a bundle's child belong to one bundle; nothing for other children.
pub(super) fn per_bundle(order: &Value, row: &Value) -> Option<Decimal> {
    let parent = parent(order, row).filter(|parent| parent["product_type"] == "bundle")?;
    let bundles = amount(parent, "qty_ordered");
    (!bundles.is_zero()).then(|| amount(row, "qty_ordered") / bundles)
}

pub(super) fn to_invoice(order: &Value, row: &Value) -> Decimal {
    if is_dummy(order, row) {
        return Decimal::ZERO;
    }
    let open = amount(row, "qty_ordered") - amount(row, "qty_invoiced") - amount(row, "qty_canceled");
    open.max(Decimal::ZERO)
}

pub(super) fn to_ship(order: &Value, row: &Value) -> Decimal {
    if is_dummy_to_ship(order, row) { Decimal::ZERO } else { to_ship_alone(row) }
}

/// What of a row has not left, whatever row it goes along with. A piece that was refunded may be one that was shipped
/// (measured on 2.4.5: two ordered, one shipped, one refunded, one still to ship).
pub(super) fn to_ship_alone(row: &Value) -> Decimal {
    let gone = amount(row, "qty_shipped").max(amount(row, "qty_refunded"));
    (amount(row, "qty_ordered") - gone - amount(row, "qty_canceled")).max(Decimal::ZERO)
}

pub(super) fn to_refund(order: &Value, row: &Value) -> Decimal {
    if is_dummy(order, row) {
        return Decimal::ZERO;
    }
    (amount(row, "qty_invoiced") - amount(row, "qty_refunded")).max(Decimal::ZERO)
}

/// What a cancellation takes.
pub(super) fn to_cancel(order: &Value, row: &Value) -> Decimal {
    to_invoice(order, row).min(to_ship(order, row))
}

/// A quantity as a row takes it: whole pieces, unless the article has fractions; never below nothing.
pub(super) fn pieces(row: &Value, qty: Decimal) -> Decimal {
    let qty = if row["is_qty_decimal"] == 1 { qty } else { qty.trunc() };
    qty.max(Decimal::ZERO)
}
