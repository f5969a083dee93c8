//! What an order, its rows, its payment and its history learn of a credit memo.
//!
//! Source: `Sales/Model/Order/Creditmemo/{Item::register,RefundOperation}`, `Sales/Model/Order/Payment::refund` of
//! magento/magento2.

use serde_json::{Map, Value, json};

use crate::magento::amount::{Side, add, amount, json as number, round};
use crate::magento::money;
use crate::magento::order::record;
use crate::magento::order::state::{self, Cause};
use crate::magento::part::{Part, mark_untaxed_product};
use crate::magento::shop::Ids;

/// Columns of the order, and the memo's that are added to them.
const TOTALS: [(&str, &str); 9] = [
    ("subtotal_refunded", "subtotal"),
    ("tax_refunded", "tax_amount"),
    ("discount_tax_compensation_refunded", "discount_tax_compensation_amount"),
    ("shipping_refunded", "shipping_amount"),
    ("shipping_tax_refunded", "shipping_tax_amount"),
    ("adjustment_positive", "adjustment_positive"),
    ("adjustment_negative", "adjustment_negative"),
    ("discount_refunded", "discount_amount"),
    ("total_offline_refunded", "grand_total"),
];

pub(super) fn book(order: &mut Value, parts: &[Part], memo: &Value, ids: &mut Ids) {
    for part in parts {
        let row = &mut order["items"][part.index];
        add(row, "qty_refunded", part.qty);
        for side in Side::BOTH {
            let money = part.money(side);
            side.add(row, "amount_refunded", money.row_total);
            side.add(row, "tax_refunded", money.tax);
            side.add(row, "discount_refunded", money.discount.unwrap_or_default());
            side.add(row, "discount_tax_compensation_refunded", money.compensation);
        }
        if !part.is_dummy {
            mark_untaxed_product(row);
        }
    }
    for side in Side::BOTH {
        for (of_order, of_memo) in TOTALS {
            side.add(order, of_order, side.of(memo, of_memo));
        }
        let refunded = side.of(order, "total_refunded") + side.of(memo, "grand_total");
        side.set(order, "total_refunded", round(refunded));
        if order["payment"].is_object() {
            let payment = &mut order["payment"];
            side.add(payment, "amount_refunded", side.of(memo, "grand_total"));
            side.add(payment, "shipping_refunded", side.of(memo, "shipping_amount"));
        }
    }
    // Costs are known in base currency only, and here there are none.
    order["base_total_invoiced_cost"] = number(amount(order, "base_total_invoiced_cost"));
    tell(order, memo, ids);
}

/// The history names the state that the refund leads to.
fn tell(order: &mut Value, memo: &Value, ids: &mut Ids) {
    let refunded = money::base(order, amount(memo, "base_grand_total"));
    let mut after = order.clone();
    let next = state::after_document(&after, Cause::Refund);
    state::set_keeping_status(&mut after, next);
    order["status"] = after["status"].clone();
    let mut entry = Map::new();
    entry.insert("comment".to_owned(), json!(format!("We refunded {refunded} offline.")));
    entry.insert("entity_name".to_owned(), json!("creditmemo"));
    entry.insert("is_customer_notified".to_owned(), json!(0));
    entry.insert("is_visible_on_front".to_owned(), json!(0));
    entry.insert("status".to_owned(), order["status"].clone());
    record(order, ids, entry);
}
