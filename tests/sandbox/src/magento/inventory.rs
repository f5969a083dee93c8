//! Stock in sources.
//!
//! Source: `magento/inventory`: `InventoryApi/Api/SourceItemsSaveInterface.php`,
//! `InventorySalesApi/Api/GetProductSalableQtyInterface.php`; measured on 2.4.5.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::amount::{amount, json as number};
use super::order::state;
use super::refusal::Refusal;
use super::rows;
use super::settings::Switches;
use super::shop::Documents;

const SOURCE: &str = "default";

/// What lies where, by article number and source.
#[derive(Debug, Default)]
pub(super) struct Inventory(BTreeMap<(String, String), Item>);

#[derive(Clone, Copy, Debug)]
struct Item {
    quantity: Decimal,
    is_in_stock: bool,
}

impl Inventory {
    pub(super) fn all(&self) -> Vec<Value> {
        let rows = self.0.iter().map(|((sku, source), item)| {
            json!({
                "sku": sku,
                "source_code": source,
                "quantity": number(item.quantity),
                "status": i32::from(item.is_in_stock),
            })
        });
        rows.collect()
    }

    /// `POST /V1/inventory/source-items`: absolute quantities. Unknown articles are taken, unknown sources are not.
    pub(super) fn save(&mut self, switches: &Switches, body: &Value) -> Result<Value, Refusal> {
        let items = body["sourceItems"].as_array().ok_or_else(|| Refusal::required("sourceItems"))?;
        let known = |item: &Value| switches.sources.iter().any(|source| item["source_code"] == **source);
        if !items.iter().all(known) {
            return Err(Refusal::new(400, "Could not save Source Item"));
        }
        for item in items {
            let at = key(item);
            let stored = Item { quantity: amount(item, "quantity"), is_in_stock: item["status"] == 1 };
            self.0.insert(at, stored);
        }
        Ok(json!([]))
    }

    /// `POST /V1/inventory/source-items-delete`.
    pub(super) fn delete(&mut self, body: &Value) -> Result<Value, Refusal> {
        let items = body["sourceItems"].as_array().ok_or_else(|| Refusal::required("sourceItems"))?;
        for item in items {
            self.0.remove(&key(item));
        }
        Ok(json!([]))
    }

    /// What can be sold: what lies there less what orders wait for.
    pub(super) fn salable(&self, sku: &str, orders: &Documents) -> Result<Decimal, Refusal> {
        let lying: Vec<&Item> =
            self.0.iter().filter(|((of, _), _)| of == sku).map(|(_, item)| item).collect();
        if lying.is_empty() {
            return Err(Refusal::new(400, "The requested sku is not assigned to given stock."));
        }
        let there: Decimal = lying.iter().filter(|item| item.is_in_stock).map(|item| item.quantity).sum();
        Ok(there - orders.values().map(|order| reserved(order, sku)).sum::<Decimal>())
    }

    /// Pieces leave a source.
    pub(super) fn take(&mut self, sku: &str, source: &str, qty: Decimal) {
        if let Some(item) = self.0.get_mut(&(sku.to_owned(), source.to_owned())) {
            item.quantity -= qty;
        }
    }

    /// Pieces come back to the default source.
    pub(super) fn give_back(&mut self, sku: &str, qty: Decimal) {
        self.take(sku, SOURCE, -qty);
    }
}

fn key(item: &Value) -> (String, String) {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    (text("sku"), text("source_code"))
}

/// What an order waits for. A bundle lies in no source: its children do.
fn reserved(order: &Value, sku: &str) -> Decimal {
    if matches!(state::state(order), state::CLOSED | state::CANCELED) {
        return Decimal::ZERO;
    }
    let is_stored = |row: &&Value| {
        let parent = rows::parent(order, row);
        row["sku"] == sku
            && row["product_type"] != "bundle"
            && parent.is_none_or(|parent| parent["product_type"] == "bundle")
    };
    rows::all(order).iter().filter(is_stored).map(rows::to_ship_alone).sum()
}
