//! Stripe's payouts, and the banks: what is available leaves, arrives, or comes back. And what must hold of them: an account mirrors the
//! balance to the cent, each movement is booked once, and every payout that Stripe has listed is proved.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use axum::body::Body;
use axum::http::Request;
use canonical::EventId;
use flow::execution::Status;
use flow::{FlowName, Item, Key, Store as _};
use sandbox::STRIPE_KEY;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::faults::FAULTS_END_MS;
use crate::invariants::{Books, decimal_cents};
use crate::received::SUSPENSE;
use crate::refunded::KEYS;
use crate::rows::{Rows, reason};
use crate::world::{PAIR, World};

/// Payouts of a history, besides the last.
const PAYOUTS_MAX: u64 = 3;
/// When the next is made, and what becomes of one, milliseconds.
const MADE_MS_MAX: u64 = 15 * 60 * 1000;
const TURNS_MS_MAX: u64 = 5 * 60 * 1000;
/// The ERP's accounts, as `environment.yaml` names them.
const CLEARING: &str = "1050";
const TRANSIT: &str = "1060";
const BANK: &str = "1100";

/// Makes payouts while the history lasts.
pub(crate) async fn schedule(world: Arc<World>) -> Result<()> {
    let _busy = world.busy();
    for _ in 0..world.chance.between(0, PAYOUTS_MAX) {
        sleep(world.chance.millis(0, MADE_MS_MAX)).await;
        if !world.switch.is_on() || world.clock.elapsed_ms() >= FAULTS_END_MS {
            return Ok(());
        }
        let made = if world.chance.permille(150) {
            json!({ "move": "payout", "instant": true })
        } else {
            json!({ "move": "payout", "shown_before": world.chance.between(0, 3) })
        };
        let Some(payout) = play(&world, &made) else { continue };
        let comes_back = world.chance.permille(250);
        let mut turns = vec![json!({ "move": "payout_reconciles", "id": payout })];
        if !comes_back || world.chance.permille(500) {
            turns.push(json!({ "move": "payout_turns", "payout": payout, "to": "paid" }));
        }
        if comes_back {
            turns.push(json!({ "move": "payout_turns", "payout": payout, "to": "failed" }));
        }
        // A list may be complete at any time: before the money arrives, or when it has come back.
        let listed_at = world.chance.between(0, u64::try_from(turns.len())? - 1);
        let listed = turns.remove(0);
        turns.insert(usize::try_from(listed_at)?, listed);
        for turn in turns {
            sleep(world.chance.millis(0, TURNS_MS_MAX)).await;
            play(&world, &turn);
        }
    }
    Ok(())
}

/// All that is available leaves once more, and arrives.
pub(crate) fn last(world: &World) {
    let Some(payout) = play(world, &json!({ "move": "payout" })) else { return };
    play(world, &json!({ "move": "payout_reconciles", "id": payout }));
    play(world, &json!({ "move": "payout_turns", "payout": payout, "to": "paid" }));
}

/// Plays it; what it is about. Where nothing is available nothing leaves, and one by hand has no list.
fn play(world: &World, wanted: &Value) -> Option<Value> {
    let played = world.sandbox.play_stripe(wanted);
    let said = played.as_ref().map(|played| played["id"].clone());
    world.journal.tell(format!("Stripe: {wanted}: {said:?}"));
    said.ok()
}

/// Whether an event is of a payout.
pub(crate) fn is_told_of(event: &Value) -> bool {
    event["type"].as_str().is_some_and(|event_type| event_type.starts_with("payout."))
}

/// What may never be: an account that says more or less of the balance than is booked of it.
pub(crate) async fn liveness(world: &World, rows: &Rows, books: &Books) -> Result<()> {
    for name in world.payouts().iter() {
        ended(world, name, rows);
    }
    let mut booked = 0;
    let mut unbooked: Vec<&Value> = Vec::new();
    for row in books.rows("/stripe/balance_transactions", |row| row["currency"] == "usd") {
        let id = row["id"].as_str().unwrap_or_default();
        let claimed = claims(world, id).await?;
        let minor = |name: &str| row[name].as_i64().unwrap_or_default();
        let gross = claimed.get("document").and_then(Value::as_str);
        if gross.is_none() && !claimed.contains_key("fee_document") {
            unbooked.push(row);
        }
        if claimed.contains_key("fee_document") {
            booked -= minor("fee");
        }
        match gross {
            Some(document) if is_in_erp(books, document) => booked += minor("amount"),
            // Said to be booked by an execution that a person must look at.
            Some(_) if is_with_a_person(world, rows, row, books) => {}
            Some(document) => {
                world.journal.broken(format!("{id} is booked by {document}, which the ERP has not"));
            }
            None => {}
        }
    }
    let waiting = in_suspense(world, books).await?;
    let said = balance(books, SUSPENSE);
    if said != -waiting {
        world.journal.broken(format!("suspense is {said}, and {waiting} waits for its orders"));
    }
    let said = balance(books, CLEARING);
    if said != booked {
        world.journal.broken(format!("clearing is {said}, and {booked} of the balance is booked"));
    }
    let payouts = books.rows("/stripe/payouts", |_| true);
    let sum = |statuses: &[&str]| -> i64 {
        let of = payouts.iter().filter(|payout| statuses.contains(&payout["status"].as_str().unwrap_or("")));
        of.filter_map(|payout| payout["amount"].as_i64()).sum()
    };
    for (account, name, expected) in
        [(TRANSIT, "transit", sum(&["pending", "in_transit"])), (BANK, "the bank", sum(&["paid"]))]
    {
        let said = balance(books, account);
        if said != expected {
            world.journal.broken(format!("{name} is {said}, and the payouts say {expected}"));
        }
    }
    for payout in payouts {
        proved(world, payout, &unbooked).await?;
    }
    Ok(())
}

/// An execution of a payout's event has ended, and nobody had to look.
fn ended(world: &World, name: &(FlowName, EventId), rows: &Rows) {
    match rows.get(name) {
        Some(row) if matches!(row.status, Status::Done | Status::Skipped) => {}
        Some(row) => {
            let message = row.parked.as_ref().map(|parked| parked.message.as_str()).unwrap_or_default();
            let (status, reason) = (row.status.as_str(), reason(row));
            world.journal.broken(format!("{} of a payout ended {status} {reason}: {message}", name.1));
        }
        None => world.journal.broken(format!("{} of a payout was taken, and has no execution", name.1)),
    }
}

/// A payout whose list is complete has its report, and nothing of it is left.
async fn proved(world: &World, payout: &Value, unbooked: &[&Value]) -> Result<()> {
    if payout["reconciliation_status"] != "completed" {
        return Ok(());
    }
    let id = payout["id"].as_str().unwrap_or_default();
    let row = world.table.get(&Key::new(format!("R#{PAIR}#{id}"), "-")).await;
    let row = row.map_err(|error| anyhow!("{error}"))?;
    let state = row.and_then(|row| row.attributes.get("state").cloned()).unwrap_or_default();
    if state["report"]["payout"]["id"] != id {
        world.journal.broken(format!("payout {id} is listed and not proved: {state}"));
    }
    if payout["automatic"] != true {
        return Ok(());
    }
    let request = Request::get(format!("/stripe/v1/balance_transactions?limit=100&payout={id}"))
        .header("authorization", format!("Bearer {STRIPE_KEY}"))
        .header("stripe-version", "2026-10-28.endive")
        .body(Body::empty())?;
    let (_, list) = world.ask(request).await?;
    let lines = list["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        world.journal.broken(format!("payout {id} has no movements: {list}"));
    }
    for line in lines.iter().filter(|line| unbooked.iter().any(|row| row["id"] == line["id"])) {
        world.journal.broken(format!("payout {id} is proved, and nobody has booked {}", line["id"]));
    }
    Ok(())
}

/// Whether a movement is said to be booked by a document.
pub(crate) fn books(world: &World, document: &str) -> bool {
    let items = world.table.items();
    let mut rows = items.iter().filter(|item| item.key.pk.starts_with("P#"));
    rows.any(|item| item.attributes.get("document").and_then(Value::as_str) == Some(document))
}

/// Whether the gross of a document's movement was put in suspense by the journal that books it: then the document takes it from there.
pub(crate) fn waits_in_suspense(world: &World, document: &str, books: &Books) -> bool {
    let rows = books.rows("/stripe/balance_transactions", |row| document_of(row) == document);
    rows.iter().filter_map(|row| row["id"].as_str()).any(|id| {
        let row = of_movement(world, id);
        row.is_some_and(|row| row.attributes.contains_key("suspense"))
    })
}

/// The key of the document that the ERP has of a movement by itself, where it is of an order.
fn document_of(movement: &Value) -> String {
    let kind = match movement["reporting_category"].as_str() {
        Some("charge") => "payment",
        kind => kind.unwrap_or_default(),
    };
    format!("{KEYS}:{kind}:{}", movement["source"].as_str().unwrap_or_default())
}

/// What waits in suspense for the documents of its orders, in US cents.
async fn in_suspense(world: &World, books: &Books) -> Result<i64> {
    let mut waiting = 0;
    for row in books.rows("/stripe/balance_transactions", |row| row["currency"] == "usd") {
        let claims = claims(world, row["id"].as_str().unwrap_or_default()).await?;
        let posted = claims.get("document").and_then(Value::as_str).is_some_and(|key| is_in_erp(books, key));
        if claims.contains_key("suspense") && posted && !is_in_erp(books, &document_of(row)) {
            waiting += row["amount"].as_i64().unwrap_or_default();
        }
    }
    Ok(waiting)
}

/// Whether the ERP has a document: a payment, or a journal.
fn is_in_erp(books: &Books, key: &str) -> bool {
    let is_there = |pointer: &str| !books.rows(pointer, |row| row["key"] == key).is_empty();
    is_there("/erp/payments") || is_there("/erp/journals")
}

/// Whether an execution of the order that a movement is of is parked.
fn is_with_a_person(world: &World, rows: &Rows, movement: &Value, books: &Books) -> bool {
    let source = &movement["source"];
    let refunds = books.rows("/stripe/refunds", |refund| refund["id"] == *source);
    let charge = refunds.first().map_or(source, |refund| &refund["charge"]);
    let orders = world.orders();
    let mut of_it = orders.iter().filter(|order| *charge == order.seeded.charge.as_str());
    let is_parked =
        |name: &(FlowName, EventId)| rows.get(name).is_some_and(|row| row.status == Status::Parked);
    of_it.any(|order| order.owed.iter().any(is_parked))
}

/// Whether a journal of the ERP is one of those that payouts and days post.
pub(crate) fn is_journal(key: &str) -> bool {
    let kind = key.strip_prefix(KEYS).and_then(|rest| rest.strip_prefix(':')?.split(':').next());
    kind.is_some_and(|kind| ["bt", "day", "payout", "dispute"].contains(&kind))
}

/// Whether the gross of a movement is booked in a day's journal.
pub(crate) fn is_in_a_day(world: &World, transaction: &str) -> bool {
    let row = of_movement(world, transaction);
    let document = row.as_ref().and_then(|row| row.attributes.get("document")).and_then(Value::as_str);
    document.is_some_and(|document| document.contains(":day:"))
}

/// What the table says of a movement.
fn of_movement(world: &World, transaction: &str) -> Option<Item> {
    let key = format!("P#{PAIR}#bt#{transaction}");
    world.table.items().into_iter().find(|item| item.key.pk == key)
}

/// Who books a movement, by part.
async fn claims(world: &World, transaction: &str) -> Result<BTreeMap<String, Value>> {
    let row = world.table.get(&Key::new(format!("P#{PAIR}#bt#{transaction}"), "-")).await;
    Ok(row.map_err(|error| anyhow!("{error}"))?.map(|row| row.attributes).unwrap_or_default())
}

/// What the ERP holds on an account, in US cents.
fn balance(books: &Books, account: &str) -> i64 {
    let rows =
        books.rows("/erp/balances", |row| row["account"] == account && row["balance"]["currency"] == "USD");
    rows.iter().map(|row| decimal_cents(&row["balance"]["amount"])).sum()
}
