//! Writes.

use serde_json::{Value, json};

use super::books::Books;
use super::error::Refusal;
use super::form::Form;
use super::{capture, confirm, dispute, expand, metadata, refund};
use crate::reply::Incoming;
use crate::shelf::View;

/// Answers a POST.
pub(crate) fn route(books: &mut Books, incoming: &Incoming, path: &[&str]) -> Result<Value, Refusal> {
    match path {
        ["v1", "payment_intents", id] => update(books, incoming, "payment_intent", id),
        ["v1", "charges", id] => update(books, incoming, "charge", id),
        ["v1", "payment_intents", id, "capture"] => capture::rest(books, incoming, id),
        ["v1", "payment_intents", id, "confirm"] => confirm::confirm(books, incoming, id),
        ["v1", "payment_intents", id, "cancel"] => confirm::cancel(books, incoming, id),
        ["v1", "refunds"] => refund::create(books, incoming),
        ["v1", "refunds", id] => refund::update(books, incoming, id),
        ["v1", "refunds", id, "cancel"] => refund::cancel(books, incoming, id),
        ["v1", "disputes", id] => dispute::rest_update(books, incoming, id),
        ["v1", "disputes", id, "close"] => dispute::rest_close(books, incoming, id),
        _ => Err(Refusal::unknown_url(incoming)),
    }
}

/// Changes metadata and texts. What was copied to the charge when it was made stays as it is there.
fn update(books: &mut Books, incoming: &Incoming, kind: &str, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["metadata", "description", "receipt_email"])?;
    let mut object = existing(books, kind, id)?;
    let before = object.clone();
    object["metadata"] = metadata::merge(&object["metadata"], form.get("metadata"))?;
    for name in ["description", "receipt_email"] {
        if let Some(text) = form.text(name) {
            object[name] = if text.is_empty() { Value::Null } else { json!(text) };
        }
    }
    books.put(&object);
    if kind == "charge" && before != object {
        books.event("charge.updated", id, Some(json!({"metadata": before["metadata"]})));
    }
    expand::expand(books, books.served(&object), &form.list("expand"), View::NOW)
}

/// An object of a kind, with our own members.
pub(crate) fn existing(books: &Books, kind: &str, id: &str) -> Result<Value, Refusal> {
    let param = if kind == "payment_intent" { "intent" } else { "id" };
    let found = books.raw(id).filter(|object| object["object"] == kind).cloned();
    found.ok_or_else(|| Refusal::missing(kind, param, id))
}
