//! Orders that are past it, that somebody touched meanwhile, and what a later success makes of them.

use flow::Class;
use serde_json::{Value, json};

use super::{FAILED, MESSAGE, READ, history, input, messages, tell, waiting, world, world_with};
use crate::door::Reply;
use crate::mark_paid::{self, MARK_PAID, simple, somebody_invoices};
use crate::world::Options;

#[tokio::test]
async fn an_order_that_is_past_it_is_left() {
    for state in ["holded", "canceled", "closed", "complete", "payment_review"] {
        let mut order = simple();
        order["state"] = json!(state);
        order["status"] = json!(state);
        let world = world_with(order, Options::default()).await;
        let output = tell(&world, "ch_1").await.unwrap();
        assert_eq!(
            (&output["outcome"], &output["mail"], &output["status"]),
            (&json!("left"), &json!("none"), &json!(state))
        );
        assert_eq!((world.requests(), history(&world).len()), (vec![READ.to_owned()], 0));
        assert_eq!(world.find(FAILED, input("ch_1", Some(MESSAGE))).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_order_that_is_paid_or_paid_in_part_is_left() {
    for items in [Value::Null, json!([{ "order_item_id": 412, "qty": 1 }])] {
        let world = world_with(simple(), Options::default()).await;
        somebody_invoices(&world, 41, &items).await;
        let before = world.books();
        assert_eq!(tell(&world, "ch_1").await.unwrap()["outcome"], "left");
        assert_eq!(world.books(), before);
    }
}

/// An order in a state, in a shop that has assigned the status to that state.
fn assigned(state: &str, status: &str, strict: bool) -> (Value, Options) {
    let mut order = simple();
    order["state"] = json!(state);
    order["status"] = json!(status);
    let mut options = Options::default();
    options.shop.switches.strict_comment_status = strict;
    options.shop.switches.statuses.insert("payment_failed".to_owned(), vec![state.to_owned()]);
    (order, options)
}

#[tokio::test]
async fn new_waiting_and_sent_orders_show_it_in_their_state() {
    for (state, status) in
        [("new", "pending"), ("pending_payment", "pending_payment"), ("processing", "processing")]
    {
        let (order, options) = assigned(state, status, true);
        let world = world_with(order, options).await;
        let output = tell(&world, "ch_1").await.unwrap();
        assert_eq!((&output["state"], &output["status"]), (&json!(state), &json!("payment_failed")));
    }
}

/// Newer versions refuse it, before anything is told.
#[tokio::test]
async fn a_status_that_is_not_assigned_is_for_a_person_and_nothing_is_told() {
    let mut options = Options::default();
    options.shop.switches.strict_comment_status = true;
    let world = world_with(waiting(), options).await;
    let fault = tell(&world, "ch_1").await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "status_not_assigned"));
    assert!(fault.message.contains("payment_failed"), "{}", fault.message);
    assert_eq!(history(&world).len(), 0);
}

#[tokio::test]
async fn a_status_that_the_shop_sets_back_is_for_a_person() {
    let world = world().await;
    let body =
        json!({ "statusHistory": { "comment": "Module", "status": "pending_payment", "parent_id": 41 } });
    world.door.meanwhile(4, "/V1/orders/41/comments", body);
    let fault = tell(&world, "ch_1").await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "status_not_set"));
    assert_eq!(messages(&world), 1);
}

/// Whoever decides otherwise afterwards is right: the status is not set a second time.
#[tokio::test]
async fn a_status_that_a_person_has_set_since_stays() {
    let world = world().await;
    tell(&world, "ch_1").await.unwrap();
    let body = json!({ "statusHistory": { "comment": "Called them", "status": "pending_payment", "parent_id": 41 } });
    assert_eq!(world.door.act("/V1/orders/41/comments", &body).await.0, 200);
    assert_eq!(tell(&world, "ch_1").await.unwrap()["status"], "pending_payment");
}

#[tokio::test]
async fn an_order_that_is_paid_while_it_is_told_shows_that() {
    for nth in [2, 3, 4] {
        let world = world_with(simple(), Options::default()).await;
        world.door.meanwhile(nth, "/V1/order/41/invoice", json!({}));
        let output = tell(&world, "ch_1").await.unwrap();
        let shown = [&output["outcome"], &output["state"], &output["status"]];
        assert_eq!(shown, ["recorded", "processing", "processing"], "{nth}");
        assert_eq!(world.order(41)["status"], "processing");
        assert_eq!(messages(&world), 1);
    }
}

/// The status is a label: paying leads on from it as from any other, on every version.
#[tokio::test]
async fn a_later_success_clears_it() {
    for strict in [false, true] {
        for (state, status) in
            [("new", "pending"), ("pending_payment", "pending_payment"), ("processing", "processing")]
        {
            let (order, mut options) = assigned(state, status, strict);
            options.magento.allow_order_save = strict;
            let world = world_with(order, options).await;
            assert_eq!(tell(&world, "ch_0").await.unwrap()["status"], "payment_failed");
            let output = world.run(MARK_PAID, mark_paid::input(41)).await.unwrap();
            assert_eq!(
                (&output["outcome"], &output["status"]),
                (&json!("invoiced"), &json!("processing")),
                "{state} {strict}"
            );
            let order = world.order(41);
            assert_eq!(
                (&order["status"], &order["total_due"]),
                (&json!("processing"), &json!(0)),
                "{state} {strict}"
            );
            // A late word of the failure changes nothing.
            let before = world.books();
            assert_eq!(tell(&world, "ch_1").await.unwrap()["outcome"], "left");
            assert_eq!(tell(&world, "ch_0").await.unwrap()["outcome"], "recorded");
            assert_eq!(world.books(), before);
        }
    }
}

#[tokio::test]
async fn a_comment_that_was_answered_and_is_not_there_is_noticed() {
    for nth in [2, 3] {
        let world = world().await;
        world.door.reply(nth, Reply::json(200, &json!(true)));
        let fault = tell(&world, "ch_1").await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "comment_not_written"));
    }
}

#[tokio::test]
async fn a_charge_that_makes_no_key_is_a_mistake_in_the_flow() {
    let world = world().await;
    let fault = tell(&world, "two words").await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "malformed_key"));
    assert_eq!(world.requests(), Vec::<String>::new());
}
