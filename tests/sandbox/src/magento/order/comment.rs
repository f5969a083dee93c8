//! The history, and comments in it.
//!
//! Source: `Sales/Model/Service/OrderService.php`, `Sales/Model/Order::addStatusHistory` of magento/magento2.

use serde_json::{Map, Value, json};

use crate::magento::refusal::Refusal;
use crate::magento::settings::Switches;
use crate::magento::shop::{Ids, Shop, next, now};

use super::state::{belongs, state};

/// What a comment may be made of; any other field is an error that is masked.
const FIELDS: [&str; 9] = [
    "comment",
    "created_at",
    "entity_id",
    "entity_name",
    "extension_attributes",
    "is_customer_notified",
    "is_visible_on_front",
    "parent_id",
    "status",
];

/// An entry at the top of the history.
pub(in crate::magento) fn record(order: &mut Value, ids: &mut Ids, mut entry: Map<String, Value>) {
    entry.insert("created_at".to_owned(), json!(now()));
    entry.insert("entity_id".to_owned(), json!(next(&mut ids.history)));
    entry.insert("parent_id".to_owned(), order["entity_id"].clone());
    if let Some(entries) = order["status_histories"].as_array_mut() {
        entries.insert(0, Value::Object(entry));
    }
}

/// `POST /V1/orders/:id/comments`: the order's status becomes what is sent, null where nothing is.
pub(in crate::magento) fn comment(
    shop: &mut Shop,
    switches: &Switches,
    id: u64,
    body: &Value,
) -> Result<Value, Refusal> {
    let sent = body["statusHistory"].as_object().ok_or_else(|| Refusal::required("statusHistory"))?;
    if sent.keys().any(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Refusal::masked());
    }
    let mut order = shop.order(id)?.clone();
    let status = sent.get("status").cloned().unwrap_or_default();
    if switches.strict_comment_status && !status.is_null() {
        let name = status.as_str().unwrap_or_default();
        if !belongs(state(&order), name) && !switches.is_assigned(name, state(&order)) {
            let text = "Unable to add comment: The status \"%1\" is not part of the order status history.";
            return Err(Refusal::new(400, text).with(json!([name])));
        }
    }
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let mut entry = Map::new();
    entry.insert("comment".to_owned(), text("comment"));
    entry.insert("is_customer_notified".to_owned(), text("is_customer_notified"));
    entry.insert("is_visible_on_front".to_owned(), json!(text("is_visible_on_front").as_i64().unwrap_or(0)));
    entry.insert("status".to_owned(), status.clone());
    entry.retain(|_, value| !value.is_null());
    record(&mut order, &mut shop.ids, entry);
    // With the check came the rule that an order without a status keeps its own.
    if !(switches.strict_comment_status && status.is_null()) {
        order["status"] = status;
    }
    shop.save(order);
    // The mail comes last: what was written stays written.
    if text("is_customer_notified") == 1 && !switches.mail_works {
        return Err(Refusal::new(400, "Unable to send mail. Please try again later."));
    }
    Ok(json!(true))
}

/// `GET /V1/orders/:id/comments`.
pub(in crate::magento) fn comments(shop: &Shop, id: u64) -> Result<Value, Refusal> {
    let entries = shop.order(id)?["status_histories"].clone();
    let count = entries.as_array().map_or(0, Vec::len);
    Ok(json!({ "items": entries, "search_criteria": { "filter_groups": [] }, "total_count": count }))
}
