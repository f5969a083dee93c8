//! Magento's double: orders, invoices, shipments, history and search, as 2.4.5 was measured. It has no refunds and no
//! customers yet: those routes answer as an unknown route does.

mod decimal;
mod document;
mod fields;
mod invoice;
mod oauth;
mod refusal;
mod routes;
mod rows;
pub mod scenario;
mod search;
mod ship;
mod shop;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::Value;

use shop::Shop;

/// Settings of the shop. The keys are those of `infra/local/secrets.json`.
#[derive(Clone, Debug)]
pub struct MagentoSettings {
    /// Where clients find it, with the path: signatures are over it.
    pub public_base_url: String,
    /// The integration's consumer key.
    pub consumer_key: String,
    /// The integration's consumer secret.
    pub consumer_secret: String,
    /// The integration's access token.
    pub access_token: String,
    /// The integration's access token secret.
    pub access_token_secret: String,
    /// `oauth/consumer/enable_integration_as_bearer`; off since 2.4.4.
    pub bearer_allowed: bool,
    /// Whether a status must belong to the order's state (2.4.6 and later).
    pub strict_comment_status: bool,
}

impl Default for MagentoSettings {
    fn default() -> Self {
        Self {
            public_base_url: String::new(),
            consumer_key: "tillbridgelocalconsumerkey000000".to_owned(),
            consumer_secret: "tillbridgelocalconsumersecret000".to_owned(),
            access_token: "tillbridgelocalaccesstoken000000".to_owned(),
            access_token_secret: "tillbridgelocaltokensecret000000".to_owned(),
            bearer_allowed: false,
            strict_comment_status: false,
        }
    }
}

/// The shop.
#[derive(Debug)]
pub struct Magento {
    settings: MagentoSettings,
    /// A std mutex: nothing awaits under it, and Magento locks the order's row around each of these writes.
    shop: Mutex<Shop>,
}

impl Magento {
    /// A shop without an order.
    #[must_use]
    pub fn new(settings: MagentoSettings) -> Self {
        Self { settings, shop: Mutex::default() }
    }

    /// Puts an order in the shape that REST shows; gives its `entity_id`, a new one where it has none.
    pub fn put_order(&self, order: Value) -> u64 {
        self.lock().put_order(order)
    }

    /// Stripe's own module invoices an order, as it does a few seconds after the charge.
    ///
    /// # Errors
    /// What Magento would say.
    pub fn stripe_module_invoices(&self, order: u64, transaction: &str) -> Result<u64, String> {
        let mut shop = self.lock();
        let id = invoice::create(&mut shop, order, &Value::Null).map_err(|refusal| refusal.message)?;
        invoice::set_transaction(&mut shop, id, transaction);
        Ok(id)
    }

    /// What is there.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.lock().snapshot()
    }

    fn lock(&self) -> MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Its routes.
pub fn router(magento: Arc<Magento>) -> Router {
    routes::router(magento)
}
