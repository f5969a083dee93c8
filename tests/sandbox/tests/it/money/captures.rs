//! Authorisations: captured whole, in part, in parts, let go.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, World, number, text};

fn held(world: &World, amount: i64) -> (String, String) {
    let made = world.play(&json!({"move": "pay", "amount": amount, "captured": false}));
    assert_eq!(made.types(), ["charge.succeeded", "payment_intent.amount_capturable_updated"]);
    assert_eq!(made.object["balance_transaction"], Value::Null);
    (made.id(), text(&made.object, "payment_intent"))
}

#[tokio::test]
async fn a_partial_capture_books_all_and_takes_the_rest_back() {
    let world = World::new();
    let (charge, intent) = held(&world, 10_000);
    let path = format!("payment_intents/{intent}/capture");
    let captured = world.post(&path, "amount_to_capture=7000", "c").await.json();
    assert_eq!((&captured["status"], &captured["amount_received"]), (&json!("succeeded"), &json!(7000)));
    let told = world.all("events?type=charge.captured").await;
    let before = &told[0]["data"]["previous_attributes"];
    assert_eq!(
        (&before["captured"], &before["amount_captured"], &before["balance_transaction"]),
        (&json!(false), &json!(0), &Value::Null)
    );
    let rows = world.all(&format!("balance_transactions?source={charge}")).await;
    let seen: Vec<_> =
        rows.iter().map(|row| (text(row, "reporting_category"), number(row, "amount"))).collect();
    assert_eq!(seen, [("partial_capture_reversal".to_owned(), -3000), ("charge".to_owned(), 10_000)]);
    // What is left to refund is what was captured.
    let over = world.post("refunds", &format!("charge={charge}&amount=7001"), "r1").await;
    assert_eq!(over.json()["error"]["code"], "amount_too_large");
    assert_eq!(world.post("refunds", &format!("charge={charge}&amount=7000"), "r2").await.status, 200);
    balances(&world).await;
}

#[tokio::test]
async fn several_captures_have_a_row_each_and_the_rest_is_released_without_one() {
    let world = World::new();
    let (charge, intent) = held(&world, 10_000);
    let first =
        world.play(&json!({"move": "capture", "intent": intent, "amount": 2000, "more_follows": true}));
    assert_eq!(first.types(), ["charge.updated", "payment_intent.amount_capturable_updated"]);
    let open = world.get(&format!("payment_intents/{intent}")).await;
    assert_eq!((&open["status"], &open["amount_capturable"]), (&json!("requires_capture"), &json!(8000)));
    let path = format!("payment_intents/{intent}/capture");
    assert_eq!(world.post(&path, "amount_to_capture=8001", "c1").await.status, 400);
    assert_eq!(world.post(&path, "amount_to_capture=3000", "c2").await.json()["amount_received"], 5000);
    let rows = world.all(&format!("balance_transactions?source={charge}&type=charge")).await;
    assert_eq!(rows.iter().map(|row| number(row, "amount")).sum::<i64>(), 5000);
    let now = world.get(&format!("charges/{charge}")).await;
    assert_eq!((&now["amount_captured"], &now["amount_refunded"]), (&json!(5000), &json!(5000)));
    assert_eq!(now["refunded"], false);
    balances(&world).await;
}

#[tokio::test]
async fn an_authorisation_ends_after_seven_days_unless_it_was_captured() {
    let world = World::new();
    let ((charge, intent), (other, kept)) = (held(&world, 1000), held(&world, 1000));
    world.play(&json!({"move": "capture", "intent": kept}));
    world.wait(8 * DAY);
    let now = world.get(&format!("charges/{charge}")).await;
    assert_eq!(
        (&now["captured"], &now["refunded"], &now["amount_refunded"]),
        (&json!(false), &json!(true), &json!(1000))
    );
    assert_eq!(world.get(&format!("charges/{other}")).await["refunded"], false);
    let intent = world.get(&format!("payment_intents/{intent}")).await;
    assert_eq!(
        (&intent["status"], &intent["cancellation_reason"]),
        (&json!("canceled"), &json!("automatic"))
    );
    for kind in ["charge.expired", "payment_intent.canceled"] {
        assert_eq!(world.all(&format!("events?type={kind}")).await.len(), 1, "{kind}");
    }
    let void = world.all(&format!("refunds?charge={charge}")).await;
    assert_eq!(
        (&void[0]["reason"], &void[0]["balance_transaction"]),
        (&json!("expired_uncaptured_charge"), &Value::Null)
    );
    balances(&world).await;
}

#[tokio::test]
async fn cancelling_an_authorisation_looks_like_a_refund_and_moves_no_money() {
    let world = World::new();
    let (charge, intent) = held(&world, 1000);
    let canceled =
        world.play(&json!({"move": "cancel_intent", "intent": intent, "reason": "requested_by_customer"}));
    assert_eq!(canceled.types(), ["charge.refunded", "payment_intent.canceled", "refund.created"]);
    let told = &canceled.event("charge.refunded")["data"]["object"];
    assert_eq!((&told["captured"], &told["amount_refunded"]), (&json!(false), &json!(1000)));
    assert!(world.all("balance_transactions").await.is_empty());
    assert_eq!(world.post("refunds", &format!("charge={charge}"), "r").await.status, 400);
    world.refused(&json!({"move": "capture", "intent": intent}));
    world.refused(&json!({"move": "expire", "id": charge}));
    balances(&world).await;
}
