//! Orders that Stripe's own module owns: it credits, we look on.

use environment::OrderOwner;
use flow::Class;
use serde_json::{Value, json};

use super::{
    PUT, amount_of, assert_fault, input, memos, paid_with, put, refund, simple, somebody_credits, writes,
};
use crate::door::Reply;
use crate::world::{Options, World};

async fn owned() -> World {
    let world =
        paid_with(simple(), Options { order_owner: OrderOwner::StripeModule, ..Options::default() }).await;
    world.requests();
    world
}

/// The module's memo of an amount.
async fn module_credits(world: &World, base: i64) -> u64 {
    somebody_credits(world, 41, &amount_of(411, &json!(base))).await
}

#[tokio::test]
async fn what_it_has_not_credited_is_left_to_it() {
    let world = owned().await;
    let books = world.books();
    let fault = put(&world, &[refund("re_1", 500, "USD")]).await.unwrap_err();
    assert_fault(&fault, Class::NotFound, "left_to_module");
    assert!(fault.message.contains("re_1"), "{fault}");
    assert_eq!((world.books(), writes(&world)), (books, Vec::new()));
}

#[tokio::test]
async fn what_it_credited_is_known_where_all_is_credited() {
    let world = owned().await;
    let refunds = [refund("re_1", 500, "USD"), refund("re_2", 700, "USD")];
    module_credits(&world, 5).await;
    // Not all is: the memo of 5.00 may be for something else, and the module still at work.
    assert_eq!(put(&world, &refunds).await.unwrap_err().code, "left_to_module");
    module_credits(&world, 7).await;
    for (at, memo) in [(0, 1), (1, 2)] {
        let mut all = refunds.to_vec();
        all.swap(0, at);
        let output = put(&world, &all).await.unwrap();
        assert_eq!((&output["outcome"], &output["memo"]["id"]), (&json!("made_by_shop"), &json!(memo)));
    }
    assert!(writes(&world).is_empty());
}

#[tokio::test]
async fn equal_ones_are_the_first_the_firsts() {
    let world = owned().await;
    let mut refunds = ["re_b", "re_a", "re_c"].map(|id| refund(id, 500, "USD")).to_vec();
    refunds[1]["created"] = json!("2026-03-06T10:00:00Z");
    refunds[2]["created"] = json!("2026-03-07T10:00:00Z");
    for _ in 0..3 {
        module_credits(&world, 5).await;
    }
    for (at, memo) in [(0, 1), (1, 2), (2, 3)] {
        let mut all = refunds.clone();
        all.swap(0, at);
        assert_eq!(put(&world, &all).await.unwrap()["memo"]["id"], memo);
    }
    // As many in all, but not of this amount.
    let world = owned().await;
    module_credits(&world, 10).await;
    let all = [refund("re_1", 500, "USD"), refund("re_2", 500, "USD")];
    assert_eq!(put(&world, &all).await.unwrap_err().code, "left_to_module");
}

#[tokio::test]
async fn the_gateways_id_goes_before_all() {
    let world = owned().await;
    module_credits(&world, 5).await;
    let mut items: Vec<Value> = memos(&world);
    items[0]["transaction_id"] = json!("re_1-refund");
    for nth in [2, 3] {
        world.door.reply(nth, Reply::json(200, &json!({ "items": items, "total_count": 1 })));
    }
    // Though another refund is still without.
    let refunds = [refund("re_1", 500, "USD"), refund("re_2", 500, "USD")];
    assert_eq!(put(&world, &refunds).await.unwrap()["outcome"], "made_by_shop");
    let found = world.find(PUT, input(41, &refunds)).await.unwrap().unwrap();
    assert_eq!(found["outcome"], "made_by_shop");
}
