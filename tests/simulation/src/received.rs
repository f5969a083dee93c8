//! What must hold of money that came in. Safety: a payment is booked once, of its own amount, and the ERP has no payment or journal that
//! no movement of money explains. Liveness: of an order that is booked, its payment is booked as well; it moved at Stripe's balance what
//! Stripe says; and its customer owes nothing but what is explained.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use canonical::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::invariants::Books;
use crate::order::Order;
use crate::payout;
use crate::refunded::{KEYS, came_back, of_key, refunds};
use crate::world::World;

/// Where money of either direction is.
const MOVEMENTS: [&str; 2] = ["/erp/payments", "/erp/journals"];
/// The account that mirrors Stripe's balance, in `environment.yaml`.
const CLEARING: &str = "1050";
/// Where the money of an order waits that the ERP has not got yet.
pub(crate) const SUSPENSE: &str = "1900";

fn receipt_key(order: &Order) -> String {
    format!("{KEYS}:payment:{}", order.seeded.charge)
}

/// The keys of all movements of an order.
fn keys(order: &Order, books: &Books) -> BTreeSet<String> {
    let of_refund = |refund: &Value| {
        let id = refund["id"].as_str().unwrap_or_default();
        [format!("{KEYS}:refund:{id}"), format!("{KEYS}:refund_failure:{id}")]
    };
    let back = refunds(order, books).into_iter().flat_map(of_refund);
    back.chain([receipt_key(order)]).collect()
}

/// Live movements of an order: payments, and journals where they became another currency.
fn movements<'a>(order: &Order, books: &'a Books) -> Vec<&'a Value> {
    keys(order, books).iter().flat_map(|key| of_either(books, key)).collect()
}

fn of_either<'a>(books: &'a Books, key: &str) -> Vec<&'a Value> {
    MOVEMENTS.iter().flat_map(|kind| of_key(books, kind, key)).collect()
}

/// What may never be, of one order.
pub(crate) fn safety(world: &World, order: &Order, books: &Books) -> Result<()> {
    let number = &order.seeded.increment_id;
    let key = receipt_key(order);
    let receipts = of_either(books, &key);
    if receipts.len() > 1 {
        world.journal.broken(format!("order {number} has {} documents {key}", receipts.len()));
    }
    for receipt in receipts {
        let (received, paid) = (-owed(receipt)?, paid(order)?);
        if received != paid {
            world.journal.broken(format!("order {number}: {key} comes to {received}, not {paid}"));
        }
    }
    Ok(())
}

/// What may never be, of all: a payment or a journal that is nobody's.
pub(crate) fn no_stranger(world: &World, books: &Books) {
    let known: BTreeSet<String> = world.orders().iter().flat_map(|order| keys(order, books)).collect();
    for kind in MOVEMENTS {
        let is_known = |key: &str| known.contains(key) || payout::is_journal(key);
        for stranger in books.rows(kind, |row| !row["key"].as_str().is_some_and(is_known)) {
            world.journal.broken(format!("the ERP has {} in {kind}, of which nobody knows", stranger["key"]));
        }
    }
}

/// What must be when all has come to rest and order-to-cash is done with the order.
pub(crate) fn liveness(world: &World, order: &Order, books: &Books) -> Result<()> {
    let (number, key) = (&order.seeded.increment_id, receipt_key(order));
    let receipts = of_either(books, &key);
    // What a payout has found unbooked is in its day's journal: on the customer's account, and so on no document of the order; or in
    // suspense, from where that takes it.
    let is_elsewhere = !payout::books(world, &key);
    let in_suspense = is_elsewhere && payout::waits_in_suspense(world, &key, books);
    if is_elsewhere && !in_suspense && receipts.is_empty() {
        return Ok(());
    }
    let [receipt] = receipts.as_slice() else {
        world.journal.broken(format!("order {number} has {} documents {key}", receipts.len()));
        return Ok(());
    };
    let from = if is_elsewhere { SUSPENSE } else { CLEARING };
    let (moved, settled) = (on_account(receipt, from)?, settled(order, books)?);
    if moved != settled {
        world.journal.broken(format!("order {number}: {key} moved {moved}, Stripe says {settled}"));
    }
    if refunds(order, books).iter().any(|refund| is_in_a_day(world, refund)) {
        return Ok(());
    }
    let account = account(order, books)?;
    // What did not reach the customer is owed still: a person is told (`refund_to_be_paid`).
    let mut wanted = Decimal::ZERO;
    for refund in came_back(order, books) {
        wanted -= money(order, refund["amount"].as_i64().unwrap_or_default())?;
    }
    if account != wanted {
        world.journal.broken(format!("the customer of order {number} owes {account}, not {wanted}"));
    }
    Ok(())
}

/// Whether a movement of a refund is in a day's journal.
fn is_in_a_day(world: &World, refund: &Value) -> bool {
    let is_there = |kind: &str| {
        let id = refund[kind].as_str();
        id.is_some_and(|id| payout::is_in_a_day(world, id))
    };
    is_there("balance_transaction") || is_there("failure_balance_transaction")
}

/// What the customer owes for an order, by the ERP's documents.
fn account(order: &Order, books: &Books) -> Result<Decimal> {
    let sales_orders = books.rows("/erp/orders", |row| row["number"] == order.seeded.increment_id.as_str());
    let keys: Vec<&Value> = sales_orders.iter().map(|row| &row["key"]).collect();
    let mut documents =
        books.rows("/erp/invoices", |row| keys.contains(&&row["order_key"]) && row["state"] != "cancelled");
    documents.extend(movements(order, books));
    documents.into_iter().map(owed).sum()
}

/// By how much a document raises what its customer owes, in the order's currency.
fn owed(document: &Value) -> Result<Decimal> {
    if let Some(lines) = document["lines"].as_array().filter(|_| document.get("memo").is_some()) {
        return sides(lines, |line| line["party_key"].is_string());
    }
    let amount = |name: &str| decimal(&document[name]["amount"]);
    match (document["kind"].as_str(), document["direction"].as_str()) {
        (Some("credit_note"), _) => Ok(-amount("total")?),
        (Some(_), _) => amount("total"),
        (None, Some("in")) => Ok(-amount("amount")?),
        (None, _) => amount("amount"),
    }
}

/// What a receipt moved on an account, in the currency that it settled in.
fn on_account(receipt: &Value, account: &str) -> Result<Decimal> {
    match receipt["lines"].as_array() {
        Some(lines) => sides(lines, |line| line["account"] == account),
        None if receipt["account"] == account => decimal(&receipt["amount"]["amount"]),
        None => Ok(Decimal::ZERO),
    }
}

/// Debits less credits of some lines.
fn sides(lines: &[Value], wanted: impl Fn(&Value) -> bool) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for line in lines.iter().filter(|line| wanted(line)) {
        for (side, sign) in [("debit", Decimal::ONE), ("credit", -Decimal::ONE)] {
            if let Some(amount) = line.get(side).filter(|amount| !amount.is_null()) {
                sum += sign * decimal(&amount["amount"])?;
            }
        }
    }
    Ok(sum)
}

/// What Stripe has booked of the charge.
fn settled(order: &Order, books: &Books) -> Result<Decimal> {
    let is_its =
        |row: &Value| row["source"] == order.seeded.charge.as_str() && row["reporting_category"] == "charge";
    let mut sum = Decimal::ZERO;
    for row in books.rows("/stripe/balance_transactions", is_its) {
        let currency: Currency = row["currency"].as_str().unwrap_or_default().to_uppercase().parse()?;
        sum += Money::new(row["amount"].as_i64().unwrap_or_default(), currency).to_decimal();
    }
    Ok(sum)
}

/// What the customer paid.
fn paid(order: &Order) -> Result<Decimal> {
    money(order, order.seeded.amount)
}

/// Of an amount in the smallest unit of the order's currency.
fn money(order: &Order, minor: i64) -> Result<Decimal> {
    let currency: Currency = order.seeded.currency.to_uppercase().parse()?;
    Ok(Money::new(minor, currency).to_decimal())
}

fn decimal(value: &Value) -> Result<Decimal> {
    let text = value.as_str().with_context(|| format!("{value} is no amount of the ERP"))?;
    Ok(text.parse()?)
}
