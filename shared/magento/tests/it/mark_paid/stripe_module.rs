//! Orders that Stripe's own module owns: it invoices, we look on.

use environment::OrderOwner;
use serde_json::{Value, json};

use super::{module_invoices, pay, simple, simple_in, somebody_invoices, somebody_records, world_with};
use crate::world::{Options, World};

async fn owned(order: Value) -> World {
    world_with(order, Options { order_owner: OrderOwner::StripeModule, ..Options::default() }).await
}

#[tokio::test]
async fn what_is_not_paid_is_left_to_it() {
    for order in [simple(), simple_in("pending_payment", "pending_payment")] {
        let world = owned(order).await;
        let output = pay(&world).await.unwrap();
        assert_eq!((&output["outcome"], &output["invoice"]), (&json!("left_to_module"), &Value::Null));
        assert_eq!(world.requests(), ["GET /rest/V1/orders/41"]);
    }
}

#[tokio::test]
async fn what_it_invoiced_is_paid() {
    let world = owned(simple()).await;
    let invoice = module_invoices(&world, 41, "pi_1-capture").await;
    let output = pay(&world).await.unwrap();
    assert_eq!((&output["outcome"], &output["invoice"]), (&json!("already_paid"), &json!(invoice)));
    assert_eq!(world.requests(), ["GET /rest/V1/orders/41", "GET /rest/V1/invoices"]);
}

#[tokio::test]
async fn nothing_is_written_even_where_something_is_missing() {
    for paid in [simple(), simple_in("pending_payment", "pending_payment")] {
        let world = owned(paid).await;
        somebody_invoices(&world, 41, &Value::Null).await;
        let books = world.books();
        assert_eq!(pay(&world).await.unwrap()["outcome"], "left_to_module");
        assert_eq!(world.books(), books);
    }
}

#[tokio::test]
async fn a_second_payment_is_seen_here_too() {
    let world = owned(simple()).await;
    let invoice = somebody_invoices(&world, 41, &Value::Null).await;
    somebody_records(&world, 41, invoice, "pi_another").await;
    assert_eq!(pay(&world).await.unwrap_err().code, "paid_by_another_payment");
}

#[tokio::test]
async fn an_order_on_hold_is_for_a_person_whoever_owns_it() {
    let world = owned(simple_in("holded", "holded")).await;
    assert_eq!(pay(&world).await.unwrap_err().code, "order_on_hold");
}
