//! Which rows an invoice holds, and how many of each.
//!
//! Source: `Sales/Model/Service/InvoiceService::{prepareInvoice,prepareItemsQty,canInvoiceItem}` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::magento::amount::amount;
use crate::magento::document::Asked;
use crate::magento::part::Part;
use crate::magento::refusal::Refusal;
use crate::magento::rows;

/// The invoice's rows; those of quantity zero count for the totals and are dropped afterwards.
pub(super) fn parts(order: &Value, asked: &Asked) -> Result<Vec<Part>, Refusal> {
    let asked = with_families(order, asked);
    let mut parts = Vec::new();
    for (index, row) in rows::all(order).iter().enumerate() {
        if !takes_part(order, row, &asked) {
            continue;
        }
        let is_dummy = rows::is_dummy(order, row);
        let open = rows::to_invoice(order, row);
        let qty = match asked.get(&rows::id(row)) {
            Some(qty) => *qty,
            None if is_dummy => amount(row, "qty_ordered"),
            None if asked.is_empty() => open,
            None => Decimal::ZERO,
        };
        let qty = rows::pieces(row, qty);
        if qty > open && !is_dummy {
            let text = "We found an invalid quantity to invoice item \"%1\".";
            return Err(Refusal::new(400, text).with(json!([row["name"]])));
        }
        parts.push(Part::new(index, qty, is_dummy, qty == open));
    }
    Ok(parts)
}

/// What is asked for, children along with their parents.
fn with_families(order: &Value, asked: &Asked) -> Asked {
    let mut all = asked.clone();
    for row in rows::all(order) {
        if let Some(qty) = all.get(&rows::id(row)).copied() {
            for child in rows::children(order, row) {
                if let Some(per_bundle) = rows::per_bundle(order, child) {
                    all.entry(rows::id(child)).or_insert(per_bundle * qty);
                }
            }
        } else if let Some(qty) = rows::parent_id(row).and_then(|parent| all.get(&parent).copied()) {
            all.insert(rows::id(row), qty);
        }
    }
    all
}

fn takes_part(order: &Value, row: &Value, asked: &Asked) -> bool {
    if !rows::is_dummy(order, row) {
        return !rows::to_invoice(order, row).is_zero();
    }
    let is_wanted = |other: &Value| {
        if asked.is_empty() {
            !rows::to_invoice(order, other).is_zero()
        } else {
            asked.get(&rows::id(other)).is_some_and(|qty| *qty > Decimal::ZERO)
        }
    };
    match rows::parent(order, row) {
        Some(parent) => is_wanted(parent),
        None => rows::children(order, row).any(is_wanted),
    }
}
