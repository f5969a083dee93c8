//! `POST /V1/invoices/`: the raw save of an invoice. Only what is sent is written, and the order learns nothing.

use serde_json::{Value, json};

use crate::magento::refusal::Refusal;
use crate::magento::shop::{Shop, now};

/// What is no column of an invoice.
const PARTS: [&str; 3] = ["items", "comments", "extension_attributes"];
/// What of the stored invoice is read when it is asked for.
const LOADED: [&str; 3] = ["created_at", "items", "comments"];

/// Saves an invoice that exists.
pub(in crate::magento) fn save(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let sent = body["entity"].as_object().ok_or_else(|| Refusal::required("entity"))?;
    let id = sent.get("entity_id").and_then(Value::as_u64).unwrap_or_default();
    let invoice = shop.invoices.get_mut(&id).ok_or_else(Refusal::no_entity)?;
    // A quantity is always counted, and there is nothing to count in an invoice that is half empty.
    let mut answer = json!({ "total_qty": null });
    for (name, value) in sent.iter().filter(|(name, _)| !PARTS.contains(&name.as_str())) {
        invoice[name] = value.clone();
        answer[name] = value.clone();
    }
    invoice["updated_at"] = json!(now());
    answer["updated_at"] = invoice["updated_at"].clone();
    for name in LOADED {
        answer[name] = invoice[name].clone();
    }
    Ok(answer)
}
