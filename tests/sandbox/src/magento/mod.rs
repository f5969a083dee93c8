//! The shop's double: the shape that the rest of the sandbox builds on.

pub mod scenario;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Settings of the shop.
#[derive(Clone, Debug, Default)]
pub struct MagentoSettings {
    /// Where clients find it.
    pub public_base_url: String,
}

/// The shop.
#[derive(Debug)]
pub struct Magento(Mutex<Vec<Value>>);

impl Magento {
    /// A shop without an order.
    #[must_use]
    pub fn new(_settings: MagentoSettings) -> Self {
        Self(Mutex::default())
    }
    /// Puts an order.
    #[must_use]
    pub fn put_order(&self, order: Value) -> u64 {
        let id = order["entity_id"].as_u64().unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        id
    }
    /// What is there.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        json!({"orders": *self.0.lock().unwrap_or_else(PoisonError::into_inner)})
    }
}

/// Its routes.
pub fn router(_shop: Arc<Magento>) -> Router {
    Router::new()
        .fallback(|| async { (StatusCode::NOT_FOUND, "{\"message\":\"Request does not match any route.\"}") })
}
