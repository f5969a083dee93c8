//! Magento: orders, invoices, shipments, credit memos, customers, stock, as a 2.4.5 was measured, and by switch as other
//! versions behave.
//!
//! An order is kept as REST shows it; every document is made of a copy that is stored whole or not at all.

mod amount;
mod bulk;
mod creditmemo;
mod customer;
mod document;
mod http;
mod inventory;
mod invoice;
mod money;
mod order;
mod part;
mod refusal;
mod rounding;
mod rows;
pub(crate) mod scenario;
mod settings;
mod shipment;
mod shop;
mod stores;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};

pub use settings::{IdForm, MagentoSettings, PastTheEnd, Switches};
use shop::Shop;

/// The double.
#[derive(Debug)]
pub(crate) struct Magento {
    settings: MagentoSettings,
    /// Where clients find it, with the path: signatures are over it.
    public_base_url: String,
    switches: Mutex<Switches>,
    /// A std mutex: nothing awaits under it, and Magento locks the order's row around each of these writes.
    shop: Mutex<Shop>,
}

impl Magento {
    /// A shop without an order.
    pub(crate) fn new(settings: MagentoSettings, public_base_url: String) -> Self {
        let switches = Mutex::new(settings.switches.clone());
        Self { settings, public_base_url, switches, shop: Mutex::default() }
    }

    /// Puts an order in the shape that REST shows; gives its `entity_id`, a new one where it has none.
    pub(crate) fn put_order(&self, order: Value) -> u64 {
        self.lock().put_order(order)
    }

    /// Puts an order as it was found in a shop, with the invoice that its totals speak of.
    pub(crate) fn put_found_order(&self, order: Value) -> u64 {
        let mut shop = self.lock();
        let id = shop.put_order(order);
        shop.invoice_what_is_paid(id);
        id
    }

    /// Stripe's own module invoices an order, as it does a few seconds after the charge.
    pub(crate) fn stripe_module_invoices(&self, order: u64, transaction: &str) -> Result<u64, String> {
        let path = format!("/rest/V1/order/{order}/invoice");
        let made =
            self.carry_out(&Method::POST, &path, &[], &json!({})).map_err(|refusal| refusal.message)?;
        let id = made.as_u64().or_else(|| made.as_str()?.parse().ok()).unwrap_or_default();
        let entity = json!({ "entity_id": id, "order_id": order, "transaction_id": transaction });
        self.carry_out(&Method::POST, "/rest/V1/invoices", &[], &json!({ "entity": entity }))
            .map_err(|refusal| refusal.message)?;
        Ok(id)
    }

    /// An order as the module aligent/magento-async-events sends it.
    pub(crate) fn notice(&self, order: u64) -> Result<String, String> {
        let path = format!("/rest/V1/orders/{order}");
        let data =
            self.carry_out(&Method::GET, &path, &[], &Value::Null).map_err(|refusal| refusal.message)?;
        Ok(json!({ "data": data }).to_string())
    }

    /// How it is set at the moment.
    pub(crate) fn switches(&self) -> Switches {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets it otherwise, until a reset.
    pub(crate) fn set_switches(&self, switches: Switches) {
        *self.switches.lock().unwrap_or_else(PoisonError::into_inner) = switches;
    }

    /// What is there.
    pub(crate) fn snapshot(&self) -> Value {
        self.lock().snapshot()
    }

    fn lock(&self) -> MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
