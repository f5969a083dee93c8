//! Somebody else acts between two of our calls.

use flow::Class;
use serde_json::{Value, json};

use super::{MARKER, assert_paid_once, pay, simple, simple_in, somebody_invoices, world_with};
use crate::door::Reply;
use crate::world::Options;

#[tokio::test]
async fn whoever_invoices_first_the_order_is_invoiced_once() {
    let world = world_with(simple(), Options::default()).await;
    world.door.meanwhile(2, "/V1/order/41/invoice", Value::Null);
    let output = pay(&world).await.unwrap();
    assert_eq!((&output["outcome"], &output["invoice"]), (&json!("already_paid"), &json!(1)));
    assert_paid_once(&world);
}

#[tokio::test]
async fn invoiced_and_sent_meanwhile_is_complete() {
    let world = world_with(simple(), Options::default()).await;
    world.door.meanwhile(2, "/V1/order/41/invoice", Value::Null);
    world.door.meanwhile(2, "/V1/order/41/ship", Value::Null);
    let output = pay(&world).await.unwrap();
    assert_eq!((&output["outcome"], &output["state"]), (&json!("already_paid"), &json!("complete")));
    assert_paid_once(&world);
}

/// Somebody's invoice without a name gets two: the one that did not stay is told.
#[tokio::test]
async fn another_id_that_is_written_over_ours_is_seen() {
    let world = world_with(simple(), Options::default()).await;
    somebody_invoices(&world, 41, &Value::Null).await;
    let entity = json!({ "entity_id": 1, "order_id": 41, "transaction_id": "pi_another" });
    world.door.meanwhile(4, "/V1/invoices/", json!({ "entity": entity }));
    let fault = pay(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "paid_by_another_payment"));
    assert!(fault.message.contains("pi_another"), "{}", fault.message);
}

#[tokio::test]
async fn put_on_hold_or_cancelled_meanwhile_is_no_payment() {
    for (path, code) in [("hold", "order_on_hold"), ("cancel", "order_canceled")] {
        let world = world_with(simple(), Options::default()).await;
        world.door.meanwhile(2, &format!("/V1/orders/41/{path}"), Value::Null);
        let fault = pay(&world).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code));
        assert_eq!(world.invoices(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn put_on_hold_after_the_invoice_keeps_its_status() {
    // Before the read-back, and before the read that follows the comment.
    for (nth, order) in [
        (3, simple()),
        (4, simple_in("pending_payment", "pending_payment")),
        (6, simple_in("pending_payment", "pending_payment")),
    ] {
        let world = world_with(order, Options::default()).await;
        world.door.meanwhile(nth, "/V1/orders/41/hold", Value::Null);
        let fault = pay(&world).await.unwrap_err();
        assert_eq!(fault.code, "order_on_hold", "{nth}");
        let order = world.order(41);
        assert_eq!((&order["state"], &order["status"]), (&json!("holded"), &json!("holded")), "{nth}");
        assert_paid_once(&world);
        // Taken off hold, a replay finds it done.
        assert_eq!(world.door.act("/V1/orders/41/unhold", &Value::Null).await.0, 200);
        assert_eq!(pay(&world).await.unwrap()["outcome"], "invoiced", "{nth}");
        assert_paid_once(&world);
    }
}

#[tokio::test]
async fn what_the_orders_own_save_left_is_looked_at() {
    let strict = || {
        let mut options = Options::default();
        options.shop.switches.strict_comment_status = true;
        options.magento.allow_order_save = true;
        options
    };
    let world = world_with(simple_in("pending_payment", "pending_payment"), strict()).await;
    world.door.meanwhile(9, "/V1/orders/41/hold", Value::Null);
    assert_eq!(pay(&world).await.unwrap_err().code, "order_on_hold");
    // The last writer wins: a save may undo what another one did.
    let world = world_with(simple_in("pending_payment", "pending_payment"), strict()).await;
    world.door.reply(9, Reply::json(200, &simple_in("processing", "processing")));
    assert_eq!(pay(&world).await.unwrap_err().code, "invoice_incomplete");
}

#[tokio::test]
async fn four_at_once_make_one_invoice() {
    for order in [simple(), simple_in("pending_payment", "pending_payment")] {
        let world = world_with(order, Options::default()).await;
        let all = tokio::join!(pay(&world), pay(&world), pay(&world), pay(&world));
        for output in [all.0, all.1, all.2, all.3] {
            let output = output.unwrap();
            assert_eq!((&output["invoice"], &output["status"]), (&json!(1), &json!("processing")));
            assert_eq!(output["outcome"], "invoiced");
        }
        assert_paid_once(&world);
        assert_eq!(world.invoices()[0]["comments"][0]["comment"], MARKER);
    }
}
