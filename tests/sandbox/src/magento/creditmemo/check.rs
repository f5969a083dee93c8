//! Why a credit memo is refused.
//!
//! Source: `Sales/Model/Order/{Validation/CanRefund,Invoice/Validation/CanRefund,Creditmemo/Validation/{QuantityValidator,
//! TotalsValidator},Creditmemo/Item/Validation/CreationQuantityValidator}.php` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::magento::amount::{amount, json as number, round};
use crate::magento::document::Asked;
use crate::magento::order::state;
use crate::magento::part::Part;
use crate::magento::refusal::Refusal;
use crate::magento::rows;

use super::pick::{Limits, is_within};
use super::totals::Sums;

/// Payment methods without a gateway: an invoice of theirs has no refund of its own.
const OFFLINE: [&str; 5] = ["banktransfer", "cashondelivery", "checkmo", "free", "purchaseorder"];

pub(super) fn refuse(
    order: &Value,
    invoice: Option<&Value>,
    limits: Option<&Limits>,
    parts: &[Part],
    asked: &Asked,
    sums: &[Sums; 2],
) -> Result<(), Refusal> {
    let mut lines = Vec::new();
    if state::forbids_refund(order) {
        let status = order["status"].as_str().unwrap_or_default();
        lines.push(format!("A creditmemo can not be created when an order has a status of {status}"));
    } else if state::refundable(order).is_zero() {
        lines.push("The order does not allow a creditmemo to be created.".to_owned());
    }
    quantities(order, limits, parts, &mut lines);
    let [total, base] = sums.map(|sums| sums.grand_total());
    if total <= Decimal::ZERO {
        lines.push("The credit memo's total must be positive.".to_owned());
    }
    let (paid, refunded) = (amount(order, "base_total_paid"), amount(order, "base_total_refunded"));
    if round(refunded + base) > round(paid) {
        lines.push(format!("The most money available to refund is {}.", number(paid - refunded)));
    }
    if invoice.is_some_and(|invoice| !is_refundable(order, invoice)) {
        lines.push("We can't create creditmemo for the invoice.".to_owned());
    }
    for (id, qty) in asked {
        lines.extend(row_asked_for(order, *id, *qty).map(str::to_owned));
    }
    if lines.is_empty() { Ok(()) } else { Err(Refusal::document("Creditmemo", &lines)) }
}

fn quantities(order: &Value, limits: Option<&Limits>, parts: &[Part], lines: &mut Vec<String>) {
    for part in parts {
        let row = &rows::all(order)[part.index];
        // A row that goes along must bring something; one by itself may be named with nothing.
        let is_allowed = if part.is_dummy { !part.qty.is_zero() } else { is_within(row, limits) };
        if !is_allowed {
            let sku = row["sku"].as_str().unwrap_or_default();
            lines.push(format!(
                "The quantity to creditmemo must not be greater than the unrefunded quantity for product SKU \"{sku}\"."
            ));
        }
    }
}

fn is_refundable(order: &Value, invoice: &Value) -> bool {
    let left = amount(invoice, "base_grand_total") - amount(invoice, "base_total_refunded");
    let method = order["payment"]["method"].as_str().unwrap_or_default();
    !left.is_zero() && !OFFLINE.contains(&method)
}

fn row_asked_for(order: &Value, id: u64, qty: Decimal) -> Option<&'static str> {
    let Some(row) = rows::all(order).iter().find(|row| rows::id(row) == id) else {
        return Some("The creditmemo contains product item that is not part of the original order.");
    };
    if rows::is_dummy(order, row) {
        return Some("The creditmemo contains incorrect product items.");
    }
    (qty > rows::to_refund(order, row))
        .then_some("The quantity to refund must not be greater than the unrefunded quantity.")
}
