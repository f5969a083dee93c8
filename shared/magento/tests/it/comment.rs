//! `magento.order.comment`: a comment once, with the status that the order is to show.

use flow::{Class, Fault};
use serde_json::{Value, json};

use crate::door::Reply;
use crate::mark_paid::simple;
use crate::world::{Options, World};

const COMMENT: &str = "magento.order.comment";
const READ: &str = "GET /rest/V1/orders/41";
const WRITE: &str = "POST /rest/V1/orders/41/comments";

async fn world(options: Options) -> World {
    let world = World::with(options).await;
    world.put(simple());
    world
}

fn input(marker: &str, status: Option<&str>) -> Value {
    json!({ "order": 41, "comment": "The bank says no", "marker": marker, "status": status })
}

async fn comment(world: &World, marker: &str, status: Option<&str>) -> Result<Value, Fault> {
    world.run(COMMENT, input(marker, status)).await
}

fn history(world: &World) -> Vec<Value> {
    world.order(41)["status_histories"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_comment_is_written_once() {
    let world = world(Options::default()).await;
    assert_eq!(world.find(COMMENT, input("ch_1", None)).await.unwrap(), None);
    world.requests();
    assert_eq!(
        comment(&world, "ch_1", Some("payment_failed")).await.unwrap(),
        json!({ "status": "payment_failed" })
    );
    assert_eq!(world.requests(), [READ, WRITE, READ]);
    let entry = &history(&world)[0];
    assert_eq!(entry["comment"], "The bank says no [tb:acct_1Test:comment:ch_1]");
    assert_eq!((&entry["is_customer_notified"], &entry["is_visible_on_front"]), (&json!(0), &json!(0)));
    for _ in 0..2 {
        let again = comment(&world, "ch_1", Some("payment_failed")).await.unwrap();
        assert_eq!(again, json!({ "status": "payment_failed" }));
    }
    assert_eq!(world.requests(), [READ, READ]);
    assert_eq!(
        world.find(COMMENT, input("ch_1", None)).await.unwrap(),
        Some(json!({ "status": "payment_failed" }))
    );
    assert_eq!(history(&world).len(), 1);
}

#[tokio::test]
async fn without_a_status_the_order_keeps_its_own() {
    let world = world(Options::default()).await;
    assert_eq!(comment(&world, "a", None).await.unwrap(), json!({ "status": "pending" }));
    let seen = world.door.take();
    assert_eq!(seen.len(), 3);
    let body: Value = serde_json::from_str(&seen[1].body).unwrap();
    // 2.4.5 sets a status that is left out to null, and the order vanishes from the grid.
    assert_eq!(body["statusHistory"]["status"], "pending");
}

#[tokio::test]
async fn a_marker_is_not_found_in_a_longer_one() {
    let world = world(Options::default()).await;
    comment(&world, "42", None).await.unwrap();
    assert_eq!(world.find(COMMENT, input("4", None)).await.unwrap(), None);
    comment(&world, "4", None).await.unwrap();
    assert_eq!(history(&world).len(), 2);
}

#[tokio::test]
async fn a_status_that_the_shop_does_not_know_is_for_a_person() {
    let mut options = Options::default();
    options.shop.switches.strict_comment_status = true;
    let world = world(options).await;
    let fault = comment(&world, "a", Some("payment_failed")).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "status_not_assigned"));
    assert!(fault.message.contains("payment_failed"), "{}", fault.message);
    assert_eq!(history(&world).len(), 0);
}

#[tokio::test]
async fn a_marker_that_makes_no_key_is_a_mistake_in_the_flow() {
    let world = world(Options::default()).await;
    for marker in ["two words", "Größe", &"x".repeat(200)] {
        let fault = comment(&world, marker, None).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "malformed_key"));
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_one_comment() {
    for nth in 1..=3 {
        for commits in [false, true] {
            let world = world(Options::default()).await;
            let lost = Reply { status: 200, breaks: true, commits, ..Reply::default() };
            world.door.reply(nth, lost);
            let fault = comment(&world, "ch_1", Some("on_its_way")).await.unwrap_err();
            assert_eq!(fault.class, if nth == 2 { Class::UnknownOutcome } else { Class::Transient });
            let found = world.find(COMMENT, input("ch_1", Some("on_its_way"))).await.unwrap();
            let written = commits && nth == 2 || nth == 3;
            assert_eq!(found.is_some(), written);
            let output = comment(&world, "ch_1", Some("on_its_way")).await.unwrap();
            assert_eq!(output, json!({ "status": "on_its_way" }));
            assert_eq!(history(&world).len(), 1);
        }
    }
}

#[tokio::test]
async fn a_comment_that_was_answered_and_is_not_there_is_noticed() {
    let world = world(Options::default()).await;
    world.door.reply(2, Reply::json(200, &json!(true)));
    let fault = comment(&world, "a", None).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "comment_not_written"));
}
