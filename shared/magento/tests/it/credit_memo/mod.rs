//! `magento.credit_memo.put`: one credit memo for each refund, never more than went back.

mod amount;
mod crash;
mod currency;
mod existing;
mod map;
mod property;
mod race;
mod refused;
mod stripe_module;
mod whole;

use flow::Fault;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::mark_paid::{module_invoices, order, simple};
use crate::world::{Options, World, payment};

const PUT: &str = "magento.credit_memo.put";

/// What we write into the memo that we make.
fn marker(refund: &str) -> String {
    format!("tb:acct_1Test:refund:{refund}")
}

/// An amount as JSON has it.
fn money(minor: i64, currency: &str) -> Value {
    json!({ "minor": minor.to_string(), "currency": currency })
}

/// A refund of the charge that paid.
fn refund(id: &str, minor: i64, currency: &str) -> Value {
    json!({
        "refund": id, "charge": "ch_1", "intent": "pi_1", "status": "succeeded", "amount": money(minor, currency),
        "created": "2026-03-05T10:00:00Z"
    })
}

/// The first of some refunds, of order `order`.
fn input(order: u64, refunds: &[Value]) -> Value {
    let payment = payment(9890, "USD", &json!([]));
    json!({ "order": order, "refund": refunds[0], "refunds": refunds, "payment": payment })
}

/// An amount of JSON, never through a binary float.
fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

/// A decimal as a JSON number.
fn number(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap()
}

/// An order as a shop holds it: with the shipping's price with tax, which orders that are only read can do without.
fn complete(mut order: Value) -> Value {
    for side in ["", "base_"] {
        let amount = |name: &str| decimal(&order[format!("{side}{name}")]);
        let with_tax = number(amount("shipping_amount") + amount("shipping_tax_amount"));
        order[format!("{side}shipping_incl_tax")] = with_tax;
    }
    order
}

/// A shop with one order, which the charge has paid.
async fn paid_with(order: Value, options: Options) -> World {
    let world = World::with(options).await;
    let id = world.put(complete(order));
    module_invoices(&world, id, "pi_1").await;
    world
}

async fn paid(order: Value) -> World {
    paid_with(order, Options::default()).await
}

/// Credits the first of some refunds of order 41.
async fn put(world: &World, refunds: &[Value]) -> Result<Value, Fault> {
    world.run(PUT, input(41, refunds)).await
}

/// Somebody credits something; gives the memo's id.
async fn somebody_credits(world: &World, order: u64, body: &Value) -> u64 {
    let (status, answer) = world.door.act(&format!("/V1/order/{order}/refund"), body).await;
    assert_eq!(status, 200, "{answer}");
    answer.as_str().unwrap().parse().unwrap()
}

/// What somebody asks for who credits an amount.
fn amount_of(row: u64, base: &Value) -> Value {
    json!({
        "items": [{ "order_item_id": row, "qty": 0 }],
        "arguments": { "shipping_amount": 0, "adjustment_positive": base, "adjustment_negative": 0 }
    })
}

/// Somebody writes on a memo.
async fn somebody_notes(world: &World, memo: u64, text: &str) {
    let entity =
        json!({ "parent_id": memo, "comment": text, "is_visible_on_front": 0, "is_customer_notified": 0 });
    let path = format!("/V1/creditmemo/{memo}/comments");
    let (status, answer) = world.door.act(&path, &json!({ "entity": entity })).await;
    assert_eq!(status, 200, "{answer}");
}

fn memos(world: &World) -> Vec<Value> {
    world.books()["creditmemos"].as_array().unwrap().clone()
}

fn totals(world: &World) -> Vec<Value> {
    memos(world).into_iter().map(|memo| memo["grand_total"].clone()).collect()
}

/// What was written since the shop was last asked.
fn writes(world: &World) -> Vec<String> {
    world.requests().into_iter().filter(|request| !request.starts_with("GET")).collect()
}

fn assert_fault(fault: &Fault, class: flow::Class, code: &str) {
    assert_eq!((fault.class, fault.code.as_str()), (class, code), "{fault}");
}
