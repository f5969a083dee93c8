//! A settlement currency that is not the payment's, and currencies without two decimals.

use serde_json::json;

use super::books::balances;
use super::{World, number, text};

#[tokio::test]
async fn a_payment_is_settled_refunded_and_disputed_in_the_settlement_currency() {
    let world = World::new();
    // Rates relate smallest units: yen have none below, dinars three decimals.
    for (currency, amount, rate, settled) in [
        ("eur", 9200, "1.0945", 10_069),
        ("jpy", 15_137, "0.660639", 10_000),
        ("kwd", 30_700, "0.325412", 9990),
    ] {
        let charge = world.play(&json!({
            "move": "pay", "amount": amount, "currency": currency, "settlement_currency": "usd",
            "exchange_rate": rate, "available_in_days": 0
        }));
        let row =
            world.get(&format!("balance_transactions/{}", text(&charge.object, "balance_transaction"))).await;
        assert_eq!((&row["currency"], &row["amount"]), (&json!("usd"), &json!(settled)));
        assert_eq!(row["exchange_rate"].to_string(), rate);
        let refund = world.play(&json!({"move": "refund", "charge": charge.id(), "amount": amount / 10}));
        assert_eq!(
            (&refund.object["currency"], &refund.object["amount"]),
            (&json!(currency), &json!(amount / 10))
        );
        let row =
            world.get(&format!("balance_transactions/{}", text(&refund.object, "balance_transaction"))).await;
        assert_eq!(row["currency"], "usd");
        assert!((number(&row, "amount") + settled / 10).abs() <= 1, "{row}");
        let dispute = world.play(&json!({"move": "dispute", "charge": charge.id(), "amount": amount / 2}));
        let row = &dispute.object["balance_transactions"][0];
        assert_eq!((&row["currency"], &row["fee"]), (&json!("usd"), &json!(1500)));
        assert!((number(row, "amount") + settled / 2).abs() <= 1, "{row}");
    }
    let balance = world.get("balance").await;
    assert_eq!(balance["available"].as_array().unwrap().len(), 1);
    balances(&world).await;
}

#[tokio::test]
async fn a_refund_goes_by_the_rate_of_its_own_day() {
    let world = World::new();
    let charge = world.play(&json!({
        "move": "pay", "amount": 10_000, "currency": "eur", "settlement_currency": "usd", "exchange_rate": "1.1",
    }));
    world.play(&json!({"move": "account", "rates": [{"from": "eur", "to": "usd", "rate": "1.2"}]}));
    let body = format!("charge={}&amount=5000&expand[]=balance_transaction", charge.id());
    let refund = world.post("refunds", &body, "r").await.json();
    assert_eq!(refund["balance_transaction"]["amount"], -6000);
    let given = world.play(&json!({"move": "refund", "charge": charge.id(), "exchange_rate": "1.25"}));
    let row =
        world.get(&format!("balance_transactions/{}", text(&given.object, "balance_transaction"))).await;
    assert_eq!((&row["amount"], &row["exchange_rate"]), (&json!(-6250), &json!(1.25)));
    world.play(&json!({"move": "refund_turns", "refund": given.id(), "to": "failed"}));
    balances(&world).await;
}

#[tokio::test]
async fn rates_and_amounts_that_stripe_would_not_have_are_refused() {
    let world = World::new();
    let pay = |rate: &str| json!({"move": "pay", "amount": 100, "currency": "eur", "settlement_currency": "usd", "exchange_rate": rate});
    for rate in ["1.0000001", "0", "-1", "one"] {
        assert!(world.refused(&pay(rate)).contains("six decimals"), "{rate}");
    }
    let none = json!({"move": "pay", "amount": 100, "currency": "eur", "settlement_currency": "usd"});
    assert!(world.refused(&none).contains("exchange_rate"));
    for (currency, amount, refund) in [("kwd", 5120, 5), ("isk", 50_000, 150), ("ugx", 50_000, 1)] {
        let charge = world.play(&json!({"move": "pay", "amount": amount, "currency": currency}));
        let got = world.post("refunds", &format!("charge={}&amount={refund}", charge.id()), currency).await;
        assert_eq!(got.json()["error"]["code"], "invalid_charge_amount_no_decimal_compatible", "{currency}");
    }
}
