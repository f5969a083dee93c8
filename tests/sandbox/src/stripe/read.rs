//! Reads.

use std::collections::HashSet;

use serde_json::Value;

use super::books::Books;
use super::error::Refusal;
use super::form::Form;
use super::write::existing;
use super::{expand, ledger, list, object, payout, search};
use crate::reply::Incoming;

/// Most event types in one question.
const TYPES_MAX: usize = 20;

/// Answers a GET.
pub(crate) fn route(books: &mut Books, incoming: &Incoming, path: &[&str]) -> Result<Value, Refusal> {
    match path {
        ["v1", "charges"] => rows(books, incoming, "charge", &["payment_intent", "customer"]),
        ["v1", "payment_intents"] => rows(books, incoming, "payment_intent", &["customer"]),
        ["v1", "refunds"] => rows(books, incoming, "refund", &["charge", "payment_intent"]),
        ["v1", "disputes"] => rows(books, incoming, "dispute", &["charge", "payment_intent"]),
        ["v1", "payouts"] => rows(books, incoming, "payout", &["status", "destination"]),
        ["v1", "customers"] => rows(books, incoming, "customer", &["email"]),
        ["v1", "payment_methods"] => rows(books, incoming, "payment_method", &["customer", "type"]),
        ["v1", "customers", id, "payment_methods"] => methods_of(books, incoming, id),
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
            let [mut available, mut pending] = ledger::balance(books);
            // The account's own currency is there even without a payment, and both sides name the same ones.
            let currencies = available.keys().chain(pending.keys()).cloned();
            let currencies: Vec<String> =
                currencies.chain([books.settings.settlement_currency.clone()]).collect();
            for currency in currencies {
                available.entry(currency.clone()).or_insert(0);
                pending.entry(currency).or_insert(0);
            }
            Ok(object::balance(&available, &pending))
        }
        [
            "v1",
            "charges"
            | "payment_intents"
            | "payment_methods"
            | "refunds"
            | "disputes"
            | "payouts"
            | "topups"
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
    let of_payout: Option<HashSet<String>> = match form.text("payout") {
        Some(id) => Some(payout::lines(books, id)?.into_iter().collect()),
        None => None,
    };
    let mut rows = books.raw_newest_first(kind, incoming.view);
    if let Some(lines) = of_payout {
        rows.retain(|row| row["id"].as_str().is_some_and(|id| lines.contains(id)));
    }
    for filter in filters.iter().filter(|filter| **filter != "payout") {
        if let Some(wanted) = form.text(filter) {
            rows.retain(|row| row[*filter] == wanted);
        }
    }
    let page = list::page(books, &rows, &form, &incoming.path)?;
    expand::expand(books, page, &form.list("expand"), incoming.view)
}

/// `GET /v1/customers/{id}/payment_methods`.
fn methods_of(books: &mut Books, incoming: &Incoming, customer: &str) -> Result<Value, Refusal> {
    let known: Vec<&str> = ["type", "allow_redisplay"].iter().chain(&list::PARAMETERS).copied().collect();
    let form = Form::read(incoming, &known)?;
    let is_known = existing(books, "customer", customer).is_ok();
    let mut rows = books.raw_newest_first("payment_method", incoming.view);
    rows.retain(|row| row["customer"] == customer);
    // A customer that was never put, and yet has saved a card, is one all the same.
    if !is_known && rows.is_empty() {
        return Err(Refusal::missing("customer", "customer", customer));
    }
    if let Some(wanted) = form.text("type") {
        rows.retain(|row| row["type"] == wanted);
    }
    let page = list::page(books, &rows, &form, &incoming.path)?;
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
    let mut rows = books.raw_newest_first("event", incoming.view);
    if !types.is_empty() {
        rows.retain(|row| {
            types.iter().any(|wanted| matches(wanted, row["type"].as_str().unwrap_or_default()))
        });
    }
    if let Some(success) = form.text("delivery_success") {
        rows.retain(|row| (row["pending_webhooks"] == 0) == (success == "true"));
    }
    list::page(books, &rows, &form, &incoming.path)
}

fn matches(wanted: &str, kind: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == kind, |prefix| kind.starts_with(prefix))
}

fn singular(plural: &str) -> &str {
    plural.strip_suffix('s').unwrap_or(plural)
}
