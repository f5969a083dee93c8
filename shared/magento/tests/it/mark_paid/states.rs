//! Orders that somebody touched before.

use flow::Class;
use serde_json::{Value, json};

use super::{
    MARK_PAID, assert_paid_once, input, module_invoices, pay, simple, simple_in, somebody_invoices,
    somebody_records, world_with,
};
use crate::door::Reply;
use crate::world::{Options, World};

/// Nothing was written.
fn assert_only_read(world: &World) {
    let requests = world.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET")), "{requests:?}");
}

#[tokio::test]
async fn an_order_that_cannot_be_paid_is_left_to_a_person() {
    for (state, code) in [
        ("holded", "order_on_hold"),
        ("canceled", "order_canceled"),
        ("closed", "order_closed"),
        ("payment_review", "order_in_review"),
    ] {
        let world = world_with(simple_in(state, state), Options::default()).await;
        let fault = pay(&world).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code));
        assert!(fault.message.contains("000000041"), "{}", fault.message);
        assert_only_read(&world);
        assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_found() {
    let world = World::new().await;
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "not_found"));
}

#[tokio::test]
async fn an_invoice_of_somebody_else_is_taken_and_named() {
    let world = world_with(simple(), Options::default()).await;
    let invoice = somebody_invoices(&world, 41, &Value::Null).await;
    let output = pay(&world).await.unwrap();
    let expected = json!({ "outcome": "already_paid", "invoice": invoice, "state": "processing",
        "status": "processing", "transaction_id": "pi_1" });
    assert_eq!(output, expected);
    assert_paid_once(&world);
    assert_eq!(world.requests().iter().filter(|request| request.contains("/invoice ")).count(), 0);
    assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn the_invoice_of_stripes_module_is_known_by_its_id() {
    for id in ["pi_1", "pi_1-capture", "ch_1", "ch_1-capture", "pi_1-authorization"] {
        let world = world_with(simple(), Options::default()).await;
        let invoice = module_invoices(&world, 41, id).await;
        let output = pay(&world).await.unwrap();
        assert_eq!(
            (&output["outcome"], &output["invoice"]),
            (&json!("already_paid"), &json!(invoice)),
            "{id}"
        );
        assert_only_read(&world);
        assert_eq!(world.invoices()[0]["transaction_id"], id);
    }
}

#[tokio::test]
async fn the_rest_of_a_partly_invoiced_order_is_invoiced() {
    let world = world_with(simple(), Options::default()).await;
    somebody_invoices(&world, 41, &json!([{ "order_item_id": 412, "qty": 1 }])).await;
    let output = pay(&world).await.unwrap();
    assert_eq!((&output["outcome"], &output["invoice"]), (&json!("invoiced"), &json!(2)));
    assert_paid_once(&world);
}

#[tokio::test]
async fn of_several_invoices_without_a_name_the_newest_gets_it() {
    let world = world_with(simple(), Options::default()).await;
    somebody_invoices(&world, 41, &json!([{ "order_item_id": 412, "qty": 1 }])).await;
    somebody_invoices(&world, 41, &Value::Null).await;
    assert_eq!(pay(&world).await.unwrap()["invoice"], 2);
    assert_paid_once(&world);
}

#[tokio::test]
async fn two_payments_for_one_order_are_seen_before_anything_is_written() {
    for items in [Value::Null, json!([{ "order_item_id": 412, "qty": 1 }])] {
        let world = world_with(simple(), Options::default()).await;
        let invoice = somebody_invoices(&world, 41, &items).await;
        somebody_records(&world, 41, invoice, "pi_another").await;
        let fault = pay(&world).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "paid_by_another_payment"));
        assert!(fault.message.contains("pi_another"), "{}", fault.message);
        assert_only_read(&world);
        assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), None);
    }
}

/// The other payment's execution has invoiced and died, or has not come to recording its id: its marker is all there is.
#[tokio::test]
async fn an_invoice_that_another_charge_made_is_not_given_this_ones_id() {
    for items in [Value::Null, json!([{ "order_item_id": 412, "qty": 1 }])] {
        for recorded in [None, Some("pi_1")] {
            let world = world_with(simple(), Options::default()).await;
            let marker = json!({ "comment": "tb:acct_1Test:charge:ch_A", "is_visible_on_front": 0 });
            let body = json!({ "items": items, "comment": marker });
            assert_eq!(world.door.act("/V1/order/41/invoice", &body).await.0, 200);
            if let Some(id) = recorded {
                somebody_records(&world, 41, 1, id).await;
            }
            let fault = pay(&world).await.unwrap_err();
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "paid_by_another_payment"));
            assert!(fault.message.contains("ch_A"), "{}", fault.message);
            assert_only_read(&world);
            assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn an_amount_that_is_not_the_orders_invoices_nothing() {
    for (field, value) in [
        ("amount_captured", json!({ "minor": "9889", "currency": "USD" })),
        ("amount_captured", json!({ "minor": "9890", "currency": "EUR" })),
        ("captured", json!(false)),
    ] {
        let world = world_with(simple(), Options::default()).await;
        let mut input = input(41);
        input["payment"][field] = value;
        let fault = world.run(MARK_PAID, input).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "amount_mismatch"));
        assert_only_read(&world);
    }
}

#[tokio::test]
async fn an_order_further_along_stays_where_it_is() {
    for (state, status) in [("processing", "picking"), ("complete", "complete"), ("complete", "delivered")] {
        let world = world_with(simple(), Options::default()).await;
        let invoice = somebody_invoices(&world, 41, &Value::Null).await;
        let mut order = world.order(41);
        order["state"] = json!(state);
        order["status"] = json!(status);
        world.put(order);
        let output = pay(&world).await.unwrap();
        assert_eq!((&output["state"], &output["status"]), (&json!(state), &json!(status)));
        assert_eq!(output["invoice"], invoice);
        let calls = world.requests();
        assert!(!calls.iter().any(|call| call.contains("comments")), "{calls:?}");
    }
}

#[tokio::test]
async fn what_was_sent_before_it_was_paid_is_complete_when_it_is() {
    let world = world_with(simple(), Options::default()).await;
    assert_eq!(world.door.act("/V1/order/41/ship", &json!({})).await.0, 200);
    assert_eq!(world.order(41)["state"], "processing");
    let output = pay(&world).await.unwrap();
    assert_eq!((&output["state"], &output["outcome"]), (&json!("complete"), &json!("invoiced")));
    assert_paid_once(&world);
}

#[tokio::test]
async fn an_order_that_stays_behind_is_said_to() {
    for allow_order_save in [false, true] {
        let mut options = Options::default();
        options.shop.switches.strict_comment_status = true;
        options.magento.allow_order_save = allow_order_save;
        let mut order = simple_in("pending_payment", "pending_payment");
        if allow_order_save {
            // What the save would have to send is not all there: it is not made.
            order.as_object_mut().unwrap().remove("is_virtual");
        }
        let world = world_with(order, options).await;
        let fault = pay(&world).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "state_not_advanced"));
        assert_paid_once(&world);
        assert!(!world.requests().contains(&"POST /rest/V1/orders".to_owned()));
    }
}

#[tokio::test]
async fn a_status_that_is_there_already_is_not_commented_on() {
    let world = world_with(simple(), Options::default()).await;
    somebody_invoices(&world, 41, &Value::Null).await;
    let mut order = world.order(41);
    order["state"] = json!("pending_payment");
    world.put(order);
    assert_eq!(pay(&world).await.unwrap_err().code, "state_not_advanced");
    assert_eq!(world.order(41)["status_histories"], json!([]));
}

#[tokio::test]
async fn an_invoice_of_nothing_is_noticed() {
    let world = world_with(simple(), Options::default()).await;
    // Seen on 2.4.5: 200, an id, and an invoice of 0.00 with which nothing is paid.
    world.door.reply(2, Reply::json(200, &json!("7")));
    world
        .door
        .reply(3, Reply::json(200, &json!({ "entity_id": 7, "order_id": 41, "transaction_id": "pi_1" })));
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invoice_incomplete"));
    assert!(fault.message.contains("98.90 USD of 98.90 USD is still due"), "{}", fault.message);
}

#[tokio::test]
async fn an_order_that_is_paid_beyond_its_total_is_noticed() {
    for due in [json!(0), Value::Null] {
        let mut order = simple_in("processing", "processing");
        order["total_paid"] = json!(197.8);
        order["total_due"] = due;
        let world = world_with(order, Options::default()).await;
        let invoice = json!({ "entity_id": 7, "state": 2, "transaction_id": "pi_1" });
        world.door.reply(2, Reply::json(200, &json!({ "items": [invoice], "total_count": 1 })));
        let fault = pay(&world).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invoiced_too_much"));
        assert!(fault.message.contains("197.80 USD is invoiced of 98.90 USD"), "{}", fault.message);
        assert_only_read(&world);
    }
}

#[tokio::test]
async fn a_total_that_is_paid_without_an_invoice_is_noticed() {
    let mut order = simple_in("processing", "processing");
    order["total_paid"] = json!(98.9);
    order["total_due"] = json!(0);
    let world = world_with(order, Options::default()).await;
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "paid_without_invoice"));
    assert_only_read(&world);
}

#[tokio::test]
async fn an_absent_total_due_is_not_taken_for_paid() {
    let mut order = simple();
    order.as_object_mut().unwrap().remove("total_due");
    let world = world_with(order, Options::default()).await;
    assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), None);
    assert_eq!(pay(&world).await.unwrap()["outcome"], "invoiced");
    let mut order = simple();
    order["grand_total"] = Value::Null;
    let world = world_with(order, Options::default()).await;
    assert_eq!(pay(&world).await.unwrap_err().code, "malformed_order");
    assert_only_read(&world);
}

#[tokio::test]
async fn an_open_invoice_is_no_payment() {
    // Stripe's own module writes one when it only authorises: all rows are invoiced, nothing is paid.
    let world = world_with(simple(), Options::default()).await;
    let refused = "Invoice Document Validation Error(s):\nThe order does not allow an invoice to be created.";
    world.door.reply(2, Reply::json(400, &json!({ "message": refused })));
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invoice_incomplete"));
}

#[tokio::test]
async fn a_rest_that_was_cancelled_is_for_a_person_and_named() {
    // Seed 1115 of the simulation: staff invoiced a part, sent it, and cancelled what was left.
    let mut order = simple_in("complete", "complete");
    order["total_paid"] = json!(20);
    order["total_due"] = json!(78.9);
    let world = world_with(order, Options::default()).await;
    let refused = "Invoice Document Validation Error(s):\nAn invoice cannot be created when an order has a status of complete";
    world.door.reply_always(Reply::json(400, &json!({ "message": refused })));
    for nth in [1, 4] {
        world.door.reply(nth, Reply::json(200, &world.order(41)));
    }
    world.door.reply(2, Reply::json(200, &json!({ "items": [], "total_count": 0 })));
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invoice_incomplete"), "{fault}");
    assert!(fault.message.contains("78.90 USD of 98.90 USD is still due"), "{}", fault.message);
}

#[tokio::test]
async fn an_order_of_which_a_part_was_cancelled_is_not_invoiced_beyond_its_total() {
    // Seed 4684 of the simulation: staff invoiced a part and cancelled the rest. Magento leaves a bundle's children open, and an
    // invoice of all that is open is one of 179.42 beside the 33.58 that are there, of an order of 199.18.
    let mut order = simple_in("processing", "processing");
    order["total_paid"] = json!(20);
    order["total_due"] = json!(78.9);
    order["total_canceled"] = json!(78.9);
    let world = world_with(order.clone(), Options::default()).await;
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invoice_incomplete"), "{fault}");
    assert!(fault.message.contains("78.90 USD of it was cancelled"), "{}", fault.message);
    assert_only_read(&world);

    // What is beyond the total is not found as paid, so that nothing lets it go on by itself.
    order["total_paid"] = json!(118.9);
    order["total_due"] = json!(0);
    let world = world_with(order, Options::default()).await;
    let invoice = json!({ "entity_id": 7, "state": 2, "transaction_id": "pi_1" });
    world.door.reply(2, Reply::json(200, &json!({ "items": [invoice], "total_count": 1 })));
    assert_eq!(world.find(MARK_PAID, input(41)).await, Ok(None));
}

#[tokio::test]
async fn cancelled_and_open_invoices_carry_nothing() {
    let mut order = simple_in("processing", "processing");
    order["total_paid"] = json!(98.9);
    order["total_due"] = json!(0);
    let world = world_with(order, Options::default()).await;
    let invoices = json!({ "items": [
        { "entity_id": 1, "state": 3, "transaction_id": "pi_1" }, { "entity_id": 2, "state": 1, "transaction_id": "pi_1" },
        { "entity_id": 3, "state": "2" }
    ]});
    for nth in [2, 4] {
        world.door.reply(nth, Reply::json(200, &invoices));
    }
    assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), None);
    world
        .door
        .reply(3, Reply::json(200, &json!({ "entity_id": 3, "order_id": 41, "transaction_id": "pi_1" })));
    assert_eq!(pay(&world).await.unwrap()["invoice"], 3);
}

#[tokio::test]
async fn an_id_that_is_not_on_the_invoice_afterwards_is_noticed() {
    let world = world_with(simple(), Options::default()).await;
    world.door.reply(3, Reply::json(200, &json!({ "entity_id": 1, "order_id": 41, "transaction_id": null })));
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "transaction_not_recorded"));
}

#[tokio::test]
async fn more_invoices_than_a_page_are_all_looked_at() {
    let rows = |from: u64| -> Value {
        (from..from + 20).map(|id| json!({ "entity_id": id, "state": 2, "transaction_id": null })).collect()
    };
    let mut order = simple_in("processing", "processing");
    order["total_paid"] = json!(98.9);
    order["total_due"] = json!(0);
    let world = world_with(order, Options::default()).await;
    world.door.reply(2, Reply::json(200, &json!({ "items": rows(1), "total_count": 41 })));
    world.door.reply(3, Reply::json(200, &json!({ "items": rows(21), "total_count": 21 })));
    let last = json!([{ "entity_id": 41, "state": 2, "transaction_id": "pi_1-capture" }]);
    world.door.reply(4, Reply::json(200, &json!({ "items": last, "total_count": 1 })));
    assert_eq!(pay(&world).await.unwrap()["invoice"], 41);
    let seen = world.door.take();
    assert!(seen[2].query.contains("value%5D=20&") && seen[3].query.contains("value%5D=40&"), "{seen:#?}");
    // A shop that repeats its rows for ever is not followed for ever.
    world.door.reply_always(Reply::json(200, &json!({ "items": rows(1), "total_count": 20 })));
    world.door.reply(1, Reply::json(200, &world.order(41)));
    assert_eq!(pay(&world).await.unwrap_err().code, "too_many_invoices");
}
