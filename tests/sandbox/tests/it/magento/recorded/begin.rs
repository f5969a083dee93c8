//! How a shop is before a recording is asked of it.

use std::path::Path;

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::super::{call, read};

/// What is there, or was done.
pub(super) enum Begin {
    /// An order as it was recorded.
    Order(&'static str),
    /// The same, as it was when it was placed, under an id and with rows from an id on.
    Placed { from: &'static str, id: u64, first_row: u64 },
    /// The order that a history of `scenarios.json` begins with, under an id and with rows from an id on.
    History { name: &'static str, id: u64, first_row: u64 },
    /// A request that is not recorded by itself.
    Done { method: &'static str, path: &'static str, body: &'static str },
}

impl Begin {
    pub(super) async fn apply(&self, sandbox: &Sandbox, folder: &Path) {
        let recorded = |name: &str| read(&folder.join(format!("{name}.json")))["response"]["body"].clone();
        match self {
            Self::Order(name) => put(sandbox, recorded(name)),
            Self::Placed { from, id, first_row } => {
                put(sandbox, renumbered(placed(recorded(from)), *id, *first_row));
            }
            Self::History { name, id, first_row } => {
                let histories = read(&folder.join("../scenarios.json"));
                let mut histories = histories["scenarios"].as_array().unwrap().iter();
                let history = histories.find(|history| history["name"] == *name).unwrap();
                put(sandbox, renumbered(history["order"].clone(), *id, *first_row));
            }
            Self::Done { method, path, body } => {
                let got = call(sandbox, method, path, &serde_json::from_str(body).unwrap()).await;
                assert_eq!(got.status, 200, "{path}: {}", got.text);
            }
        }
    }
}

fn put(sandbox: &Sandbox, order: Value) {
    assert_ne!(sandbox.put_order(order), 0);
}

/// An order without what happened to it.
fn placed(mut order: Value) -> Value {
    for prefix in ["", "base_"] {
        order[format!("{prefix}total_due")] = order[format!("{prefix}grand_total")].clone();
    }
    order["state"] = json!("new");
    order["status"] = json!("pending");
    order["status_histories"] = json!([]);
    order.as_object_mut().unwrap().retain(|name, _| !is_later(name));
    order["payment"].as_object_mut().unwrap().retain(|name, _| !is_later(name));
    for row in order["items"].as_array_mut().unwrap() {
        row.as_object_mut().unwrap().retain(|name, _| !is_later(name) || ROW_ZEROS.contains(&name.as_str()));
        for name in ROW_ZEROS {
            row[name] = json!(0);
        }
    }
    order
}

/// What the database puts into the row of a new order, of what is counted on later.
const ROW_ZEROS: [&str; 12] = [
    "amount_refunded",
    "base_amount_refunded",
    "base_discount_invoiced",
    "base_row_invoiced",
    "base_tax_invoiced",
    "discount_invoiced",
    "qty_canceled",
    "qty_invoiced",
    "qty_refunded",
    "qty_shipped",
    "row_invoiced",
    "tax_invoiced",
];

/// Whether a column is there only after something happened to an order.
fn is_later(name: &str) -> bool {
    ["_invoiced", "_refunded", "_canceled", "_captured", "_paid", "_invoiced_cost"]
        .iter()
        .any(|end| name.ends_with(end))
        || name.contains("adjustment_")
}

/// An order and its rows under other ids.
fn renumbered(mut order: Value, id: u64, first_row: u64) -> Value {
    let before = order["items"][0]["item_id"].as_u64().unwrap();
    order["entity_id"] = json!(id);
    order["increment_id"] = json!(format!("{id:09}"));
    for row in order["items"].as_array_mut().unwrap() {
        row["order_id"] = json!(id);
        for name in ["item_id", "parent_item_id"] {
            if let Some(old) = row[name].as_u64() {
                row[name] = json!(old - before + first_row);
            }
        }
    }
    order
}
