//! `magento.order.payment_failed`: one attempt is told once, to the staff with the reason and to the customer without.

mod crash;
mod states;

use flow::Fault;
use serde_json::{Value, json};

use crate::mark_paid::simple;
use crate::world::{Options, World};

const FAILED: &str = "magento.order.payment_failed";
const READ: &str = "GET /rest/V1/orders/41";
const WRITE: &str = "POST /rest/V1/orders/41/comments";
const MESSAGE: &str =
    "The payment for your order 000000041 did not go through. Please try again: https://shop.example.com/pay";

/// Order 41, which waits for its payment.
fn waiting() -> Value {
    let mut order = simple();
    order["state"] = json!("pending_payment");
    order["status"] = json!("pending_payment");
    order
}

async fn world_with(order: Value, options: Options) -> World {
    let world = World::with(options).await;
    world.put(order);
    world
}

async fn world() -> World {
    world_with(waiting(), Options::default()).await
}

fn input(charge: &str, message: Option<&str>) -> Value {
    json!({
        "order": 41, "attempt": charge, "status": "payment_failed", "message": message,
        "note": format!("Payment by {charge} failed: insufficient_funds.")
    })
}

async fn tell(world: &World, charge: &str) -> Result<Value, Fault> {
    world.run(FAILED, input(charge, Some(MESSAGE))).await
}

/// The oldest first.
fn history(world: &World) -> Vec<Value> {
    let mut entries = world.order(41)["status_histories"].as_array().unwrap().clone();
    entries.reverse();
    entries
}

/// What the customer reads.
fn messages(world: &World) -> usize {
    history(world).iter().filter(|entry| entry["is_visible_on_front"] == 1).count()
}

#[tokio::test]
async fn an_attempt_is_told_once_to_each() {
    let world = world().await;
    assert_eq!(world.find(FAILED, input("ch_1", Some(MESSAGE))).await.unwrap(), None);
    world.requests();
    let output = tell(&world, "ch_1").await.unwrap();
    let told = json!({ "outcome": "recorded", "mail": "sent", "state": "pending_payment", "status": "payment_failed" });
    assert_eq!(output, told);
    assert_eq!(world.requests(), [READ, WRITE, WRITE, READ]);
    let entries = history(&world);
    let [note, message] = entries.as_slice() else { panic!("{entries:#?}") };
    let text = note["comment"].as_str().unwrap();
    assert!(text.starts_with("Payment by ch_1 failed: insufficient_funds. [message "), "{text}");
    assert!(text.ends_with("[tb:acct_1Test:attempt:ch_1]"), "{text}");
    assert_eq!((&note["is_customer_notified"], &note["is_visible_on_front"]), (&json!(0), &json!(0)));
    assert_eq!(message["comment"], MESSAGE);
    assert_eq!((&message["is_customer_notified"], &message["is_visible_on_front"]), (&json!(1), &json!(1)));
    assert!(entries.iter().all(|entry| entry["status"] == "payment_failed"));
    for _ in 0..2 {
        assert_eq!(tell(&world, "ch_1").await.unwrap(), told);
    }
    assert_eq!(world.requests(), [READ, READ]);
    assert_eq!(world.find(FAILED, input("ch_1", Some(MESSAGE))).await.unwrap(), Some(told));
    assert_eq!(history(&world).len(), 2);
}

/// Most attempts of one customer are told in the same words.
#[tokio::test]
async fn each_attempt_is_told_though_the_words_are_the_same() {
    let world = world().await;
    for (charge, count) in [("ch_1", 1), ("ch_12", 2), ("ch_2", 3)] {
        assert_eq!(world.find(FAILED, input(charge, Some(MESSAGE))).await.unwrap(), None);
        for _ in 0..2 {
            assert_eq!(tell(&world, charge).await.unwrap()["mail"], "sent");
        }
        assert_eq!((history(&world).len(), messages(&world)), (2 * count, count));
    }
    assert_eq!(tell(&world, "ch_1").await.unwrap()["mail"], "sent");
    assert_eq!(messages(&world), 3);
}

#[tokio::test]
async fn without_a_message_only_the_staff_is_told() {
    let world = world().await;
    for _ in 0..2 {
        let output = world.run(FAILED, input("ch_1", None)).await.unwrap();
        assert_eq!((&output["mail"], &output["status"]), (&json!("none"), &json!("payment_failed")));
    }
    assert_eq!(world.requests(), [READ, WRITE, READ, READ]);
    assert_eq!((history(&world).len(), messages(&world)), (1, 0));
}

#[tokio::test]
async fn without_a_status_the_order_keeps_its_own() {
    let world = world().await;
    let mut input = input("ch_1", Some(MESSAGE));
    input["status"] = Value::Null;
    assert_eq!(world.run(FAILED, input).await.unwrap()["status"], "pending_payment");
    assert!(history(&world).iter().all(|entry| entry["status"] == "pending_payment"));
}

/// 2.4.5 answers 400 where its mail transport fails, and has written the comment.
#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_told_of_and_written_once() {
    let mut options = Options::default();
    options.shop.switches.mail_works = false;
    let world = world_with(waiting(), options).await;
    let output = tell(&world, "ch_1").await.unwrap();
    assert_eq!((&output["outcome"], &output["mail"]), (&json!("recorded"), &json!("not_sent")));
    assert_eq!(world.requests(), [READ, WRITE, WRITE, READ, READ]);
    assert_eq!((history(&world).len(), messages(&world)), (2, 1));
    tell(&world, "ch_1").await.unwrap();
    assert_eq!(messages(&world), 1);
}

/// Where the shop rolls the comment back with the mail, it is written without one.
#[tokio::test]
async fn a_message_that_went_with_its_mail_is_written_without_it() {
    let world = world().await;
    let refusal = json!({ "message": "Unable to send mail. Please try again later." });
    world.door.reply(3, crate::door::Reply::json(400, &refusal));
    let output = tell(&world, "ch_1").await.unwrap();
    assert_eq!(output["mail"], "not_sent");
    assert_eq!(world.requests(), [READ, WRITE, WRITE, READ, WRITE, READ]);
    let entries = history(&world);
    assert_eq!((entries.len(), &entries[1]["is_customer_notified"]), (2, &json!(0)));
    // So it is found to be.
    let found = world.find(FAILED, input("ch_1", Some(MESSAGE))).await.unwrap().unwrap();
    assert_eq!(found["mail"], "not_sent");
}
