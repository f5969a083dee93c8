//! The routes under `/rest`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::oauth::Asked;
use super::refusal::Refusal;
use super::shop::Shop;
use super::{Magento, fields, invoice, search, ship, status};

/// Columns of orders that can be searched; others are an SQL error.
const ORDER_COLUMNS: &[&str] = &[
    "entity_id",
    "increment_id",
    "state",
    "status",
    "store_id",
    "created_at",
    "updated_at",
    "customer_email",
    "ext_order_id",
    "quote_id",
];
const INVOICE_COLUMNS: &[&str] =
    &["entity_id", "order_id", "transaction_id", "created_at", "updated_at", "state"];
const SHIPMENT_COLUMNS: &[&str] = &["entity_id", "order_id", "created_at", "updated_at"];
const TRANSACTION_COLUMNS: &[&str] = &["transaction_id", "order_id", "txn_id", "txn_type", "payment_id"];

pub(super) fn router(magento: Arc<Magento>) -> Router {
    Router::new().fallback(answer).with_state(magento)
}

async fn answer(
    State(magento): State<Arc<Magento>>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query(uri.query().unwrap_or_default());
    let fields = query.iter().find(|(name, _)| name == "fields").map(|(_, fields)| fields.clone());
    let authorization =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match route(&magento, &method, uri.path(), &query, authorization, &body) {
        Ok(value) => {
            let shown = fields.filter(|_| value.is_object()).map(|fields| fields::filter(&value, &fields));
            reply(200, &shown.unwrap_or(value))
        }
        Err(refusal) => reply(refusal.status, &refusal.body()),
    }
}

fn reply(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn route(
    magento: &Magento,
    method: &Method,
    path: &str,
    query: &[(String, String)],
    authorization: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    let no_route = || Refusal::new(404, "Request does not match any route.");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let at = parts.iter().position(|part| *part == "V1").ok_or_else(no_route)?;
    if !parts[..at].contains(&"rest") {
        return Err(no_route());
    }
    let parts = &parts[at + 1..];
    let resource = resource(method, parts).ok_or_else(no_route)?;
    magento.admit(&Asked { method: method.as_str(), path, query, authorization, resource })?;
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(body).map_err(|_| Refusal::new(400, "Decoding error."))?
    };
    let mut shop = magento.lock();
    if method == Method::GET { read(&shop, parts, query) } else { write(magento, &mut shop, parts, &body) }
        .unwrap_or_else(|| Err(no_route()))
}

/// The right that a route needs (`Sales/etc/webapi.xml`), where there is such a route.
fn resource(method: &Method, parts: &[&str]) -> Option<&'static str> {
    Some(match (method.as_str(), parts) {
        ("GET", ["orders", ..]) => "Magento_Sales::actions_view",
        ("GET" | "POST", ["invoices", ..]) => "Magento_Sales::sales_invoice",
        ("GET", ["shipments"]) => "Magento_Sales::shipment",
        ("GET", ["transactions", ..]) => "Magento_Sales::transactions_fetch",
        ("GET", ["store", ..]) => "Magento_Backend::store",
        ("POST", ["orders", _, "comments"]) => "Magento_Sales::comment",
        ("POST", ["orders", _, "cancel"]) => "Magento_Sales::cancel",
        ("POST", ["orders", _, "hold"]) => "Magento_Sales::hold",
        ("POST", ["orders", _, "unhold"]) => "Magento_Sales::unhold",
        ("POST", ["orders"]) => "Magento_Sales::create",
        ("POST", ["order", _, "invoice"]) => "Magento_Sales::invoice",
        ("POST", ["order", _, "ship"]) => "Magento_Sales::ship",
        _ => return None,
    })
}

fn read(shop: &Shop, parts: &[&str], query: &[(String, String)]) -> Option<Result<Value, Refusal>> {
    Some(match parts {
        ["orders"] => search::search(shop.orders.values(), query, ORDER_COLUMNS),
        ["orders", id] => number(id).and_then(|id| shop.order(id).cloned()),
        ["orders", id, "statuses"] => number(id).and_then(|id| Ok(shop.order(id)?["status"].clone())),
        ["orders", id, "comments"] => number(id).and_then(|id| {
            let entries = shop.order(id)?["status_histories"].clone();
            Ok(json!({ "items": entries, "total_count": entries.as_array().map_or(0, Vec::len) }))
        }),
        ["invoices"] => search::search(shop.invoices.values(), query, INVOICE_COLUMNS),
        ["invoices", id] => {
            number(id).and_then(|id| shop.invoices.get(&id).cloned().ok_or_else(Refusal::no_entity))
        }
        ["shipments"] => search::search(shop.shipments.values(), query, SHIPMENT_COLUMNS),
        // Invoices that capture nothing make no transactions.
        ["transactions"] => search::search(std::iter::empty(), query, TRANSACTION_COLUMNS),
        ["store", "storeViews"] => Ok(json!([
            { "id": 1, "code": "default", "name": "Default Store View", "website_id": 1, "store_group_id": 1, "is_active": 1 },
            { "id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1 }
        ])),
        _ => return None,
    })
}

fn write(magento: &Magento, shop: &mut Shop, parts: &[&str], body: &Value) -> Option<Result<Value, Refusal>> {
    let text = |id: u64| json!(id.to_string());
    Some(match parts {
        ["order", id, "invoice"] => number(id).and_then(|id| invoice::create(shop, id, body)).map(text),
        ["order", id, "ship"] => number(id).and_then(|id| ship::create(shop, id, body)).map(text),
        ["invoices"] => invoice::raw_save(shop, body),
        ["orders"] => raw_order(shop, body),
        ["orders", id, "comments"] => {
            number(id).and_then(|id| status::comment(shop, id, body, magento.settings.strict_comment_status))
        }
        ["orders", id, "cancel"] => number(id).and_then(|id| status::cancel(shop, id)),
        ["orders", id, "hold"] => number(id).and_then(|id| status::hold(shop, id)),
        ["orders", id, "unhold"] => number(id).and_then(|id| status::unhold(shop, id)),
        _ => return None,
    })
}

/// The raw save of an order that exists: only the columns that are sent are written, and the state is derived from them.
fn raw_order(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let entity = &body["entity"];
    let order = shop.order_mut(entity["entity_id"].as_u64().unwrap_or_default())?;
    for (name, value) in entity.as_object().into_iter().flatten() {
        order[name] = value.clone();
    }
    order["updated_at"] = json!(super::shop::now());
    Ok(entity.clone())
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| {
        let wrong =
            "The \"%value\" value's type is invalid. The \"%type\" type was expected. Verify and try again.";
        Refusal::new(400, wrong).with(json!({ "value": text, "type": "int" }))
    })
}

/// A piece without exactly one `=` is not seen by the signature, nor by anybody else.
fn query(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pieces = text.split('&').filter(|piece| piece.matches('=').count() == 1);
    pieces
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
