//! No memo is made, and the sentence says why.

use flow::Class;
use serde_json::{Value, json};

use super::{
    PUT, amount_of, assert_fault, complete, input, memos, paid, put, refund, simple, somebody_credits,
    totals, writes,
};
use crate::door::Reply;
use crate::mark_paid::{module_invoices, somebody_invoices};
use crate::world::World;

fn five() -> Value {
    refund("re_1", 500, "USD")
}

async fn assert_refused(world: &World, refunds: &[Value], class: Class, code: &str, says: &[&str]) {
    let before = world.books();
    let fault = put(world, refunds).await.unwrap_err();
    assert_fault(&fault, class, code);
    for text in says {
        assert!(fault.message.contains(text), "`{text}` is not in: {fault}");
    }
    assert_eq!(world.books(), before, "{code}");
}

#[tokio::test]
async fn an_order_that_is_not_invoiced_yet_is_waited_for() {
    for (state, status) in [("new", "pending"), ("pending_payment", "pending_payment")] {
        let world = World::new().await;
        let mut order = complete(simple());
        order["state"] = json!(state);
        order["status"] = json!(status);
        world.put(order);
        assert_refused(&world, &[five()], Class::NotFound, "not_invoiced_yet", &["98.90 USD", "re_1"]).await;
        assert!(writes(&world).is_empty());
        // Then it goes on.
        module_invoices(&world, 41, "pi_1").await;
        assert_eq!(put(&world, &[five()]).await.unwrap()["outcome"], "made");
    }
    // A part of it is: not enough.
    let world = World::new().await;
    world.put(complete(simple()));
    somebody_invoices(&world, 41, &json!([{ "order_item_id": 412, "qty": 1 }])).await;
    assert_refused(&world, &[refund("re_1", 9000, "USD")], Class::NotFound, "not_invoiced_yet", &[]).await;
    assert_eq!(put(&world, &[five()]).await.unwrap()["outcome"], "made");
}

#[tokio::test]
async fn states_in_which_nothing_is_credited() {
    for (state, code) in [
        ("holded", "order_on_hold"),
        ("payment_review", "order_in_review"),
        ("canceled", "order_canceled"),
        ("closed", "order_closed"),
    ] {
        let world = paid(simple()).await;
        let mut order = world.order(41);
        order["state"] = json!(state);
        world.put(order);
        assert_refused(&world, &[five()], Class::Validation, code, &["000000041"]).await;
        assert!(writes(&world).is_empty());
    }
}

/// Staff gave the money back by a memo that names no refund: a person must say whether it is this one's.
#[tokio::test]
async fn no_memo_above_what_went_back_and_is_not_credited() {
    let world = paid(simple()).await;
    somebody_credits(&world, 41, &amount_of(411, &json!(7))).await;
    let refunds = [five(), refund("re_2", 600, "USD")];
    let says = ["11.00 USD", "7.00 USD", "4.00 USD", "re_1", "tb:acct_1Test:refund:re_1"];
    assert_refused(&world, &refunds, Class::NotFound, "refund_gap", &says).await;
    assert!(writes(&world).is_empty());
    // A further refund makes room.
    let refunds = [five(), refund("re_2", 600, "USD"), refund("re_3", 100, "USD")];
    assert_eq!(put(&world, &refunds).await.unwrap()["outcome"], "made");
    // Those that failed make none, nor do those of another charge.
    let mut gone = [refund("re_4", 5000, "USD"), refund("re_5", 5000, "USD"), refund("re_6", 5000, "USD")];
    gone[0]["status"] = json!("failed");
    gone[1]["status"] = json!("canceled");
    gone[2]["charge"] = json!("ch_2");
    let refunds = [&[refund("re_2", 600, "USD"), five()][..], &gone[..]].concat();
    assert_refused(&world, &refunds, Class::NotFound, "refund_gap", &["11.00 USD", "12.00 USD"]).await;
}

/// The memo of what failed stands, for the merchant still owes; what pays it anew is no second one.
#[tokio::test]
async fn what_pays_a_failed_refund_anew_is_not_credited_twice() {
    let world = paid(simple()).await;
    put(&world, &[five()]).await.unwrap();
    let mut failed = five();
    failed["status"] = json!("failed");
    let refunds = [refund("re_2", 500, "USD"), failed];
    assert_refused(&world, &refunds, Class::NotFound, "refund_gap", &["pays anew"]).await;
    assert_eq!(totals(&world), [5]);
}

#[tokio::test]
async fn a_refund_that_is_none_has_no_memo() {
    for status in ["failed", "canceled"] {
        let world = paid(simple()).await;
        let mut refund = five();
        refund["status"] = json!(status);
        assert_refused(&world, &[refund], Class::Validation, "refund_not_standing", &[status, "re_1"]).await;
    }
    for status in ["pending", "requires_action", "succeeded", "another_word"] {
        let world = paid(simple()).await;
        let mut refund = five();
        refund["status"] = json!(status);
        assert_eq!(put(&world, &[refund]).await.unwrap()["outcome"], "made", "{status}");
    }
}

#[tokio::test]
async fn more_than_was_paid_is_for_a_person() {
    let world = paid(simple()).await;
    let says = ["98.90 USD", "98.91 USD"];
    assert_refused(&world, &[refund("re_1", 9891, "USD")], Class::Validation, "memo_above_paid", &says).await;
    let refunds = [five(), refund("re_2", 9400, "USD")];
    put(&world, &refunds).await.unwrap();
    let [first, second] = refunds;
    assert_refused(&world, &[second, first], Class::Validation, "memo_above_paid", &["93.90 USD"]).await;
    assert!(writes(&world).iter().all(|request| request == "POST /rest/V1/order/41/refund"));
    assert_eq!(totals(&world), [5]);
}

/// A customer who paid twice gets one payment back: the order is the other's.
#[tokio::test]
async fn what_another_payment_paid_is_not_credited() {
    let world = World::new().await;
    world.put(complete(simple()));
    module_invoices(&world, 41, "pi_another-capture").await;
    let refunds = [refund("re_1", 9890, "USD")];
    assert_refused(&world, &refunds, Class::Validation, "paid_by_another_payment", &["pi_another", "ch_1"])
        .await;
    // One that says nothing of its payment may be this one's.
    let world = World::new().await;
    world.put(complete(simple()));
    somebody_invoices(&world, 41, &Value::Null).await;
    assert_eq!(put(&world, &refunds).await.unwrap()["outcome"], "made");
}

#[tokio::test]
async fn an_older_version_that_wants_rows_is_for_a_person() {
    let world = paid(simple()).await;
    let message = "Creditmemo Document Validation Error(s):\nYou can't create a creditmemo without products.";
    world.door.reply(4, Reply::json(400, &json!({ "message": message })));
    assert_refused(&world, &[five()], Class::Validation, "memo_needs_rows", &["by hand"]).await;
    // What nothing explains is told as it is.
    world.door.take();
    world.door.reply(4, Reply::json(400, &json!({ "message": "No." })));
    assert_refused(&world, &[five()], Class::Validation, "refused", &["No."]).await;
}

/// Whatever a module makes of it, it is looked at.
#[tokio::test]
async fn a_memo_that_is_not_as_it_was_meant_is_told() {
    for (name, value, code) in [
        ("grand_total", json!(5.01), "memo_total_differs"),
        ("grand_total", json!(103.9), "memo_total_differs"),
        ("comments", json!([]), "credit_memo_not_found"),
    ] {
        let world = paid(simple()).await;
        // The list after the memo, as the shop would have it but for one field.
        let twin = paid(simple()).await;
        put(&twin, &[five()]).await.unwrap();
        let mut list = memos(&twin);
        list[0][name] = value;
        world.door.reply(5, Reply::json(200, &json!({ "items": list, "total_count": 1 })));
        let fault = put(&world, &[five()]).await.unwrap_err();
        assert_fault(&fault, Class::Validation, code);
        // It is there: a replay does not make another.
        let replayed = world.run(PUT, input(41, &[five()])).await.unwrap();
        assert_eq!(replayed["outcome"], "already_made");
        assert_eq!(totals(&world), [5]);
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_found() {
    let world = World::new().await;
    assert_eq!(put(&world, &[five()]).await.unwrap_err().class, Class::NotFound);
}
