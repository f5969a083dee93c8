//! `/v1/refunds`.

use serde_json::{Value, json};

use super::super::books::Books;
use super::super::error::Refusal;
use super::super::form::Form;
use super::super::write::existing;
use super::super::{expand, metadata};
use super::turn::{Turn, turn};
use super::{Refund, Status, make};
use crate::reply::Incoming;
use crate::shelf::View;

/// `POST /v1/refunds`.
pub(crate) fn create(books: &mut Books, incoming: &Incoming) -> Result<Value, Refusal> {
    let form =
        Form::read(incoming, &["charge", "payment_intent", "amount", "reason", "metadata", "currency"])?;
    let of = |name: &str| form.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let metadata = metadata::merge(&json!({}), form.get("metadata"))?;
    let wanted = Refund {
        charge: of("charge"),
        payment_intent: of("payment_intent"),
        amount: form.integer("amount")?,
        reason: of("reason"),
        metadata: metadata.as_object().cloned().unwrap_or_default(),
        ..Refund::default()
    };
    let refund = make(books, &wanted)?;
    expand::expand(books, books.served(&refund), &form.list("expand"), View::NOW)
}

/// `POST /v1/refunds/{id}`: metadata alone can be changed.
pub(crate) fn update(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["metadata"])?;
    let before = existing(books, "refund", id)?;
    let mut refund = before.clone();
    refund["metadata"] = metadata::merge(&refund["metadata"], form.get("metadata"))?;
    if refund != before {
        books.change(&before, &refund, &["charge.refund.updated", "refund.updated"]);
    }
    expand::expand(books, books.served(&refund), &form.list("expand"), View::NOW)
}

/// `POST /v1/refunds/{id}/cancel`: only while the customer has to do something.
pub(crate) fn cancel(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &[])?;
    let refund = existing(books, "refund", id)?;
    if refund["status"] != "requires_action" {
        let message = "Only a refund with a status of requires_action can be canceled.";
        return Err(Refusal::invalid("", None, message));
    }
    turn(books, &Turn::to(id, Status::Canceled))?;
    let refund = existing(books, "refund", id)?;
    expand::expand(books, books.served(&refund), &form.list("expand"), View::NOW)
}
