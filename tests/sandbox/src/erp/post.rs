//! `POST /orders/{id}/confirm`, `/cancel` and `/journals/{id}/reverse`: repeatable.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::document::{Document, Kind, hash};
use super::state::State;
use super::{Outcome, journal, order, put, wire};
use crate::ErpSettings;
use crate::problem::Problem;
use crate::reply::Incoming;

/// Answers a POST; the same again under one idempotency key gives the same answer.
pub(crate) fn post(
    state: &mut State,
    settings: &ErpSettings,
    kind: Kind,
    id: &str,
    verb: &str,
    incoming: &Incoming,
) -> Outcome {
    let content = if incoming.body.is_empty() { json!({}) } else { put::body(incoming)? };
    let fingerprint = format!("{} {}", incoming.path, hash(&content));
    let key = incoming.header("idempotency-key").map(str::to_owned);
    if let Some((known, status, body)) = key.as_ref().and_then(|key| state.answered.get(key)) {
        if *known != fingerprint {
            return Err(Problem::new(409, "idempotency_key_reused", "the key was used for something else"));
        }
        return Ok((*status, body.clone()));
    }
    let (status, body) = match (kind, verb) {
        (Kind::Order, "confirm") => confirm(state, id),
        (Kind::Order, "cancel") => cancel(state, id),
        (Kind::Journal, "reverse") => reverse(state, settings, id, &content),
        _ => Err(Problem::new(404, "no_such_route", format!("{} {}", incoming.method, incoming.path))),
    }?;
    if let Some(key) = key {
        state.answered.insert(key, (fingerprint, status, body.clone()));
    }
    Ok((status, body))
}

fn confirm(state: &mut State, id: &str) -> Outcome {
    let order = state.by_id(Kind::Order, id)?.clone();
    match order.state {
        "confirmed" => Ok((200, order.json())),
        "draft" => {
            reserve(state, &order, Decimal::ONE);
            Ok((200, state.update(Document { state: "confirmed", ..order }).json()))
        }
        other => Err(Problem::new(409, "wrong_state", format!("order {id} is {other}"))),
    }
}

fn cancel(state: &mut State, id: &str) -> Outcome {
    let order = state.by_id(Kind::Order, id)?.clone();
    let booked = state.linked(Kind::Invoice, &order.key).next().is_some()
        || state.linked(Kind::Shipment, &order.key).next().is_some();
    // A second document under the same key is cancelled freely: what is booked hangs on the first.
    let first = state.find(Kind::Order, &order.key).is_some_and(|found| found.id == order.id);
    match order.state {
        "cancelled" => Ok((200, order.json())),
        _ if booked && first => {
            Err(Problem::new(409, "wrong_state", format!("order {id} is invoiced or shipped")))
        }
        state_now => {
            if state_now == "confirmed" {
                reserve(state, &order, -Decimal::ONE);
            }
            Ok((200, state.update(Document { state: "cancelled", ..order }).json()))
        }
    }
}

fn reserve(state: &mut State, order: &Document, sign: Decimal) {
    for line in order::worth(&order.content).map(|worth| worth.lines).unwrap_or_default() {
        if let Some(level) = state.stock.get_mut(&line.sku) {
            level.change(Decimal::ZERO, sign * line.qty);
        }
    }
}

fn reverse(state: &mut State, settings: &ErpSettings, id: &str, content: &Value) -> Outcome {
    let original = state.by_id(Kind::Journal, id)?.clone();
    let key = wire::text(content, "key", "")?;
    if let Some(reversal) = state.find(Kind::Journal, key) {
        if reversal.computed.get("reverses") == Some(&json!(id)) {
            return Ok((200, reversal.json()));
        }
        let problem = Problem::new(409, "content_differs", format!("`{key}` holds another journal"));
        return Err(problem.with("existing_hash", reversal.hash.clone()));
    }
    if original.state == "reversed" {
        return Err(Problem::new(409, "wrong_state", format!("journal {id} is reversed")));
    }
    let turned = journal::turned(&original.content, wire::text(content, "date", "")?);
    let mut computed = journal::check(state, settings, &turned)?;
    computed.insert("reverses".to_owned(), json!(id));
    let hash = hash(&turned);
    let reversal = state.insert(Kind::Journal, key, turned, hash, computed);
    journal::book(state, settings, &reversal)?;
    state.update(Document { state: "reversed", ..original });
    Ok((201, reversal.json()))
}
