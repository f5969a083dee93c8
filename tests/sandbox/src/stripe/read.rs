//! Reads.

use std::collections::BTreeMap;

use serde_json::Value;

use super::books::Books;
use super::error::Refusal;
use super::form::Form;
use super::{expand, list, object, search};
use crate::reply::Incoming;

/// Most event types in one question.
const TYPES_MAX: usize = 20;

/// Answers a GET.
pub(crate) fn route(books: &mut Books, incoming: &Incoming, path: &[&str]) -> Result<Value, Refusal> {
    match path {
        ["v1", "charges"] => rows(books, incoming, "charge", &["payment_intent", "customer"]),
        ["v1", "payment_intents"] => rows(books, incoming, "payment_intent", &["customer"]),
        ["v1", "refunds"] => rows(books, incoming, "refund", &["charge", "payment_intent"]),
        ["v1", "payouts"] => rows(books, incoming, "payout", &["status", "destination"]),
        ["v1", "customers"] => rows(books, incoming, "customer", &["email"]),
        ["v1", "balance_transactions"] => {
            rows(books, incoming, "balance_transaction", &["payout", "source", "type", "currency"])
        }
        ["v1", "events"] => events(books, incoming),
        ["v1", "customers" | "payment_intents" | "charges", "search"] => {
            search::search(books, incoming, singular(path[1]))
        }
        ["v1", "account"] => {
            Form::read(incoming, &[])?;
            Ok(object::account(&books.settings.account, &books.settings.settlement_currency))
        }
        ["v1", "balance"] => {
            Form::read(incoming, &[])?;
            Ok(balance(books))
        }
        [
            "v1",
            "charges"
            | "payment_intents"
            | "refunds"
            | "payouts"
            | "customers"
            | "balance_transactions"
            | "events",
            id,
        ] => one(books, incoming, singular(path[1]), id),
        _ => Err(Refusal::unknown_url(incoming)),
    }
}

fn one(books: &mut Books, incoming: &Incoming, kind: &str, id: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["client_secret"])?;
    let param = if kind == "payment_intent" { "intent" } else { "id" };
    let found = books.read(id, incoming.view).filter(|found| found["object"] == kind);
    let found = found.ok_or_else(|| Refusal::missing(kind, param, id))?;
    expand::expand(books, found, &form.list("expand"), incoming.view)
}

fn rows(books: &mut Books, incoming: &Incoming, kind: &str, filters: &[&str]) -> Result<Value, Refusal> {
    let known: Vec<&str> = filters.iter().chain(&list::PARAMETERS).copied().collect();
    let form = Form::read(incoming, &known)?;
    let mut rows = books.newest_first_at(kind, incoming.view);
    for filter in filters {
        let Some(wanted) = form.text(filter) else { continue };
        if *filter == "payout" {
            let lines: Vec<Value> = books
                .raw_all(kind)
                .filter(|row| row["_payout"] == wanted || row["source"] == wanted)
                .map(|row| row["id"].clone())
                .collect();
            rows.retain(|row| lines.contains(&row["id"]));
        } else {
            rows.retain(|row| row[*filter] == wanted);
        }
    }
    let page = list::page(&rows, &form, &incoming.path)?;
    expand::expand(books, page, &form.list("expand"), incoming.view)
}

fn events(books: &mut Books, incoming: &Incoming) -> Result<Value, Refusal> {
    let known: Vec<&str> =
        ["type", "types", "delivery_success"].iter().chain(&list::PARAMETERS).copied().collect();
    let form = Form::read(incoming, &known)?;
    let mut types = form.list("types");
    types.extend(form.text("type").map(str::to_owned));
    if types.len() > TYPES_MAX {
        let message = format!("You can only filter by up to {TYPES_MAX} event types.");
        return Err(Refusal::invalid("", Some("types"), message));
    }
    let mut rows = books.newest_first_at("event", incoming.view);
    if !types.is_empty() {
        rows.retain(|row| {
            types.iter().any(|wanted| matches(wanted, row["type"].as_str().unwrap_or_default()))
        });
    }
    if let Some(success) = form.text("delivery_success") {
        rows.retain(|row| (row["pending_webhooks"] == 0) == (success == "true"));
    }
    list::page(&rows, &form, &incoming.path)
}

fn matches(wanted: &str, kind: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == kind, |prefix| kind.starts_with(prefix))
}

fn balance(books: &Books) -> Value {
    let (mut available, mut pending) = (BTreeMap::new(), BTreeMap::new());
    for row in books.raw_all("balance_transaction") {
        let sums = if row["status"] == "available" { &mut available } else { &mut pending };
        let currency = row["currency"].as_str().unwrap_or_default().to_owned();
        *sums.entry(currency).or_insert(0) += row["net"].as_i64().unwrap_or_default();
    }
    object::balance(&available, &pending)
}

fn singular(plural: &str) -> &str {
    plural.strip_suffix('s').unwrap_or(plural)
}
