//! Somebody else acts between our look and our memo.

use flow::Class;
use serde_json::{Value, json};

use super::{PUT, amount_of, assert_fault, input, paid, put, refund, simple, totals};

/// Our memo is the fourth request.
const MEMO: usize = 4;

/// The same money, credited by staff meanwhile: a memo cannot be taken back, so that a person hears of it, once.
#[tokio::test]
async fn staff_who_credit_the_same_meanwhile_are_noticed() {
    let world = paid(simple()).await;
    let five = [refund("re_1", 500, "USD")];
    world.door.meanwhile(MEMO, "/V1/order/41/refund", amount_of(411, &json!(5)));
    let fault = put(&world, &five).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "memos_exceed_refunds");
    assert!(fault.message.contains("5.00 USD") && fault.message.contains("10.00 USD"), "{fault}");
    // Nothing lets it go on by itself.
    assert_eq!(world.find(PUT, input(41, &five)).await, Ok(None));
    let replayed = put(&world, &five).await.unwrap();
    assert_eq!((&replayed["outcome"], &replayed["memo"]["id"]), (&json!("already_made"), &json!(2)));
    assert_eq!(totals(&world), [5, 5]);
}

#[tokio::test]
async fn staff_who_credit_nearly_all_meanwhile_leave_no_room() {
    let world = paid(simple()).await;
    world.door.meanwhile(MEMO, "/V1/order/41/refund", amount_of(411, &json!(95)));
    let fault = put(&world, &[refund("re_1", 5000, "USD")]).await.unwrap_err();
    assert_fault(&fault, Class::NotFound, "refund_gap");
    assert!(fault.message.contains("95.00 USD"), "{fault}");
    assert_eq!(totals(&world), [95]);
}

#[tokio::test]
async fn an_order_that_is_credited_whole_meanwhile_is_closed() {
    let world = paid(simple()).await;
    world.door.meanwhile(MEMO, "/V1/order/41/refund", json!({}));
    let fault = put(&world, &[refund("re_1", 9890, "USD")]).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "order_closed");
    assert_eq!(totals(&world), [json!(98.9)]);
}

#[tokio::test]
async fn put_on_hold_meanwhile_is_told_as_such() {
    let world = paid(simple()).await;
    world.door.meanwhile(MEMO, "/V1/orders/41/hold", Value::Null);
    let fault = put(&world, &[refund("re_1", 500, "USD")]).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "order_on_hold");
    assert!(totals(&world).is_empty());
}

/// Four of the whole: Magento takes one, and the others find it. (Of amounts it takes all: the order's lock and the settle time
/// keep us from asking twice.)
#[tokio::test]
async fn four_at_once_of_the_whole_make_one_memo() {
    let world = paid(simple()).await;
    let whole = [refund("re_1", 9890, "USD")];
    let all =
        tokio::join!(put(&world, &whole), put(&world, &whole), put(&world, &whole), put(&world, &whole));
    for output in [all.0, all.1, all.2, all.3] {
        assert_eq!(output.unwrap()["memo"]["id"], 1);
    }
    assert_eq!(totals(&world), [json!(98.9)]);
}
