//! Rows of the balance that no payment made.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, World, number, text};

#[tokio::test]
async fn fees_taxes_reserves_adjustments_and_the_unheard_of() {
    let world = World::new();
    world.paid(100_000, true);
    let cases = [
        ("stripe_fee", -2500, "fee"),
        ("tax_fee", -475, "tax"),
        ("reserve_hold", -9000, "risk_reserved_funds"),
        ("reserve_release", 9000, "risk_reserved_funds"),
        ("adjustment", -123, "other_adjustment"),
        ("moon_levy", -77, "moon_levy"),
    ];
    for (kind, amount, category) in cases {
        let row =
            world.play(&json!({"move": "row", "type": kind, "amount": amount, "currency": "usd"})).object;
        assert_eq!((&row["type"], &row["reporting_category"]), (&json!(kind), &json!(category)));
        assert_eq!((&row["net"], &row["source"]), (&json!(amount), &Value::Null));
    }
    let named = json!({"move": "row", "type": "stripe_fee", "reporting_category": "network_cost", "amount": -31, "currency": "usd"});
    assert_eq!(world.play(&named).object["reporting_category"], "network_cost");
    let paid_in = world.play(&json!({"move": "top_up", "amount": 5000, "currency": "usd"}));
    assert_eq!(paid_in.types(), ["topup.created", "topup.succeeded"]);
    let row = world
        .get(&format!(
            "balance_transactions/{}?expand[]=source",
            text(&paid_in.object, "balance_transaction")
        ))
        .await;
    assert_eq!((&row["reporting_category"], &row["source"]["object"]), (&json!("topup"), &json!("topup")));
    let payout = world.play(&json!({"move": "payout"}));
    world.play(&json!({"move": "payout_reconciles", "id": payout.id()}));
    balances(&world).await;
}

#[tokio::test]
async fn a_fee_has_its_tax_beside_it_and_another_balance_is_not_paid_out() {
    let world = World::new();
    let charge = world
        .play(&json!({"move": "pay", "amount": 10_000, "fee": 320, "fee_tax": 61, "available_in_days": 0}));
    let row =
        world.get(&format!("balance_transactions/{}", text(&charge.object, "balance_transaction"))).await;
    assert_eq!((&row["fee"], &row["net"]), (&json!(381), &json!(9619)));
    let parts: Vec<_> = row["fee_details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fee| (text(fee, "type"), number(fee, "amount")))
        .collect();
    assert_eq!(parts, [("stripe_fee".to_owned(), 320), ("tax".to_owned(), 61)]);
    let issuing = json!({"move": "row", "type": "issuing_transaction", "amount": -400, "currency": "usd", "balance_type": "issuing"});
    world.play(&issuing);
    assert_eq!(world.get("balance").await["available"][0]["amount"], 9619);
    assert_eq!(world.play(&json!({"move": "payout"})).object["amount"], 9619);
    balances(&world).await;
}

#[tokio::test]
async fn a_row_may_show_up_after_its_day_and_a_charge_may_be_another_shops() {
    let world = World::new();
    world.paid(1000, true);
    world.wait(3 * DAY);
    let yesterday = world.now() - 2 * DAY;
    let day = format!("balance_transactions?created[gte]={}&created[lt]={}", yesterday - 60, yesterday + 60);
    assert!(world.all(&day).await.is_empty());
    let late =
        json!({"move": "row", "type": "stripe_fee", "amount": -99, "currency": "usd", "created": yesterday});
    let late = world.play(&late).id();
    assert_eq!(world.all(&day).await[0]["id"], late);
    let foreign = world.play(&json!({"move": "foreign_charge", "amount": 4200, "currency": "usd"}));
    assert_eq!(foreign.object["metadata"]["order_id"], "WC-20017");
    assert_eq!(foreign.object["application"], "ca_other_shop");
    balances(&world).await;
}

#[tokio::test]
async fn a_balance_transaction_comes_by_the_clock_and_is_told() {
    let world = World::new();
    let paid = world.play(&json!({"move": "pay", "amount": 1000, "settles_in_seconds": 90}));
    assert_eq!(paid.object["balance_transaction"], Value::Null);
    // Reads do not bring it; time does.
    for _ in 0..3 {
        let charge = world.get(&format!("charges/{}", paid.id())).await;
        assert_eq!(charge["balance_transaction"], Value::Null);
    }
    balances(&world).await;
    world.wait(90);
    let told = world.all("events?type=charge.updated").await;
    assert_eq!(told[0]["data"]["previous_attributes"], json!({"balance_transaction": null}));
    let row = text(&told[0]["data"]["object"], "balance_transaction");
    assert_eq!(world.get(&format!("balance_transactions/{row}")).await["created"], paid.object["created"]);
    balances(&world).await;
}
