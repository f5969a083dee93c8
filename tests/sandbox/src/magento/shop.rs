//! What the shop holds.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::bulk::Bulks;
use super::customer::Customers;
use super::inventory::Inventory;
use super::order;
use super::refusal::Refusal;

/// Documents of one kind, by `entity_id`.
pub(super) type Documents = BTreeMap<u64, Value>;

/// What the shop holds.
#[derive(Debug, Default)]
pub(super) struct Shop {
    pub(super) orders: Documents,
    pub(super) invoices: Documents,
    pub(super) shipments: Documents,
    pub(super) creditmemos: Documents,
    pub(super) customers: Customers,
    pub(super) inventory: Inventory,
    pub(super) bulks: Bulks,
    /// Nonces are remembered whatever their time.
    pub(super) nonces: HashSet<String>,
    pub(super) ids: Ids,
    /// Each order before its last change: what a second writer has read.
    before: Documents,
}

/// The last id of each kind; the database gives them out.
#[derive(Debug, Default)]
pub(super) struct Ids {
    invoice: u64,
    shipment: u64,
    creditmemo: u64,
    order: u64,
    row: u64,
    pub(super) address: u64,
    invoice_row: u64,
    shipment_row: u64,
    creditmemo_row: u64,
    pub(super) comment: u64,
    pub(super) history: u64,
    pub(super) track: u64,
}

/// The kinds of documents that are made of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Invoice,
    Shipment,
    Creditmemo,
}

impl Ids {
    /// The next id of a document of that kind.
    pub(super) fn document(&mut self, kind: Kind) -> u64 {
        next(match kind {
            Kind::Invoice => &mut self.invoice,
            Kind::Shipment => &mut self.shipment,
            Kind::Creditmemo => &mut self.creditmemo,
        })
    }

    /// The next document of that kind gets this id.
    pub(super) fn give_next(&mut self, kind: Kind, id: u64) {
        let before = id.saturating_sub(1);
        match kind {
            Kind::Invoice => self.invoice = before,
            Kind::Shipment => self.shipment = before,
            Kind::Creditmemo => self.creditmemo = before,
        }
    }

    /// The next id of a row of such a document.
    pub(super) fn document_row(&mut self, kind: Kind) -> u64 {
        next(match kind {
            Kind::Invoice => &mut self.invoice_row,
            Kind::Shipment => &mut self.shipment_row,
            Kind::Creditmemo => &mut self.creditmemo_row,
        })
    }

    pub(super) fn order_row(&mut self) -> u64 {
        next(&mut self.row)
    }
}

/// Counts one on, and gives where it is then.
pub(super) fn next(last: &mut u64) -> u64 {
    *last += 1;
    *last
}

impl Shop {
    /// Puts an order as REST shows it; gives its `entity_id`, a new one where it has none.
    pub(super) fn put_order(&mut self, mut order: Value) -> u64 {
        let id = match order["entity_id"].as_u64().filter(|id| *id != 0) {
            Some(id) => id,
            None => next(&mut self.ids.order),
        };
        order["entity_id"] = json!(id);
        if order["status_histories"].is_null() {
            order["status_histories"] = json!([]);
        }
        order::after_discount::store(&mut order);
        self.ids.order = self.ids.order.max(id);
        for row in super::rows::all(&order) {
            self.ids.row = self.ids.row.max(super::rows::id(row));
        }
        for address in [order.get("billing_address"), order::shipping_address(&order)].into_iter().flatten() {
            self.ids.address = self.ids.address.max(address["entity_id"].as_u64().unwrap_or_default());
        }
        self.orders.insert(id, order);
        id
    }

    /// An order that came from outside and says that it is paid has the invoice that paid it: Magento knows no other way.
    pub(super) fn invoice_what_is_paid(&mut self, order_id: u64) {
        let Some(order) = self.orders.get(&order_id) else { return };
        let is_paid = order["total_paid"].as_f64().is_some_and(|paid| paid > 0.0);
        if !is_paid || self.invoices.values().any(|invoice| invoice["order_id"] == order_id) {
            return;
        }
        let mut invoice = json!({ "order_id": order_id, "state": 2, "items": [], "comments": [] });
        for (name, of) in [("grand_total", "total_paid"), ("base_grand_total", "base_total_paid")] {
            invoice[name] = order[of].clone();
        }
        for name in ["store_id", "order_currency_code", "base_currency_code", "created_at", "updated_at"] {
            invoice[name] = order[name].clone();
        }
        let id = self.ids.document(Kind::Invoice);
        invoice["entity_id"] = json!(id);
        invoice["increment_id"] = json!(format!("{id:09}"));
        self.invoices.insert(id, invoice);
    }

    pub(super) fn order(&self, id: u64) -> Result<&Value, Refusal> {
        self.orders.get(&id).ok_or_else(Refusal::no_entity)
    }

    /// An order as a second writer has read it: before the last change.
    pub(super) fn order_before(&self, id: u64) -> Result<&Value, Refusal> {
        self.before.get(&id).map_or_else(|| self.order(id), Ok)
    }

    /// Saves an order: its state is derived, its time moves.
    pub(super) fn save(&mut self, mut order: Value) {
        order::state::settle(&mut order);
        self.write(order);
    }

    /// Writes an order as it is.
    pub(super) fn write(&mut self, mut order: Value) {
        order["updated_at"] = json!(now());
        let id = order["entity_id"].as_u64().unwrap_or_default();
        if let Some(before) = self.orders.insert(id, order) {
            self.before.insert(id, before);
        }
    }

    pub(super) fn documents(&self, kind: Kind) -> &Documents {
        match kind {
            Kind::Invoice => &self.invoices,
            Kind::Shipment => &self.shipments,
            Kind::Creditmemo => &self.creditmemos,
        }
    }

    pub(super) fn documents_mut(&mut self, kind: Kind) -> &mut Documents {
        match kind {
            Kind::Invoice => &mut self.invoices,
            Kind::Shipment => &mut self.shipments,
            Kind::Creditmemo => &mut self.creditmemos,
        }
    }

    /// An order's documents of one kind.
    pub(super) fn documents_of(&self, kind: Kind, order: u64) -> impl Iterator<Item = &Value> {
        self.documents(kind).values().filter(move |document| document["order_id"] == order)
    }

    pub(super) fn snapshot(&self) -> Value {
        let all = |rows: &Documents| rows.values().cloned().collect::<Vec<_>>();
        json!({
            "orders": self.orders.values().map(order::shown).collect::<Vec<_>>(),
            "invoices": all(&self.invoices),
            "shipments": all(&self.shipments),
            "creditmemos": all(&self.creditmemos),
            "customers": self.customers.all(),
            "source_items": self.inventory.all(),
        })
    }
}

/// `2026-03-02 09:14:07`, in UTC and without saying so.
pub(super) fn now() -> String {
    crate::clock::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}
