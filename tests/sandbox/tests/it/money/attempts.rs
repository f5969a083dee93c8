//! Attempts to pay: declined, repeated, by a saved method without the customer, cancelled.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, World, text};

async fn intent(world: &World, id: &str) -> Value {
    world.get(&format!("payment_intents/{id}")).await
}

#[tokio::test]
async fn an_intent_fails_twice_and_then_succeeds() {
    let world = World::new();
    let opened = world.play(&json!({"move": "intent", "amount": 2000, "metadata": {"Order #": "100000012"}}));
    assert_eq!(
        (opened.types(), &opened.object["status"]),
        (vec!["payment_intent.created".to_owned()], &json!("requires_payment_method"))
    );
    let mut charges = Vec::new();
    for (code, error, advice) in [
        ("insufficient_funds", "card_declined", json!("try_again_later")),
        ("expired_card", "expired_card", json!("confirm_card_data")),
    ] {
        let failed =
            world.play(&json!({"move": "attempt", "intent": opened.id(), "outcome": {"declined": code}}));
        assert_eq!(failed.types(), ["charge.failed", "payment_intent.payment_failed"]);
        assert_eq!((&failed.object["status"], &failed.object["paid"]), (&json!("failed"), &json!(false)));
        assert_eq!(failed.object["failure_code"], error);
        assert_eq!(failed.object["outcome"]["reason"], code);
        assert_eq!(failed.object["metadata"], json!({"Order #": "100000012"}));
        let told = &failed.event("payment_intent.payment_failed")["data"]["object"];
        assert_eq!(told["status"], "requires_payment_method");
        let why = &told["last_payment_error"];
        assert_eq!(
            (&why["type"], &why["code"], &why["decline_code"], &why["advice_code"], &why["charge"]),
            (&json!("card_error"), &json!(error), &json!(code), &advice, &failed.object["id"])
        );
        assert_eq!(why["payment_method"]["object"], "payment_method");
        charges.push(failed.id());
    }
    let paid = world.play(&json!({"move": "attempt", "intent": opened.id(), "outcome": "succeeded"}));
    assert_eq!(paid.types(), ["charge.succeeded", "payment_intent.succeeded"]);
    let now = intent(&world, &opened.id()).await;
    assert_eq!((&now["status"], &now["amount_received"]), (&json!("succeeded"), &json!(2000)));
    assert_eq!((&now["latest_charge"], &now["last_payment_error"]), (&json!(paid.id()), &Value::Null));
    assert_eq!(world.all(&format!("charges?payment_intent={}", opened.id())).await.len(), 3);
    world.refused(&json!({"move": "attempt", "intent": opened.id(), "outcome": "succeeded"}));
    balances(&world).await;
}

#[tokio::test]
async fn fraud_is_blocked_before_the_network_is_asked() {
    let world = World::new();
    let opened = world.play(&json!({"move": "intent", "amount": 2000}));
    let blocked =
        json!({"move": "attempt", "intent": opened.id(), "outcome": {"declined": "highest_risk_level"}});
    let outcome = world.play(&blocked).object["outcome"].clone();
    assert_eq!(
        (&outcome["type"], &outcome["network_status"]),
        (&json!("blocked"), &json!("not_sent_to_network"))
    );
}

#[tokio::test]
async fn a_saved_method_is_tried_off_session_and_a_decline_stays_under_its_key() {
    let world = World::new();
    let save = |declines: &str| json!({"move": "payment_method", "customer": "cus_ada", "last4": "0341", "declines": declines});
    let good = world.play(&save("")).id();
    let poor = world.play(&save("insufficient_funds")).id();
    let strict = world.play(&save("authentication_required")).id();
    let listed = world.get("customers/cus_ada/payment_methods?type=card").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
    assert!(listed["data"][0].get("_declines").is_none());
    let opened = world.play(&json!({"move": "intent", "amount": 2000, "customer": "cus_ada"})).id();
    let path = format!("payment_intents/{opened}/confirm");
    let body = |method: &str| format!("payment_method={method}&off_session=true");

    let declined = world.post(&path, &body(&poor), "try-1").await;
    assert_eq!(declined.status, 402);
    let error = declined.json()["error"].clone();
    assert_eq!(
        (&error["type"], &error["code"], &error["decline_code"], &error["advice_code"]),
        (
            &json!("card_error"),
            &json!("card_declined"),
            &json!("insufficient_funds"),
            &json!("try_again_later")
        )
    );
    assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
    assert_eq!(error["payment_intent"]["last_payment_error"]["payment_method"]["id"], *poor);
    let again = world.post(&path, &body(&poor), "try-1").await;
    assert_eq!((again.text, again.headers.get("idempotent-replayed").is_some()), (declined.text, true));
    assert_eq!(world.all(&format!("charges?payment_intent={opened}")).await.len(), 1);

    let asks = world.post(&path, &body(&strict), "try-2").await;
    assert_eq!((asks.status, asks.json()["error"]["code"].clone()), (402, json!("authentication_required")));
    // The same card, with the customer there, asks for 3-D Secure.
    let there = world.post(&path, &format!("payment_method={strict}"), "try-3").await.json();
    assert_eq!(
        (&there["status"], &there["next_action"]["type"]),
        (&json!("requires_action"), &json!("use_stripe_sdk"))
    );

    let paid = world.post(&path, &body(&good), "try-4").await.json();
    assert_eq!((&paid["status"], &paid["payment_method"]), (&json!("succeeded"), &json!(good)));
    let told = world.all("events?type=payment_intent.succeeded").await;
    assert_eq!(told[0]["request"]["idempotency_key"], "try-4");
    let late = world.post(&path, &body(&good), "try-5").await.json();
    assert_eq!(late["error"]["code"], "payment_intent_unexpected_state");
    assert_eq!(late["error"]["payment_intent"]["status"], "succeeded");
    balances(&world).await;
}

#[tokio::test]
async fn a_method_must_be_there_and_be_the_customers() {
    let world = World::new();
    let other = world.play(&json!({"move": "payment_method", "customer": "cus_bob"})).id();
    let opened = world.play(&json!({"move": "intent", "amount": 2000, "customer": "cus_ada"})).id();
    let path = format!("payment_intents/{opened}/confirm");
    for (body, code) in [
        (String::new(), "payment_intent_unexpected_state"),
        ("payment_method=pm_nobody".to_owned(), "resource_missing"),
        (format!("payment_method={other}"), ""),
    ] {
        let got = world.post(&path, &body, &body).await;
        assert_eq!((got.status, text(&got.json()["error"], "code")), (400, code.to_owned()), "{body}");
    }
    let test_card =
        world.post(&path, "payment_method=pm_card_visa_chargeDeclined&off_session=true", "t").await;
    assert_eq!(test_card.status, 402);
    let nobody = world.sandbox.state()["stripe"]["customers"].clone();
    assert_eq!(nobody, json!([]));
}

#[tokio::test]
async fn an_open_intent_is_cancelled_once_and_then_nobody_pays_it() {
    let world = World::new();
    let opened = world.play(&json!({"move": "intent", "amount": 2000})).id();
    let path = format!("payment_intents/{opened}/cancel");
    let canceled = world.post(&path, "cancellation_reason=abandoned", "c1").await.json();
    assert_eq!(
        (&canceled["status"], &canceled["cancellation_reason"]),
        (&json!("canceled"), &json!("abandoned"))
    );
    assert_eq!(world.all("events?type=payment_intent.canceled").await.len(), 1);
    for (path, body) in
        [(path.clone(), ""), (path.replace("cancel", "confirm"), "payment_method=pm_card_visa")]
    {
        let got = world.post(&path, body, &path).await.json();
        assert_eq!(got["error"]["code"], "payment_intent_unexpected_state");
    }
    let other = world.play(&json!({"move": "intent", "amount": 2000})).id();
    let wrong =
        world.post(&format!("payment_intents/{other}/cancel"), "cancellation_reason=bored", "c2").await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_debit_is_pending_for_days_and_then_succeeds_fails_or_bounces() {
    let world = World::new();
    let begin = || {
        let opened = world.play(
            &json!({"move": "intent", "amount": 5000, "currency": "eur", "method": "sepa_debit", "fee": 35}),
        );
        let begun = world.play(&json!({"move": "attempt", "intent": opened.id(), "outcome": "processing"}));
        assert_eq!(begun.types(), ["charge.pending", "payment_intent.processing"]);
        assert!(begun.id().starts_with("py_"));
        assert_eq!(
            (&begun.object["status"], &begun.object["balance_transaction"]),
            (&json!("pending"), &Value::Null)
        );
        (opened.id(), begun.id())
    };
    let (good, fails) = (begin(), begin());
    world.wait(5 * DAY);
    let failed = world.play(
        &json!({"move": "charge_ends", "charge": fails.1, "to": "failed", "failure_code": "account_closed"}),
    );
    assert_eq!(failed.types(), ["charge.failed", "payment_intent.payment_failed"]);
    assert_eq!(intent(&world, &fails.0).await["status"], "requires_payment_method");
    let paid = world.play(&json!({"move": "charge_ends", "charge": good.1, "to": "succeeded"}));
    assert_eq!(paid.types(), ["charge.succeeded", "payment_intent.succeeded"]);
    let row = world.get(&format!("balance_transactions/{}", text(&paid.object, "balance_transaction"))).await;
    assert_eq!(
        (&row["type"], &row["reporting_category"], &row["net"]),
        (&json!("payment"), &json!("charge"), &json!(4965))
    );
    balances(&world).await;
    world.wait(3 * DAY);
    let bounced = world
        .play(&json!({"move": "bounce", "charge": good.1, "failure_code": "debit_disputed", "fee": 750}));
    assert_eq!(bounced.types(), ["charge.failed"]);
    let back = world
        .get(&format!("balance_transactions/{}", text(&bounced.object, "failure_balance_transaction")))
        .await;
    assert_eq!(
        (&back["type"], &back["reporting_category"], &back["amount"], &back["net"], &back["source"]),
        (
            &json!("payment_failure_refund"),
            &json!("charge_failure"),
            &json!(-5000),
            &json!(-5750),
            &json!(good.1)
        )
    );
    world.refused(&json!({"move": "bounce", "charge": good.1}));
    assert_eq!(world.post("refunds", &format!("charge={}", good.1), "r").await.status, 400);
    balances(&world).await;
}
