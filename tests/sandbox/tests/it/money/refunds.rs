//! Refunds: made here and there, waiting, failing later.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, World, number, text};

async fn refunds_of(world: &World, charge: &Value) -> Vec<Value> {
    world.all(&format!("refunds?charge={}", text(charge, "id"))).await
}

#[tokio::test]
async fn a_dashboard_refund_is_told_twice_and_takes_the_money_without_its_fee() {
    let world = World::new();
    let charge = world.paid(10_800, true);
    let refund = world.play(&json!({"move": "refund", "charge": charge["id"], "amount": 5400}));
    assert_eq!(refund.types(), ["charge.refunded", "refund.created"]);
    let told = refund.event("charge.refunded");
    assert_eq!(told["data"]["previous_attributes"], json!({"amount_refunded": 0}));
    assert_eq!(told["request"], json!({"id": null, "idempotency_key": null}));
    let row =
        world.get(&format!("balance_transactions/{}", text(&refund.object, "balance_transaction"))).await;
    assert_eq!(
        (&row["amount"], &row["fee"], &row["net"], &row["type"], &row["reporting_category"], &row["source"]),
        (&json!(-5400), &json!(0), &json!(-5400), &json!("refund"), &json!("refund"), &refund.object["id"])
    );
    let intent = text(&charge, "payment_intent");
    let listed = world.all(&format!("refunds?payment_intent={intent}")).await;
    assert_eq!(listed, std::slice::from_ref(&refund.object));
    assert_eq!(world.get(&format!("refunds/{}", refund.id())).await, refund.object);
    balances(&world).await;
}

#[tokio::test]
async fn our_own_refund_carries_its_key_and_events_keep_the_moment() {
    let world = World::new();
    let charge = world.paid(1000, true);
    let body = format!("charge={}&amount=400", text(&charge, "id"));
    for key in ["tb-1", "tb-2"] {
        assert_eq!(world.post("refunds", &body, key).await.status, 200);
    }
    let told = world.all("events?type=charge.refunded").await;
    let told: Vec<_> = told.iter().rev().collect();
    assert_eq!(told[0]["request"]["idempotency_key"], "tb-1");
    assert_eq!(told[0]["data"]["object"]["amount_refunded"], 400);
    assert_eq!(told[1]["request"]["idempotency_key"], "tb-2");
    assert_eq!(told[1]["data"]["object"]["amount_refunded"], 800);
    assert_eq!(told[1]["data"]["previous_attributes"], json!({"amount_refunded": 400}));
    // The first one's photograph has not changed with the charge.
    let again = world.get(&format!("events/{}", text(told[0], "id"))).await;
    assert_eq!(again["data"]["object"]["amount_refunded"], 400);
}

#[tokio::test]
async fn a_refund_that_fails_gives_the_money_back_and_can_be_made_again() {
    let world = World::new();
    let charge = world.paid(1000, true);
    let before = world.get("balance").await;
    let refund = world.play(&json!({"move": "refund", "charge": charge["id"]}));
    world.wait(9 * DAY);
    let failed = world.play(&json!({
        "move": "refund_turns", "refund": refund.id(), "to": "failed", "failure_reason": "expired_or_canceled_card"
    }));
    assert_eq!(failed.types(), ["charge.refund.updated", "refund.failed", "refund.updated"]);
    let update = failed.event("charge.refund.updated");
    assert_eq!(update["data"]["object"]["object"], "refund");
    assert_eq!(
        update["data"]["previous_attributes"],
        json!({"status": "succeeded", "failure_reason": null, "failure_balance_transaction": null})
    );
    let row = world
        .get(&format!("balance_transactions/{}", text(&failed.object, "failure_balance_transaction")))
        .await;
    assert_eq!(
        (&row["net"], &row["type"], &row["reporting_category"], &row["source"]),
        (&json!(1000), &json!("refund_failure"), &json!("refund_failure"), &refund.object["id"])
    );
    assert_eq!(world.get("balance").await, before);
    let now = world.get(&format!("charges/{}", text(&charge, "id"))).await;
    assert_eq!((&now["amount_refunded"], &now["refunded"]), (&json!(0), &json!(false)));
    world.refused(&json!({"move": "refund_turns", "refund": refund.id(), "to": "succeeded"}));
    world.play(&json!({"move": "refund", "charge": charge["id"]}));
    assert_eq!(refunds_of(&world, &charge).await.len(), 2);
    balances(&world).await;
}

#[tokio::test]
async fn a_refund_waits_where_the_balance_is_short_and_takes_the_money_when_it_goes_on() {
    let world = World::new();
    world.play(&json!({"move": "account", "refunds_wait_for_balance": true}));
    let charge = world.paid(1000, true);
    let body = format!("charge={}&amount=1000", text(&charge, "id"));
    let made = world.post("refunds", &body, "k").await.json();
    assert_eq!((&made["status"], &made["pending_reason"]), (&json!("pending"), &json!("insufficient_funds")));
    assert_eq!(made["balance_transaction"], Value::Null);
    balances(&world).await;
    world.paid(500, false);
    let turned = world.play(&json!({"move": "refund_turns", "refund": made["id"], "to": "succeeded"}));
    assert_eq!(turned.types(), ["charge.refund.updated", "refund.updated"]);
    assert!(
        turned.object["balance_transaction"].is_string() && turned.object.get("pending_reason").is_none()
    );
    balances(&world).await;
    // One that never gets its money costs nothing.
    let other = world.paid(2000, true);
    let waits = json!({
        "move": "refund", "charge": other["id"], "status": "pending", "pending_reason": "insufficient_funds"
    });
    let waits = world.play(&waits);
    let failed = world.play(&json!({"move": "refund_turns", "refund": waits.id(), "to": "failed"}));
    assert!(failed.object.get("failure_balance_transaction").is_none_or(Value::is_null));
    balances(&world).await;
}

#[tokio::test]
async fn a_customer_who_must_act_may_not_and_a_reference_comes_later() {
    let world = World::new();
    let charge = world.paid(1000, true);
    let asks = json!({"move": "refund", "charge": charge["id"], "amount": 300, "status": "requires_action"});
    let refund = world.play(&asks);
    assert_eq!(refund.object["status"], "requires_action");
    let canceled = world.post(&format!("refunds/{}/cancel", refund.id()), "", "c").await;
    assert_eq!((canceled.status, canceled.json()["status"].clone()), (200, json!("canceled")));
    assert_eq!(world.post(&format!("refunds/{}/cancel", refund.id()), "", "d").await.status, 400);
    let pending =
        world.play(&json!({"move": "refund", "charge": charge["id"], "amount": 300, "status": "pending"}));
    assert_eq!(pending.object["pending_reason"], "processing");
    assert!(pending.object["balance_transaction"].is_string());
    world.play(&json!({"move": "refund_turns", "refund": pending.id(), "to": "succeeded"}));
    let known = world.play(
        &json!({"move": "refund_turns", "refund": pending.id(), "reference": "74537604221222132710572"}),
    );
    assert_eq!(known.object["destination_details"]["card"]["reference"], "74537604221222132710572");
    assert_eq!(known.object["status"], "succeeded");
    assert_eq!(known.types(), ["charge.refund.updated", "refund.updated"]);
    balances(&world).await;
}

#[tokio::test]
async fn what_cannot_be_refunded_says_why() {
    let world = World::new();
    let code = async |body: String| {
        let got = world.post("refunds", &body, &format!("k{body}")).await;
        assert_eq!(got.status, 400, "{}", got.text);
        text(&got.json()["error"], "code")
    };
    let charge = text(&world.paid(1000, true), "id");
    assert_eq!(code(format!("charge={charge}&amount=1001")).await, "amount_too_large");
    world.play(&json!({"move": "refund", "charge": charge}));
    assert_eq!(code(format!("charge={charge}&amount=1")).await, "charge_already_refunded");
    let held = world.play(&json!({"move": "pay", "amount": 1000, "captured": false})).id();
    assert_eq!(code(format!("charge={held}")).await, "charge_not_refundable");
    let disputed = world.paid(1000, true);
    world.play(&json!({"move": "dispute", "charge": disputed["id"]}));
    assert_eq!(code(format!("charge={}", text(&disputed, "id"))).await, "charge_disputed");
    let failed = world.play(&json!({"move": "intent", "amount": 100}));
    world.play(
        &json!({"move": "attempt", "intent": failed.object["id"], "outcome": {"declined": "lost_card"}}),
    );
    let body = format!("payment_intent={}", failed.id());
    assert_eq!(code(body).await, "payment_intent_unexpected_state");
    balances(&world).await;
}

#[tokio::test]
async fn money_of_a_charge_that_is_not_available_goes_back_no_earlier() {
    let world = World::new();
    let charge = world.paid(1000, false);
    let refund = world.play(&json!({"move": "refund", "charge": charge["id"]}));
    let id = text(&refund.object, "balance_transaction");
    let refunded = world.get(&format!("balance_transactions/{id}")).await;
    let paid = world.get(&format!("balance_transactions/{}", text(&charge, "balance_transaction"))).await;
    assert_eq!(refunded["status"], "pending");
    assert_eq!(number(&refunded, "available_on"), number(&paid, "available_on"));
    world.wait(2 * DAY);
    balances(&world).await;
}
