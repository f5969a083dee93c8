//! `PUT /V1/orders/create`: an order without a cart, at the caller's prices.
//!
//! Measured on 2.4.5: what is sent is stored, the database fills in the rest. The answer is from before that: it shows
//! what was sent, and the ids.

use serde_json::{Map, Value, json};

use crate::magento::amount::Side;
use crate::magento::refusal::Refusal;
use crate::magento::rows;
use crate::magento::shop::{Ids, Shop, next, now};

use super::raw::due;

/// What the database puts into a row that does not say.
const ROW_ZEROS: [&str; 24] = [
    "amount_refunded",
    "base_amount_refunded",
    "base_cost",
    "base_discount_amount",
    "base_discount_invoiced",
    "base_row_invoiced",
    "base_tax_amount",
    "base_tax_invoiced",
    "discount_amount",
    "discount_invoiced",
    "discount_percent",
    "free_shipping",
    "no_discount",
    "qty_backordered",
    "qty_canceled",
    "qty_invoiced",
    "qty_refunded",
    "qty_shipped",
    "row_invoiced",
    "row_weight",
    "tax_amount",
    "tax_invoiced",
    "tax_percent",
    "weight",
];

/// Makes the order; gives it as it was saved.
pub(in crate::magento) fn create(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let sent = body["entity"].as_object().ok_or_else(|| Refusal::required("entity"))?;
    let mut order = Value::Object(sent.clone());
    order["entity_id"] = Value::Null;
    let id = shop.put_order(order.clone());
    order["entity_id"] = json!(id);
    let now = now();
    order["created_at"] = json!(now);
    order["updated_at"] = json!(now);
    default(&mut order, "increment_id", || json!(format!("{id:09}")));
    default(&mut order, "protect_code", || json!(format!("{:032x}", fastrand::u128(..))));
    default(&mut order, "store_name", || json!("Main Website\nMain Website Store\nDefault Store View"));
    order["status_histories"] = json!([]);
    for row in order["items"].as_array_mut().into_iter().flatten() {
        fill_row(row, id, &mut shop.ids, &now);
    }
    let count = rows::all(&order).iter().filter(|row| rows::parent_id(row).is_none()).count();
    order["total_item_count"] = json!(count);
    fill_address(&mut order["billing_address"], id, &mut shop.ids);
    order["billing_address_id"] = order["billing_address"]["entity_id"].clone();
    fill_payment(&mut order, id);
    for side in Side::BOTH {
        due(&mut order, side);
    }
    if let Some(address) = order.pointer_mut("/extension_attributes/shipping_assignments/0/shipping/address")
    {
        fill_address(address, id, &mut shop.ids);
    }
    let mut answer = super::shown(&order);
    if let Some(assignment) = answer.pointer_mut("/extension_attributes/shipping_assignments/0") {
        assignment["items"] = Value::Null;
    }
    read_back(&mut order);
    shop.orders.insert(id, order);
    Ok(answer)
}

fn default(of: &mut Value, name: &str, value: impl FnOnce() -> Value) {
    if of[name].is_null() {
        of[name] = value();
    }
}

fn fill_row(row: &mut Value, order: u64, ids: &mut Ids, now: &str) {
    for (name, from) in [("row_total_incl_tax", "row_total"), ("base_row_total_incl_tax", "base_row_total")] {
        let total = row[from].clone();
        default(row, name, || total);
    }
    row["item_id"] = json!(ids.order_row());
    row["order_id"] = json!(order);
    row["created_at"] = json!(now);
    row["updated_at"] = json!(now);
}

fn fill_address(address: &mut Value, order: u64, ids: &mut Ids) {
    if address.is_object() {
        address["entity_id"] = json!(next(&mut ids.address));
        address["parent_id"] = json!(order);
    }
}

fn fill_payment(order: &mut Value, id: u64) {
    let payment = &mut order["payment"];
    if !payment.is_object() {
        *payment = json!({});
    }
    payment["entity_id"] = json!(id);
    payment["parent_id"] = json!(id);
    payment["account_status"] = Value::Null;
    payment["cc_last4"] = Value::Null;
    default(payment, "additional_information", || json!([]));
}

/// What the order has when it is read again: the rows' zeros, the shipping's sums, the lists of taxes.
fn read_back(order: &mut Value) {
    for row in order["items"].as_array_mut().into_iter().flatten() {
        for name in ROW_ZEROS {
            default(row, name, || json!(0));
        }
    }
    let sums: Map<String, Value> = ["base_shipping_amount", "shipping_amount"]
        .iter()
        .filter_map(|name| order.get(*name).map(|value| ((*name).to_owned(), value.clone())))
        .collect();
    let extension = &mut order["extension_attributes"];
    if !extension.is_object() {
        *extension = json!({});
    }
    for name in ["shipping_assignments", "payment_additional_info", "applied_taxes", "item_applied_taxes"] {
        default(extension, name, || json!([]));
    }
    if let Some(shipping) = extension.pointer_mut("/shipping_assignments/0/shipping") {
        shipping["total"] = Value::Object(sums);
    }
}
