//! `/v1/disputes`.

use serde_json::{Value, json};

use super::super::books::Books;
use super::super::error::Refusal;
use super::super::form::Form;
use super::super::write::existing;
use super::super::{expand, metadata};
use super::turn::{Close, Respond, Verdict, What, close as closed, respond};
use crate::reply::Incoming;
use crate::shelf::View;

/// `POST /v1/disputes/{id}`: evidence is kept, and handed in unless `submit=false`.
pub(crate) fn update(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["evidence", "metadata", "submit"])?;
    let before = existing(books, "dispute", id)?;
    let mut dispute = before.clone();
    dispute["metadata"] = metadata::merge(&dispute["metadata"], form.get("metadata"))?;
    if let Some(Value::Object(evidence)) = form.get("evidence") {
        for (name, given) in evidence {
            dispute["evidence"][name] = given.clone();
        }
        dispute["evidence_details"]["has_evidence"] = json!(true);
    }
    books.put(&dispute);
    if form.get("evidence").is_some() && form.text("submit") != Some("false") {
        respond(books, &Respond { dispute: id.to_owned(), what: What::Submits })?;
    } else if dispute != before {
        books.change(&before, &dispute, &["charge.dispute.updated"]);
    }
    answer(books, &form, id)
}

/// `POST /v1/disputes/{id}/close`: the merchant gives up.
pub(crate) fn close(books: &mut Books, incoming: &Incoming, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &[])?;
    closed(books, &Close { dispute: id.to_owned(), to: Verdict::Lost })?;
    answer(books, &form, id)
}

fn answer(books: &mut Books, form: &Form, id: &str) -> Result<Value, Refusal> {
    let dispute = existing(books, "dispute", id)?;
    expand::expand(books, books.served(&dispute), &form.list("expand"), View::NOW)
}
