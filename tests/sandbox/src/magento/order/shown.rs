//! An order as REST shows it: columns without a value are left out, and its rows are there three times.

use serde_json::{Map, Value};

use crate::magento::rows;

use super::after_discount;

/// Columns that are shown without a value.
const SHOWN_NULL: [&str; 3] = ["account_status", "cc_last4", "customer_email"];
/// What the shipping's sums take over from the order, besides what they begin with.
const SHIPPING_PROGRESS: [&str; 8] = [
    "base_shipping_canceled",
    "base_shipping_invoiced",
    "base_shipping_refunded",
    "base_shipping_tax_refunded",
    "shipping_canceled",
    "shipping_invoiced",
    "shipping_refunded",
    "shipping_tax_refunded",
];

/// The order, as it is answered.
pub(in crate::magento) fn shown(order: &Value) -> Value {
    let mut order = without_nulls(order);
    after_discount::show(&mut order);
    let parents: Vec<Value> = rows::all(&order)
        .iter()
        .map(|row| rows::parent(&order, row).map_or(Value::Null, without_nulls))
        .collect();
    for (row, mut parent) in order["items"].as_array_mut().into_iter().flatten().zip(parents) {
        if let Some(fields) = parent.as_object_mut() {
            fields.remove("parent_item");
            row["parent_item"] = parent;
        }
    }
    let items = order["items"].clone();
    let progress: Map<String, Value> = SHIPPING_PROGRESS
        .iter()
        .filter_map(|name| order.get(*name).map(|value| ((*name).to_owned(), value.clone())))
        .collect();
    if let Some(assignment) = order.pointer_mut("/extension_attributes/shipping_assignments/0") {
        assignment["items"] = items;
        if let Some(total) = assignment.pointer_mut("/shipping/total").and_then(Value::as_object_mut) {
            total.extend(progress);
        }
    }
    order
}

/// A copy without them. Copied first: a map that is copied as it is need not be hashed anew.
fn without_nulls(value: &Value) -> Value {
    let mut copy = value.clone();
    drop_nulls(&mut copy);
    copy
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| !value.is_null() || SHOWN_NULL.contains(&name.as_str()));
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
