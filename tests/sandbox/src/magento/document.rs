//! What the documents made of an order have in common: which rows are asked for, the head, the comments.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::amount::parsed;
use super::order;
use super::refusal::Refusal;
use super::shop::{Ids, Kind, Shop, next, now};

/// Quantities by row; empty where a request names no rows, which means all that is open.
pub(super) type Asked = BTreeMap<u64, Decimal>;

/// The quantities that a request names.
pub(super) fn asked(body: &Value) -> Result<Asked, Refusal> {
    let items = match &body["items"] {
        Value::Null => return Ok(Asked::new()),
        Value::Array(items) => items,
        other => return Err(Refusal::wrong_type(other, "array")),
    };
    let mut asked = Asked::new();
    for item in items {
        let row = &item["order_item_id"];
        let id = row.as_u64().or_else(|| row.as_str()?.parse().ok());
        let id = id.ok_or_else(|| Refusal::wrong_field("order_item_id", row, "int"))?;
        let qty = &item["qty"];
        let wrong = || Refusal::wrong_field("qty", qty, "float");
        // A quantity left out is as good as none.
        let qty = if qty.is_null() { Decimal::ZERO } else { parsed(qty).ok_or_else(wrong)? };
        asked.insert(id, qty);
    }
    Ok(asked)
}

/// Columns that a document takes over from its order.
const FROM_ORDER: [&str; 10] = [
    "base_currency_code",
    "base_to_global_rate",
    "base_to_order_rate",
    "billing_address_id",
    "global_currency_code",
    "order_currency_code",
    "store_currency_code",
    "store_id",
    "store_to_base_rate",
    "store_to_order_rate",
];

/// A document's head.
pub(super) fn head(kind: Kind, id: u64, of: &Value) -> Map<String, Value> {
    let now = now();
    let mut head = Map::new();
    head.insert("entity_id".to_owned(), json!(id));
    head.insert("increment_id".to_owned(), json!(format!("{id:09}")));
    head.insert("order_id".to_owned(), of["entity_id"].clone());
    head.insert("created_at".to_owned(), json!(now));
    head.insert("updated_at".to_owned(), json!(now));
    let shared = |name: &&str| kind != Kind::Shipment || matches!(*name, "billing_address_id" | "store_id");
    for name in FROM_ORDER.iter().filter(|name| shared(name)) {
        copy(of, &mut head, name);
    }
    if let Some(address) = order::shipping_address(of) {
        head.insert("shipping_address_id".to_owned(), address["entity_id"].clone());
    }
    head
}

/// Takes over a column that is there.
pub(super) fn copy(from: &Value, to: &mut Map<String, Value>, name: &str) {
    if let Some(value) = from.get(name).filter(|value| !value.is_null()) {
        to.insert(name.to_owned(), value.clone());
    }
}

/// The comments that a request brings. The customer is told of them only where mail and comment are both asked for.
pub(super) fn comments(body: &Value, document: u64, ids: &mut Ids) -> Value {
    let Some(text) = body["comment"]["comment"].as_str() else { return json!([]) };
    let told = body["notify"] == true && body["appendComment"] == true;
    json!([{
        "comment": text,
        "created_at": now(),
        "entity_id": next(&mut ids.comment),
        "is_customer_notified": i32::from(told),
        "is_visible_on_front": body["comment"]["is_visible_on_front"].as_i64().unwrap_or(0),
        "parent_id": document,
    }])
}

/// A document's rows, each with an id of its own.
pub(super) fn rows_of(
    kind: Kind,
    document: u64,
    ids: &mut Ids,
    rows: impl Iterator<Item = Map<String, Value>>,
) -> Value {
    rows.map(|mut row| {
        row.insert("entity_id".to_owned(), json!(ids.document_row(kind)));
        row.insert("parent_id".to_owned(), json!(document));
        Value::Object(row)
    })
    .collect()
}

/// A document's comments, as a page.
pub(super) fn comments_of(shop: &Shop, kind: Kind, id: u64) -> Result<Value, Refusal> {
    let document = shop.documents(kind).get(&id).ok_or_else(Refusal::no_entity)?;
    let comments = document["comments"].clone();
    let count = comments.as_array().map_or(0, Vec::len);
    Ok(json!({ "items": comments, "search_criteria": { "filter_groups": [] }, "total_count": count }))
}

/// Writes a comment on a document.
pub(super) fn add_comment(shop: &mut Shop, kind: Kind, body: &Value) -> Result<Value, Refusal> {
    let sent = Some(&body["entity"]).filter(|entity| entity.is_object());
    let sent = sent.ok_or_else(|| Refusal::required("entity"))?;
    let parent = sent["parent_id"].as_u64().unwrap_or_default();
    if !shop.documents(kind).contains_key(&parent) {
        return Err(Refusal::no_entity());
    }
    let comment = json!({
        "comment": sent["comment"],
        "created_at": now(),
        "entity_id": next(&mut shop.ids.comment),
        "is_customer_notified": sent["is_customer_notified"].as_i64().unwrap_or(0),
        "is_visible_on_front": sent["is_visible_on_front"].as_i64().unwrap_or(0),
        "parent_id": parent,
    });
    let document = shop.documents_mut(kind).get_mut(&parent);
    if let Some(comments) = document.and_then(|document| document["comments"].as_array_mut()) {
        comments.push(comment.clone());
    }
    Ok(comment)
}
