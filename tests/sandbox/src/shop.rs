//! The one place that touches the Magento double: it begins anew on a reset.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::magento::{self, Magento, MagentoSettings};
use crate::reply::{Incoming, Reply};
use crate::{MAGENTO_PATH, Settings};

/// Largest answer that is passed on, bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The shop and its routes.
pub(crate) struct Shop {
    shop: Arc<Magento>,
    router: Mutex<Router>,
}

impl Shop {
    /// A shop without an order.
    pub(crate) fn new(settings: &Settings) -> Self {
        let public_base_url = format!("{}{MAGENTO_PATH}", settings.public_url);
        let shop = Arc::new(Magento::new(MagentoSettings { public_base_url, ..Default::default() }));
        let router = Mutex::new(magento::router(Arc::clone(&shop)));
        Self { shop, router }
    }

    /// Answers a request.
    pub(crate) async fn call(&self, incoming: Incoming) -> Reply {
        let uri = if incoming.query.is_empty() {
            incoming.path.clone()
        } else {
            format!("{}?{}", incoming.path, incoming.query)
        };
        let mut request = Request::new(Body::from(incoming.body));
        *request.method_mut() = incoming.method;
        *request.headers_mut() = incoming.headers;
        match uri.parse() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(_) => return Reply::text(400, "text/plain", "the address cannot be read".to_owned()),
        }
        let router = self.router.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        match to_bytes(body, ANSWER_BYTES_MAX).await {
            Ok(body) => Reply { status: parts.status, headers: parts.headers, body },
            Err(_) => Reply::text(500, "text/plain", "the double's answer broke off".to_owned()),
        }
    }

    /// Puts an order; gives its `entity_id`.
    pub(crate) fn put_order(&self, order: Value) -> u64 {
        self.shop.put_order(order)
    }

    /// What is there.
    pub(crate) fn snapshot(&self) -> Value {
        self.shop.snapshot()
    }
}

/// Plays a file of recorded histories against a shop of its own and says what differed.
pub(crate) fn play(file: &Path) -> anyhow::Result<magento::scenario::Report> {
    magento::scenario::run_file(file)
}
