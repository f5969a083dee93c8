//! What must hold of money that was paid back. Safety: a movement is booked once, a refund is credited once and for its own amount, and
//! nothing is credited that was not paid back. Liveness: of an order that is booked, every refund is booked as well.

use anyhow::Result;
use canonical::{Currency, Money};
use flow::execution::Status;
use serde_json::{Value, json};

use crate::invariants::{Books, decimal_cents};
use crate::order::Order;
use crate::payout;
use crate::rows::{Rows, reason};
use crate::world::World;

/// Beginnings of keys, as the flows make them of the pair's account.
pub(crate) const KEYS: &str = "tb:acct_1TillbridgeLocal";
/// What is no document any more.
const CANCELLED: &str = "cancelled";

/// The refunds of an order's charge.
pub(crate) fn refunds<'a>(order: &Order, books: &'a Books) -> Vec<&'a Value> {
    books.rows("/stripe/refunds", |refund| refund["charge"] == order.seeded.charge.as_str())
}

/// Whether all that was paid is on its way back, or was for a time.
pub(crate) fn is_whole(order: &Order, books: &Books) -> bool {
    let back = |refund: &&Value| refund["amount"].as_i64().unwrap_or_default();
    refunds(order, books).iter().map(back).sum::<i64>() >= order.seeded.amount
}

/// Live documents of a key.
pub(crate) fn of_key<'a>(books: &'a Books, pointer: &str, key: &str) -> Vec<&'a Value> {
    books.rows(pointer, |row| row["key"] == key && row["state"] != CANCELLED)
}

/// Memos that carry a refund's marker.
fn memos<'a>(books: &'a Books, refund: &str) -> Vec<&'a Value> {
    let marker = format!("{KEYS}:refund:{refund}");
    books.rows("/magento/creditmemos", |memo| {
        let comments = memo["comments"].as_array().into_iter().flatten();
        comments.map(|row| &row["comment"]).any(|comment| *comment == marker.as_str())
    })
}

/// Refunds that were credited, and have come back: the customer is owed them still.
pub(crate) fn came_back<'a>(order: &Order, books: &'a Books) -> Vec<&'a Value> {
    let is_credited = |refund: &Value| memos(books, refund["id"].as_str().unwrap_or_default()).len() == 1;
    let mut found = refunds(order, books);
    found.retain(|refund| refund["status"] == "failed" && is_credited(refund));
    found
}

/// What may never be.
pub(crate) fn safety(world: &World, order: &Order, books: &Books) -> Result<()> {
    let number = &order.seeded.increment_id;
    // Nobody who deals in this currency can say what it comes to.
    let Ok(currency) = order.seeded.currency.to_uppercase().parse::<Currency>() else { return Ok(()) };
    let money = |minor: i64| json!({ "amount": Money::new(minor, currency).to_decimal().to_string(), "currency": currency.code() });
    let mut documents = Vec::new();
    for refund in refunds(order, books) {
        let id = refund["id"].as_str().unwrap_or_default();
        let amount = refund["amount"].as_i64().unwrap_or_default();
        documents.push((format!("{KEYS}:refund:{id}"), "/erp/payments", "amount", amount));
        documents.push((format!("{KEYS}:refund_failure:{id}"), "/erp/payments", "amount", amount));
        documents.push((format!("{KEYS}:credit_note:{id}"), "/erp/invoices", "total", amount));
        let memos = memos(books, id);
        if memos.len() > 1 {
            world.journal.broken(format!("refund {id} of order {number} has {} credit memos", memos.len()));
        }
        for memo in memos {
            // In another currency than the shop's own not every amount can be hit, and rows are rounded one by one; the next memo
            // makes it up.
            let is_itemised = memo["items"].as_array().is_some_and(|rows| !rows.is_empty());
            let slack = match (is_itemised, currency.code()) {
                (false, "USD") => 0,
                (true, "USD") => 13,
                _ => order.seeded.amount / 50,
            };
            let credited = Money::rounded(hundredths(&memo["grand_total"]), currency)?;
            if (credited.minor() - amount).abs() > slack {
                world
                    .journal
                    .broken(format!("refund {id} of order {number} is {amount}, its memo {credited}"));
            }
        }
    }
    for (key, pointer, amount_at, minor) in documents {
        let (amount, found) = (money(minor), of_key(books, pointer, &key));
        if found.len() > 1 {
            world.journal.broken(format!("order {number} has {} documents {key}", found.len()));
        }
        for document in found.iter().filter(|document| document[amount_at] != amount) {
            let comes_to = &document[amount_at];
            world.journal.broken(format!("order {number}: {key} comes to {comes_to}, not {amount}"));
        }
    }
    // Only what went back is credited, whoever made the memo: nobody of the staff does here.
    let back: i64 = refunds(order, books).iter().filter_map(|refund| refund["amount"].as_i64()).sum();
    let credited: i64 = books
        .rows("/magento/creditmemos", |memo| order.id.is_some() && memo["order_id"] == json!(order.id))
        .iter()
        .map(|memo| Money::rounded(hundredths(&memo["grand_total"]), currency).map(Money::minor))
        .sum::<Result<i64, _>>()?;
    if credited > back {
        world.journal.broken(format!("order {number}: {back} was paid back and {credited} credited"));
    }
    Ok(())
}

/// What must be when all has come to rest and order-to-cash is done with the order.
pub(crate) fn liveness(world: &World, order: &Order, rows: &Rows, books: &Books) -> Result<()> {
    let number = &order.seeded.increment_id;
    let parked = |wanted: &str| {
        let of_order = order.owed.iter().filter_map(|name| rows.get(name));
        of_order.filter(|row| row.status == Status::Parked).any(|row| reason(row) == wanted)
    };
    let booked = |key: &str| -> usize {
        let kinds = ["/erp/payments", "/erp/journals", "/erp/invoices"];
        kinds.map(|pointer| of_key(books, pointer, key).len()).into_iter().sum()
    };
    let mut wanted = Vec::new();
    let is_owed = !came_back(order, books).is_empty();
    for refund in refunds(order, books) {
        let id = refund["id"].as_str().unwrap_or_default();
        let is_credited = memos(books, id).len() == 1;
        match refund["status"].as_str() {
            Some("succeeded") if is_credited => {
                wanted.push(format!("{KEYS}:credit_note:{id}"));
                wanted.push(format!("{KEYS}:refund:{id}"));
            }
            // What pays anew what did not reach the customer is credited already: a person decides which it is.
            Some("succeeded") if is_owed && (parked("refund_gap") || parked("order_closed")) => {}
            Some("succeeded") => world.journal.broken(format!(
                "refund {id} of order {number} ({}) has no credit memo: {:?}",
                order.seeded.kind,
                told(order, rows)
            )),
            Some("failed") if is_credited => {
                for kind in ["credit_note", "refund", "refund_failure"] {
                    wanted.push(format!("{KEYS}:{kind}:{id}"));
                }
                if !parked("refund_to_be_paid") {
                    world.journal.broken(format!(
                        "refund {id} of order {number} has come back, and nobody is told that it is owed"
                    ));
                }
            }
            _ => {}
        }
    }
    for key in wanted {
        let found = booked(&key);
        // What a payout has found unbooked is in its day's journal: on the customer's account, or in suspense until it is taken there.
        let is_elsewhere = !key.contains(":credit_note:")
            && !payout::books(world, &key)
            && !payout::waits_in_suspense(world, &key, books);
        if found != usize::from(!is_elsewhere) {
            world.journal.broken(format!("order {number} has {found} documents {key}"));
        }
    }
    Ok(())
}

/// How the executions of an order have ended, where they did not end well.
fn told(order: &Order, rows: &Rows) -> Vec<String> {
    let of_order = order.owed.iter().filter_map(|name| rows.get(name));
    let parked = of_order.filter_map(|row| Some((row, row.parked.as_ref()?)));
    parked.map(|(row, parked)| format!("{} {}: {}", row.flow, row.event, parked.message)).collect()
}

/// An amount of the shop. Its totals have two decimals.
fn hundredths(value: &Value) -> rust_decimal::Decimal {
    rust_decimal::Decimal::new(decimal_cents(value), 2)
}
