//! `magento.order.mark_paid`: whatever state the order is in, and whoever did a part of it.

mod crash;
mod paths;
mod race;
mod states;
mod stripe_module;

use flow::Fault;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::world::{Options, World, payment};

pub(crate) const MARK_PAID: &str = "magento.order.mark_paid";
/// What we write into the invoice that we make.
const MARKER: &str = "tb:acct_1Test:charge:ch_1";

/// One of the committed orders.
pub(crate) fn order(case: &str) -> Value {
    let path = format!("{}/tests/it/orders/{case}/order.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Order 41 of 98.90 USD: three tees, one mug, shipping; new.
pub(crate) fn simple() -> Value {
    order("simple")
}

/// The same, in another state.
fn simple_in(state: &str, status: &str) -> Value {
    let mut order = simple();
    order["state"] = json!(state);
    order["status"] = json!(status);
    order
}

/// A payment of 98.90 USD for an order.
pub(crate) fn input(order: u64) -> Value {
    json!({ "order": order, "payment": payment(9890, "USD", &json!([])) })
}

/// A shop with one order.
async fn world_with(order: Value, options: Options) -> World {
    let world = World::with(options).await;
    world.put(order);
    world
}

/// Pays order 41.
async fn pay(world: &World) -> Result<Value, Fault> {
    world.run(MARK_PAID, input(41)).await
}

/// Somebody invoices an order, all of it or some rows; gives the invoice's id.
pub(crate) async fn somebody_invoices(world: &World, order: u64, items: &Value) -> u64 {
    let (status, answer) =
        world.door.act(&format!("/V1/order/{order}/invoice"), &json!({ "items": items })).await;
    assert_eq!(status, 200, "{answer}");
    answer.as_str().unwrap().parse().unwrap()
}

/// Stripe's own module invoices an order, with a transaction id; gives the invoice's id.
pub(crate) async fn module_invoices(world: &World, order: u64, id: &str) -> u64 {
    let invoice = somebody_invoices(world, order, &Value::Null).await;
    somebody_records(world, order, invoice, id).await;
    invoice
}

/// Somebody writes a transaction id on an invoice.
async fn somebody_records(world: &World, order: u64, invoice: u64, id: &str) {
    let entity = json!({ "entity_id": invoice, "order_id": order, "transaction_id": id });
    let (status, answer) = world.door.act("/V1/invoices/", &json!({ "entity": entity })).await;
    assert_eq!(status, 200, "{answer}");
}

/// That the order is paid once, with the payment on one invoice.
fn assert_paid_once(world: &World) {
    let order = world.order(41);
    assert_eq!((&order["total_due"], &order["total_paid"]), (&json!(0), &order["grand_total"]), "{order:#}");
    let invoices = world.invoices();
    let named: Vec<_> = invoices.iter().filter(|invoice| invoice["transaction_id"] == "pi_1").collect();
    assert_eq!(named.len(), 1, "{invoices:#?}");
    let total = |document: &Value| document["grand_total"].to_string().parse::<Decimal>().unwrap();
    assert_eq!(invoices.iter().map(total).sum::<Decimal>(), total(&order), "{invoices:#?}");
}
