//! What the shop holds.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::refusal::Refusal;

/// What the shop holds.
#[derive(Debug, Default)]
pub(super) struct Shop {
    pub(super) orders: BTreeMap<u64, Value>,
    pub(super) invoices: BTreeMap<u64, Value>,
    pub(super) shipments: BTreeMap<u64, Value>,
    /// Nonces are remembered whatever their time.
    pub(super) nonces: HashSet<String>,
}

impl Shop {
    pub(super) fn put_order(&mut self, mut order: Value) -> u64 {
        let next = self.orders.keys().next_back().copied().unwrap_or(0) + 1;
        let id = order["entity_id"].as_u64().filter(|id| *id != 0).unwrap_or(next);
        order["entity_id"] = json!(id);
        if order["status_histories"].is_null() {
            order["status_histories"] = json!([]);
        }
        self.orders.insert(id, order);
        id
    }

    pub(super) fn order(&self, id: u64) -> Result<&Value, Refusal> {
        self.orders.get(&id).ok_or_else(Refusal::no_entity)
    }

    pub(super) fn order_mut(&mut self, id: u64) -> Result<&mut Value, Refusal> {
        self.orders.get_mut(&id).ok_or_else(Refusal::no_entity)
    }

    pub(super) fn snapshot(&self) -> Value {
        let all = |rows: &BTreeMap<u64, Value>| rows.values().cloned().collect::<Vec<_>>();
        json!({ "orders": all(&self.orders), "invoices": all(&self.invoices), "shipments": all(&self.shipments) })
    }
}

/// `2026-03-02 09:14:07`, in UTC and without saying so.
pub(super) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The id that follows the highest.
pub(super) fn next_id(rows: &BTreeMap<u64, Value>) -> u64 {
    rows.keys().next_back().copied().unwrap_or(0) + 1
}
