//! `magento.order.read`: a number that any shop may give is no proof.

use flow::{Class, Fault};
use serde_json::{Value, json};

use crate::mark_paid::{module_invoices, simple};
use crate::world::{Options, World, payment};

/// A shop with order 41, number 000000001, whose payment says this.
async fn shop(said: &Value, options: Options) -> World {
    let world = World::with(options).await;
    let mut order = simple();
    order["increment_id"] = json!("000000001");
    order["payment"] = said.clone();
    world.put(order);
    world
}

fn shared() -> Options {
    Options { shares_account: true, ..Options::default() }
}

async fn read(world: &World, reference: Value) -> Result<u64, Fault> {
    let input = json!({ "payment": payment(9890, "USD", &json!([reference])) });
    let read = world.run("magento.order.read", input).await;
    read.map(|order| order["id"].as_u64().unwrap())
}

fn number() -> Value {
    json!({ "found_in": "Order #", "number": "000000001" })
}

fn of_pair(mut reference: Value) -> Value {
    reference["of_pair"] = json!(true);
    reference
}

fn said(method: &str, id: Option<&str>) -> Value {
    json!({ "method": method, "last_trans_id": id })
}

/// A customer who tries again pays by another payment than the shop has noted.
#[tokio::test]
async fn in_an_account_of_one_shop_a_number_is_enough_whatever_payment_the_order_names() {
    for id in [
        Some("pi_another"),
        Some("pi_1"),
        Some("pi_1-capture"),
        Some("ch_1"),
        Some("cs_test_1"),
        Some(""),
        None,
    ] {
        let world = shop(&said("stripe_payments", id), Options::default()).await;
        assert_eq!(read(&world, number()).await, Ok(41), "{id:?}");
        assert_eq!(world.requests().len(), 1);
    }
}

#[tokio::test]
async fn where_the_methods_are_set_a_number_is_no_proof_for_an_order_paid_otherwise() {
    let mut options = Options::default();
    options.magento.payment_methods =
        vec!["stripe_payments".to_owned(), "stripe_payments_checkout".to_owned()];
    let world = shop(&said("checkmo", None), options.clone()).await;
    let fault = read(&world, number()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "order_of_another_method"));
    assert!(
        fault.message.contains("checkmo") && fault.message.contains("payment_methods"),
        "{}",
        fault.message
    );
    assert_eq!(read(&world, of_pair(number())).await, Ok(41));
    let world = shop(&said("stripe_payments_checkout", None), options).await;
    assert_eq!(read(&world, number()).await, Ok(41));
}

/// Every event of a shared account reaches both shops, and both have an order 000000001.
#[tokio::test]
async fn in_a_shared_account_only_what_ties_the_two_counts() {
    let weak = [
        number(),
        json!({ "found_in": "description", "number": "000000001" }),
        json!({ "found_in": "tb_order_id", "number": "000000001", "id": 41 }),
    ];
    for id in [None, Some("pi_another")] {
        for reference in &weak {
            let world = shop(&said("stripe_payments", id), shared()).await;
            let fault = read(&world, reference.clone()).await.unwrap_err();
            assert_eq!(
                (fault.class, fault.code.as_str()),
                (Class::NotFound, "unrelated_charge"),
                "{reference}"
            );
            assert_eq!(read(&world, of_pair(reference.clone())).await, Ok(41), "{reference}");
        }
    }
    for reference in weak {
        let world = shop(&said("stripe_payments", Some("pi_1-capture")), shared()).await;
        assert_eq!(read(&world, reference.clone()).await, Ok(41), "the order names the payment: {reference}");
        let world = shop(&said("stripe_payments", None), shared()).await;
        module_invoices(&world, 41, "pi_1").await;
        assert_eq!(read(&world, reference.clone()).await, Ok(41), "its invoice does: {reference}");
    }
    // The other shop's number that we have no order of.
    let world = shop(&said("stripe_payments", None), shared()).await;
    let fault = read(&world, json!({ "found_in": "Order #", "number": "000000002" })).await.unwrap_err();
    assert_eq!(fault.code, "unrelated_charge");
}
