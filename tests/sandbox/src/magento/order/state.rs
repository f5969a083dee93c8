//! An order's state: what may be done in it, what a document makes of it, and what every save derives.
//!
//! Source: `Sales/Model/{Order,Order/StateResolver,ResourceModel/Order/Handler/State}.php` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::magento::amount::{amount, round};
use crate::magento::rows;

pub(crate) const NEW: &str = "new";
pub(crate) const PROCESSING: &str = "processing";
pub(crate) const COMPLETE: &str = "complete";
pub(crate) const CLOSED: &str = "closed";
pub(crate) const CANCELED: &str = "canceled";
pub(crate) const HOLDED: &str = "holded";
pub(crate) const PAYMENT_REVIEW: &str = "payment_review";

/// Why a document is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Work on the order goes on: an invoice or a shipment.
    Progress,
    /// Money goes back.
    Refund,
}

pub(crate) fn state(order: &Value) -> &str {
    order["state"].as_str().unwrap_or_default()
}

/// The status that a state brings along.
fn default_status(state: &str) -> &str {
    if state == NEW { "pending" } else { state }
}

/// Whether a status is one of a state's, as Magento is installed.
pub(crate) fn belongs(state: &str, status: &str) -> bool {
    status == default_status(state) || (matches!(state, PROCESSING | PAYMENT_REVIEW) && status == "fraud")
}

/// Sets a state and the status that comes with it.
pub(crate) fn set(order: &mut Value, state: &str) {
    order["state"] = json!(state);
    order["status"] = json!(default_status(state));
}

/// Sets a state; a status that belongs to it stays.
pub(crate) fn set_keeping_status(order: &mut Value, state: &str) {
    if belongs(state, order["status"].as_str().unwrap_or_default()) {
        order["state"] = json!(state);
    } else {
        set(order, state);
    }
}

pub(crate) fn can_invoice(order: &Value) -> bool {
    !forbids_invoice(order) && any_to_invoice(order)
}

/// Whether the state alone forbids an invoice.
pub(crate) fn forbids_invoice(order: &Value) -> bool {
    matches!(state(order), PAYMENT_REVIEW | HOLDED | CANCELED | COMPLETE | CLOSED)
}

fn any_to_invoice(order: &Value) -> bool {
    rows::all(order).iter().any(|row| !rows::to_invoice(order, row).is_zero())
}

/// Whether the state alone, or the goods' kind, forbids a shipment.
pub(crate) fn forbids_shipment(order: &Value) -> bool {
    matches!(state(order), PAYMENT_REVIEW | HOLDED | CANCELED) || rows::is_virtual(order)
}

pub(crate) fn can_ship(order: &Value) -> bool {
    !forbids_shipment(order) && any_to_ship(order)
}

/// Whether a row is to be sent, whatever the state.
pub(crate) fn any_to_ship(order: &Value) -> bool {
    rows::all(order).iter().any(|row| !rows::is_virtual(row) && !rows::to_ship(order, row).is_zero())
}

/// Whether the state alone forbids a credit memo.
pub(crate) fn forbids_refund(order: &Value) -> bool {
    matches!(state(order), PAYMENT_REVIEW | HOLDED | CANCELED | CLOSED)
}

/// What was paid and not given back.
pub(crate) fn refundable(order: &Value) -> Decimal {
    round(amount(order, "total_paid")) - amount(order, "total_refunded")
}

pub(crate) fn can_refund(order: &Value) -> bool {
    if forbids_refund(order) {
        return false;
    }
    let refundable = refundable(order);
    if amount(order, "grand_total").is_zero() {
        return can_refund_nothing(order, refundable);
    }
    // The second: a fee kept at the first refund.
    !refundable.is_zero() && refundable != amount(order, "adjustment_negative")
}

/// Orders that cost nothing are refundable until they were refunded.
fn can_refund_nothing(order: &Value, refundable: Decimal) -> bool {
    let paid = amount(order, "total_paid");
    let is_paid_in_full = paid <= amount(order, "grand_total");
    // The column is there from the first credit memo on.
    let is_refunded = !order["total_refunded"].is_null() && amount(order, "total_refunded") == paid;
    let is_fee_only = !is_paid_in_full && refundable == amount(order, "adjustment_negative");
    !(can_invoice(order) && is_paid_in_full || is_refunded || is_fee_only)
}

pub(crate) fn can_hold(order: &Value) -> bool {
    !matches!(state(order), CANCELED | PAYMENT_REVIEW | COMPLETE | CLOSED | HOLDED)
}

pub(crate) fn can_cancel(order: &Value) -> bool {
    can_invoice(order)
}

/// The state after a document, before the rule of every save. From `pending_payment` an invoice leads to `new`: only
/// `new` and `processing` are known here.
pub(crate) fn after_document(order: &Value, cause: Cause) -> &'static str {
    if state(order) == NEW && cause == Cause::Progress {
        return PROCESSING;
    }
    let is_open = state(order) == CANCELED || state(order) == HOLDED || can_invoice(order) || can_ship(order);
    if !is_open {
        if amount(order, "base_grand_total").is_zero() || can_refund(order) {
            return COMPLETE;
        }
        if !amount(order, "total_refunded").is_zero() {
            return CLOSED;
        }
    }
    if state(order) == PROCESSING { PROCESSING } else { NEW }
}

/// The rule of every save.
pub(crate) fn settle(order: &mut Value) {
    if matches!(state(order), CANCELED | HOLDED) || can_invoice(order) {
        return;
    }
    let can_ship = can_ship(order);
    let nothing_left = !can_refund(order) && !can_ship && !rows::is_virtual(order);
    if nothing_left && matches!(state(order), PROCESSING | COMPLETE) {
        set(order, CLOSED);
    } else if state(order) == PROCESSING && !can_ship {
        set(order, COMPLETE);
    } else if rows::is_virtual(order) && order["status"] == CLOSED {
        order["state"] = json!(CLOSED);
    }
}
