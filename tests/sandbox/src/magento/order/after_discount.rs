//! Rows as REST shows them: `row_total` less the discount, and `row_total_incl_tax` made of that. Stored, and counted
//! with, is what they were before.
//!
//! Source: `Sales/Plugin/DataObjectProcessor.php`, `Weee/Block/Item/Price/Renderer.php` of magento/magento2; measured on
//! 2.4.5.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::magento::amount::{Side, amount, round};
use crate::magento::rows;

/// Marks an order whose rows are shown so; never shown itself.
const MARK: &str = "rows_after_discount";

/// Takes an order as it was shown: its rows become what is stored, where they were after the discount.
pub(in crate::magento) fn store(order: &mut Value) {
    if !is_after_discount(order) {
        return;
    }
    order[MARK] = json!(true);
    for row in order["items"].as_array_mut().into_iter().flatten() {
        for side in Side::BOTH {
            let discount = side.of(row, "discount_amount");
            if discount.is_zero() {
                continue;
            }
            let before = side.of(row, "row_total") + discount;
            side.set(row, "row_total", before);
            let with_tax = if side.of(row, "discount_tax_compensation_amount").is_zero() {
                round(before * (Decimal::ONE + amount(row, "tax_percent") / Decimal::ONE_HUNDRED))
            } else {
                side.of(row, "row_total_incl_tax") + discount
            };
            side.set(row, "row_total_incl_tax", with_tax);
        }
    }
}

/// The subtotal is before the discount; it tells what the rows are.
fn is_after_discount(order: &Value) -> bool {
    let counted = || rows::all(order).iter().filter(|row| !rows::is_dummy(order, row));
    let sum = |name: &str| counted().map(|row| amount(row, name)).sum::<Decimal>();
    let (gap, discounts) = (amount(order, "subtotal") - sum("row_total"), sum("discount_amount"));
    !discounts.is_zero() && (gap - discounts).abs() < gap.abs()
}

/// Shows the rows of such an order.
pub(super) fn show(order: &mut Value) {
    let is_marked = order.as_object_mut().and_then(|order| order.remove(MARK)).is_some();
    for row in order["items"].as_array_mut().into_iter().flatten().filter(|_| is_marked) {
        for side in Side::BOTH {
            let discount = side.of(row, "discount_amount");
            if discount.is_zero() {
                continue;
            }
            let after = side.of(row, "row_total") - discount;
            side.set(row, "row_total", after);
            let tax = side.of(row, "tax_amount") + side.of(row, "discount_tax_compensation_amount");
            side.set(row, "row_total_incl_tax", after + tax);
        }
    }
}
