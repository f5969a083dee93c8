//! Which rows a credit memo holds, and how many of each.
//!
//! Source: `Sales/Model/Order/CreditmemoFactory::{createByOrder,createByInvoice,canRefundItem,getQtyToRefund}` of
//! magento/magento2.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::magento::amount::amount;
use crate::magento::document::Asked;
use crate::magento::part::Part;
use crate::magento::refusal::Refusal;
use crate::magento::rows;

/// How many of each row an invoice leaves to be refunded.
pub(super) type Limits = BTreeMap<u64, Decimal>;

/// What of an invoice's rows was not refunded yet.
pub(super) fn limits(invoice: &Value, previous: &[&Value]) -> Limits {
    let mut limits = Limits::new();
    for row in rows::all(invoice) {
        limits.insert(row["order_item_id"].as_u64().unwrap_or_default(), amount(row, "qty"));
    }
    for row in previous.iter().flat_map(|memo| rows::all(memo)) {
        if let Some(left) = limits.get_mut(&row["order_item_id"].as_u64().unwrap_or_default()) {
            *left -= amount(row, "qty");
        }
    }
    limits
}

/// The memo's rows; those of quantity zero count for the totals and are dropped afterwards.
pub(super) fn parts(
    order: &Value,
    asked: &Asked,
    invoice: Option<&Value>,
    limits: Option<&Limits>,
) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for (index, row) in rows::all(order).iter().enumerate() {
        let invoiced = invoice
            .map(|invoice| rows::all(invoice).iter().find(|of_it| of_it["order_item_id"] == row["item_id"]));
        if invoiced == Some(None) || !takes_part(order, row, asked, limits) {
            continue;
        }
        let mut qty = wanted(order, row, asked, limits);
        if let Some(Some(invoiced)) = invoiced {
            qty = qty.min(amount(invoiced, "qty"));
        }
        let qty = rows::pieces(row, qty);
        let (is_dummy, open) = (rows::is_dummy(order, row), rows::to_refund(order, row));
        if qty > open && !is_dummy {
            let text = "We found an invalid quantity to refund item \"%1\".";
            return Err(Refusal::new(400, text).with(json!([row["name"]])));
        }
        parts.push(Part::new(index, qty, is_dummy, qty == open));
    }
    Ok(parts)
}

fn takes_part(order: &Value, row: &Value, asked: &Asked, limits: Option<&Limits>) -> bool {
    if !rows::is_dummy(order, row) {
        return is_within(row, limits);
    }
    let is_wanted = |other: &Value| {
        if asked.is_empty() {
            is_within(other, limits)
        } else {
            asked.get(&rows::id(other)).is_some_and(|qty| *qty > Decimal::ZERO)
        }
    };
    match rows::parent(order, row) {
        Some(parent) => is_wanted(parent),
        None => rows::children(order, row).any(is_wanted),
    }
}

/// Whether the invoice leaves something of a row, where there is an invoice.
pub(super) fn is_within(row: &Value, limits: Option<&Limits>) -> bool {
    limits.and_then(|limits| limits.get(&rows::id(row))).is_none_or(|left| *left > Decimal::ZERO)
}

fn wanted(order: &Value, row: &Value, asked: &Asked, limits: Option<&Limits>) -> Decimal {
    if rows::is_dummy(order, row) {
        let parent = rows::parent(order, row);
        let of_parent = match rows::parent_id(row).and_then(|parent| asked.get(&parent)) {
            Some(qty) => *qty,
            // A bundle that only sums up its children goes back whole with each of them.
            None if row["product_type"] == "bundle" => amount(row, "qty_invoiced"),
            None => parent.map_or(Decimal::ONE, |parent| rows::to_refund(order, parent)),
        };
        return of_parent * rows::per_bundle(order, row).unwrap_or(Decimal::ONE);
    }
    let qty = match asked.get(&rows::id(row)) {
        Some(qty) => *qty,
        None if asked.is_empty() => rows::to_refund(order, row),
        None => return Decimal::ZERO,
    };
    limits.and_then(|limits| limits.get(&rows::id(row))).map_or(qty, |left| qty.min(*left))
}
