//! `magento.order.cancel`: what waits for its money is cancelled once, what was paid never.

use flow::{Class, Fault};
use serde_json::{Value, json};

use crate::door::Reply;
use crate::mark_paid::{simple, somebody_invoices};
use crate::world::{Options, World};

const CANCEL: &str = "magento.order.cancel";
const READ: &str = "GET /rest/V1/orders/41";
const WRITE: &str = "POST /rest/V1/orders/41/cancel";

async fn world_in(state: &str, status: &str) -> World {
    let world = World::with(Options::default()).await;
    let mut order = simple();
    order["state"] = json!(state);
    order["status"] = json!(status);
    world.put(order);
    world
}

async fn cancel(world: &World) -> Result<Value, Fault> {
    world.run(CANCEL, json!({ "order": 41 })).await
}

#[tokio::test]
async fn an_order_that_waits_is_cancelled_once() {
    for (state, status) in
        [("new", "pending"), ("pending_payment", "pending_payment"), ("new", "payment_failed")]
    {
        let world = world_in(state, status).await;
        assert_eq!(world.find(CANCEL, json!({ "order": 41 })).await.unwrap(), None);
        world.requests();
        let done = json!({ "outcome": "canceled", "state": "canceled", "status": "canceled" });
        assert_eq!(cancel(&world).await.unwrap(), done);
        assert_eq!(world.requests(), [READ, WRITE, READ]);
        // The stock is free again.
        let order = world.order(41);
        let rows = order["items"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["qty_canceled"] == row["qty_ordered"]), "{rows:#?}");
        let before = world.books();
        assert_eq!(cancel(&world).await.unwrap(), done);
        assert_eq!(world.requests(), [READ]);
        assert_eq!(world.books(), before);
        assert_eq!(world.find(CANCEL, json!({ "order": 41 })).await.unwrap(), Some(done));
    }
}

#[tokio::test]
async fn what_is_paid_in_part_or_decided_otherwise_is_left() {
    for items in [Value::Null, json!([{ "order_item_id": 412, "qty": 1 }])] {
        let world = world_in("new", "pending").await;
        somebody_invoices(&world, 41, &items).await;
        let before = world.books();
        assert_eq!(cancel(&world).await.unwrap()["outcome"], "left");
        assert_eq!(world.books(), before);
    }
    for state in ["holded", "processing", "complete", "closed", "payment_review"] {
        let world = world_in(state, state).await;
        assert_eq!(
            cancel(&world).await.unwrap(),
            json!({ "outcome": "left", "state": state, "status": state })
        );
        assert_eq!(world.requests(), [READ]);
    }
}

/// Magento says `false`, with 200, where it cannot or need not.
#[tokio::test]
async fn a_refusal_that_looks_like_an_answer_is_read_for_what_it_is() {
    // Somebody cancelled it a moment before.
    let world = world_in("new", "pending").await;
    world.door.meanwhile(2, "/V1/orders/41/cancel", json!({}));
    assert_eq!(cancel(&world).await.unwrap()["outcome"], "canceled");
    // Somebody invoiced it a moment before: the rest is cancelled by nobody.
    let world = world_in("new", "pending").await;
    world.door.meanwhile(2, "/V1/orders/41/hold", json!({}));
    let output = cancel(&world).await.unwrap();
    assert_eq!((&output["outcome"], &output["state"]), (&json!("left"), &json!("holded")));
    // It will not, for a reason of its own.
    let world = world_in("new", "pending").await;
    world.door.reply(2, Reply::json(200, &json!(false)));
    let fault = cancel(&world).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "order_not_canceled"));
}

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_a_cancelled_order() {
    for nth in 1..=3 {
        for commits in [false, true] {
            let world = world_in("new", "payment_failed").await;
            let lost = Reply { status: 200, breaks: true, commits, ..Reply::default() };
            world.door.reply(nth, lost);
            let fault = cancel(&world).await.unwrap_err();
            assert_eq!(fault.class, if nth == 2 { Class::UnknownOutcome } else { Class::Transient });
            assert_eq!(cancel(&world).await.unwrap()["outcome"], "canceled");
            assert_eq!(world.order(41)["state"], "canceled");
        }
    }
}
