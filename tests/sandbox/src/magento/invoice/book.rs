//! What an order, its rows and its payment learn of an invoice.
//!
//! Source: `Sales/Model/Order/Invoice/{Item::register,PayOperation}`, `Sales/Model/Order/Payment::pay` of
//! magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::magento::amount::{Side, add, json as number};
use crate::magento::part::{Part, mark_untaxed_product};

/// Columns of the order, and the invoice's that are added to them.
const TOTALS: [(&str, &str); 8] = [
    ("total_invoiced", "grand_total"),
    ("total_paid", "grand_total"),
    ("subtotal_invoiced", "subtotal"),
    ("tax_invoiced", "tax_amount"),
    ("discount_tax_compensation_invoiced", "discount_tax_compensation_amount"),
    ("shipping_invoiced", "shipping_amount"),
    ("discount_invoiced", "discount_amount"),
    ("total_invoiced_cost", "cost"),
];

pub(super) fn book(order: &mut Value, parts: &[Part], invoice: &Value) {
    for part in parts {
        let row = &mut order["items"][part.index];
        add(row, "qty_invoiced", part.qty);
        for side in Side::BOTH {
            let money = part.money(side);
            side.add(row, "row_invoiced", money.row_total);
            side.add(row, "tax_invoiced", money.tax);
            side.add(row, "discount_invoiced", money.discount.unwrap_or_default());
            side.add(row, "discount_tax_compensation_invoiced", money.compensation);
        }
        if !part.is_dummy {
            mark_untaxed_product(row);
        }
    }
    for side in Side::BOTH {
        for (of_order, of_invoice) in TOTALS {
            // Costs are known in base currency only.
            if of_invoice != "cost" || side == Side::Base {
                side.add(order, of_order, side.of(invoice, of_invoice));
            }
        }
        let due = side.of(order, "grand_total") - side.of(order, "total_paid");
        order[side.column("total_due")] = number(due.max(Decimal::ZERO));
        if order["payment"].is_object() {
            let payment = &mut order["payment"];
            side.add(payment, "amount_paid", side.of(invoice, "grand_total"));
            side.add(payment, "shipping_captured", side.of(invoice, "shipping_amount"));
        }
    }
}
