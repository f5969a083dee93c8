//! The memo is there, whoever made it.

use flow::Class;
use serde_json::{Value, json};

use super::{
    PUT, amount_of, assert_fault, input, marker, memos, money, paid, put, refund, simple, somebody_credits,
    somebody_notes, totals, writes,
};
use crate::door::Reply;
use crate::world::World;

fn five() -> Value {
    refund("re_1", 500, "USD")
}

/// The list of memos with a change, as answer to the n-th request.
fn listed(world: &World, nth: usize, change: impl Fn(&mut Value)) {
    let mut items = memos(world);
    items.iter_mut().for_each(change);
    world.door.reply(nth, Reply::json(200, &json!({ "items": items, "total_count": 1 })));
}

#[tokio::test]
async fn ours_is_found_by_its_marker() {
    let world = paid(simple()).await;
    assert_eq!(world.find(PUT, input(41, &[five()])).await, Ok(None));
    let made = put(&world, &[five()]).await.unwrap();
    world.requests();
    let again = put(&world, &[five()]).await.unwrap();
    assert_eq!((&again["outcome"], &again["memo"]), (&json!("already_made"), &made["memo"]));
    assert_eq!(world.requests(), ["GET /rest/V1/orders/41", "GET /rest/V1/creditmemos"]);
    assert_eq!(world.find(PUT, input(41, &[five()])).await, Ok(Some(again)));
    assert_eq!(world.requests(), ["GET /rest/V1/creditmemos", "GET /rest/V1/orders/41"]);
    // The key of `re_1` is the beginning of that of `re_12`.
    let output = put(&world, &[refund("re_12", 500, "USD"), five()]).await.unwrap();
    assert_eq!(output["outcome"], "made");
}

/// Also where the order has been closed, or the refund has failed since: the memo stands.
#[tokio::test]
async fn it_is_found_whatever_became_of_order_and_refund() {
    let world = paid(simple()).await;
    put(&world, &[refund("re_1", 9890, "USD")]).await.unwrap();
    let mut failed = refund("re_1", 9890, "USD");
    failed["status"] = json!("failed");
    let output = put(&world, &[failed]).await.unwrap();
    assert_eq!((&output["outcome"], &output["state"]), (&json!("already_made"), &json!("closed")));
}

#[tokio::test]
async fn a_marker_that_staff_wrote_counts() {
    let world = paid(simple()).await;
    let memo = somebody_credits(&world, 41, &amount_of(411, &json!(5))).await;
    assert_fault(&put(&world, &[five()]).await.unwrap_err(), Class::NotFound, "refund_gap");
    somebody_notes(&world, memo, &format!("refunded by phone ({})", marker("re_1"))).await;
    let output = put(&world, &[five()]).await.unwrap();
    assert_eq!((&output["outcome"], &output["memo"]["id"]), (&json!("already_made"), &json!(memo)));
    assert_eq!(totals(&world), [5]);
}

#[tokio::test]
async fn one_of_ours_that_is_of_another_amount_is_told_and_stays_so() {
    let world = paid(simple()).await;
    let memo = somebody_credits(&world, 41, &amount_of(411, &json!(4.99))).await;
    somebody_notes(&world, memo, &marker("re_1")).await;
    let fault = put(&world, &[five()]).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "memo_total_differs");
    assert!(fault.message.contains("4.99 USD") && fault.message.contains("5.00 USD"), "{fault}");
    // So that nothing lets it go on by itself.
    assert_eq!(world.find(PUT, input(41, &[five()])).await, Ok(None));
}

/// The refund was made for it: the shop's memo was first.
#[tokio::test]
async fn a_refund_that_was_made_for_a_memo_is_that_memos() {
    let world = paid(simple()).await;
    let rows =
        json!({ "items": [{ "order_item_id": 412, "qty": 1 }], "arguments": { "shipping_amount": 0 } });
    let memo = somebody_credits(&world, 41, &rows).await;
    let mut echo = refund("re_1", 1361, "USD");
    echo["credit_memo"] = json!(memo);
    let output = put(&world, &[echo.clone()]).await.unwrap();
    assert_eq!((&output["outcome"], &output["itemised"]), (&json!("made_by_shop"), &json!(true)));
    assert_eq!(output["memo"]["total"], money(1361, "USD"));
    assert_eq!(world.find(PUT, input(41, &[echo.clone()])).await, Ok(Some(output)));
    // It is no room for another refund, nor does it take another's.
    let output = put(&world, &[refund("re_2", 500, "USD"), echo.clone()]).await.unwrap();
    assert_eq!(output["outcome"], "made");
    echo["credit_memo"] = json!(99);
    echo["refund"] = json!("re_3");
    let fault = put(&world, &[echo]).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "credit_memo_of_another_order");
    assert!(fault.message.contains("99"), "{fault}");
}

#[tokio::test]
async fn a_memo_that_names_the_refund_is_its_own() {
    for (id, is_own) in [("re_1", true), ("re_1-refund", true), ("pi_1-refund", false)] {
        let world = paid(simple()).await;
        somebody_credits(&world, 41, &amount_of(411, &json!(5))).await;
        world.requests();
        listed(&world, 2, |memo| memo["transaction_id"] = json!(id));
        let outcome = put(&world, &[five()]).await.map(|output| output["outcome"].clone());
        if is_own {
            assert_eq!(outcome, Ok(json!("made_by_shop")), "{id}");
            listed(&world, 1, |memo| memo["transaction_id"] = json!(id));
            assert!(world.find(PUT, input(41, &[five()])).await.unwrap().is_some(), "{id}");
        } else {
            // It names the payment: which of its refunds it is of, a person knows.
            assert_fault(&outcome.unwrap_err(), Class::NotFound, "refund_gap");
        }
    }
}

#[tokio::test]
async fn one_that_names_another_refund_is_no_matter_of_this_one() {
    let world = paid(simple()).await;
    let memo = somebody_credits(&world, 41, &amount_of(411, &json!(5))).await;
    somebody_notes(&world, memo, "tb:acct_another:refund:re_12").await;
    assert_eq!(put(&world, &[five()]).await.unwrap()["outcome"], "made");
    assert_eq!(put(&world, &[five(), refund("re_12", 500, "USD")]).await.unwrap()["outcome"], "already_made");
    assert_eq!(totals(&world), [5, 5]);
}

#[tokio::test]
async fn one_that_was_cancelled_is_none() {
    let world = paid(simple()).await;
    let memo = somebody_credits(&world, 41, &amount_of(411, &json!(5))).await;
    somebody_notes(&world, memo, &marker("re_1")).await;
    world.requests();
    listed(&world, 2, |memo| memo["state"] = json!(3));
    // The double goes on to count it: two carry the marker then.
    assert_fault(&put(&world, &[five()]).await.unwrap_err(), Class::Validation, "duplicate_document");
    assert_eq!(writes(&world), ["POST /rest/V1/order/41/refund"]);
    // One that is open is on its way.
    listed(&world, 2, |memo| memo["state"] = json!(1));
    assert_fault(&put(&world, &[five()]).await.unwrap_err(), Class::Validation, "duplicate_document");
}

#[tokio::test]
async fn more_memos_than_a_page_are_all_looked_at() {
    let rows = |from: u64| -> Value {
        (from..from + 20)
            .map(|id| json!({ "entity_id": id, "increment_id": id.to_string(), "state": 2 }))
            .collect()
    };
    let world = paid(simple()).await;
    world.requests();
    world.door.reply(1, Reply::json(200, &json!({ "items": rows(1), "total_count": 41 })));
    world.door.reply(2, Reply::json(200, &json!({ "items": rows(21), "total_count": 21 })));
    let last = json!([{
        "entity_id": 41, "increment_id": "41", "state": 2, "grand_total": 5, "adjustment_positive": 5,
        "comments": [{ "comment": marker("re_1") }]
    }]);
    world.door.reply(3, Reply::json(200, &json!({ "items": last, "total_count": 1 })));
    let output = world.find(PUT, input(41, &[five()])).await.unwrap().unwrap();
    assert_eq!(output["memo"]["id"], 41);
    let seen = world.door.take();
    assert!(seen[1].query.contains("value%5D=20&") && seen[2].query.contains("value%5D=40&"), "{seen:#?}");
    // A shop that repeats its rows for ever is not followed for ever.
    world.door.reply_always(Reply::json(200, &json!({ "items": rows(1), "total_count": 20 })));
    assert_eq!(world.find(PUT, input(41, &[five()])).await.unwrap_err().code, "too_many_credit_memos");
}
