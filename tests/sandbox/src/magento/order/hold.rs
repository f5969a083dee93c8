//! Hold, and its end; cancellation.
//!
//! Source: `Sales/Model/Order::{hold,unhold,registerCancellation}`, `Sales/Model/Order/Item::cancel` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::magento::amount::{Side, amount, json as number, share};
use crate::magento::refusal::Refusal;
use crate::magento::rows;
use crate::magento::shop::Shop;

use super::state::{self, CANCELED, COMPLETE, HOLDED, PROCESSING};

/// `POST /V1/orders/:id/hold`.
pub(in crate::magento) fn hold(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let mut order = shop.order(id)?.clone();
    if !state::can_hold(&order) {
        return Err(Refusal::new(400, "A hold action is not available."));
    }
    order["hold_before_state"] = order["state"].clone();
    order["hold_before_status"] = order["status"].clone();
    state::set(&mut order, HOLDED);
    shop.save(order);
    Ok(json!(true))
}

/// `POST /V1/orders/:id/unhold`.
pub(in crate::magento) fn unhold(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let mut order = shop.order(id)?.clone();
    if state::state(&order) != HOLDED {
        return Err(Refusal::new(400, "You cannot remove the hold."));
    }
    order["state"] = order["hold_before_state"].take();
    order["status"] = order["hold_before_status"].take();
    shop.save(order);
    Ok(json!(true))
}

/// `POST /V1/orders/:id/cancel`: `false` where it cannot be.
pub(in crate::magento) fn cancel(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    let mut order = shop.order(id)?.clone();
    if !state::can_cancel(&order) {
        return Ok(json!(false));
    }
    let next = state_after(&order);
    let takes: Vec<Decimal> = rows::all(&order).iter().map(|row| rows::to_cancel(&order, row)).collect();
    for (row, qty) in order["items"].as_array_mut().into_iter().flatten().zip(takes) {
        cancel_row(row, qty);
    }
    for side in Side::BOTH {
        for name in ["subtotal", "tax", "shipping", "discount"] {
            let ordered = if name == "subtotal" { name.to_owned() } else { format!("{name}_amount") };
            let invoiced = side.of(&order, &format!("{name}_invoiced"));
            // The discount is below nothing: its size counts.
            let left = side.of(&order, &ordered).abs() - invoiced.abs();
            side.set(&mut order, &format!("{name}_canceled"), left);
        }
        let unpaid = side.of(&order, "grand_total") - side.of(&order, "total_paid");
        side.set(&mut order, "total_canceled", unpaid);
    }
    state::set(&mut order, next);
    shop.save(order);
    Ok(json!(true))
}

/// An order of which something was paid goes on with that.
fn state_after(order: &Value) -> &'static str {
    let paid = rows::all(order).iter().filter(|row| !rows::to_refund(order, row).is_zero());
    paid.map(
        |row| if rows::to_ship(order, row) > rows::to_cancel(order, row) { PROCESSING } else { COMPLETE },
    )
    .reduce(|sum, next| if sum == PROCESSING { sum } else { next })
    .unwrap_or(CANCELED)
}

fn cancel_row(row: &mut Value, qty: Decimal) {
    let ordered = amount(row, "qty_ordered");
    let is_canceled = !ordered.is_zero() && amount(row, "qty_canceled") == ordered;
    if is_canceled {
        return;
    }
    row["qty_canceled"] = number(qty);
    let tax = amount(row, "tax_canceled") + share(amount(row, "base_tax_amount"), qty, ordered);
    row["tax_canceled"] = number(tax);
    let compensation = share(amount(row, "discount_tax_compensation_amount"), qty, ordered);
    row["discount_tax_compensation_canceled"] =
        number(amount(row, "discount_tax_compensation_canceled") + compensation);
}
