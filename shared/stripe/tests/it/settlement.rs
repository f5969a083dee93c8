//! `stripe.settlement.read`: the movement by which a payment's money came, once Stripe has booked it.

use canonical::BalanceTransaction;
use flow::Class;
use sandbox::Seed;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::account::Account;
use crate::fixtures;
use crate::world::World;

const READ: &str = "stripe.settlement.read";

fn transaction(output: &Value) -> BalanceTransaction {
    serde_json::from_value(output["transaction"].clone()).unwrap()
}

#[tokio::test]
async fn a_payment_that_is_booked_later_is_waited_for() {
    let account = Account::open().await;
    let seeded = account.sandbox.seed(&Seed { settles_after_reads: 2, ..Seed::default() }).unwrap();
    account.asked();
    for _ in 0..2 {
        let fault = account.ask(READ, json!({ "charge": seeded.charge })).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "not_settled_yet"));
        assert!(fault.message.contains(&seeded.charge) && fault.request_id.is_some(), "{fault:?}");
    }
    let output = account.ask(READ, json!({ "charge": seeded.charge })).await.unwrap();
    let transaction = transaction(&output);
    assert_eq!(transaction.source.as_ref().unwrap().as_str(), seeded.charge);
    assert_eq!(transaction.reporting_category.as_str(), "charge");
    assert_eq!(transaction.amount.checked_sub(transaction.fee).unwrap(), transaction.net);
    assert_eq!(transaction.fee_details.len(), 1);
    assert_eq!(transaction.description, None, "it has the customer's name");
    let asked = account.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[2], format!("/v1/charges/{}?expand%5B%5D=balance_transaction", seeded.charge));
}

#[tokio::test]
async fn gross_fee_tax_and_net_are_in_the_settlement_currency() {
    let account = Account::open().await;
    let charge = account.play(&json!({
        "move": "pay", "amount": 15_137, "currency": "jpy", "settlement_currency": "usd",
        "exchange_rate": "0.660639", "fee": 320, "fee_tax": 61
    }));
    let transaction = transaction(&account.ask(READ, json!({ "charge": charge["id"] })).await.unwrap());
    let shown = [transaction.amount, transaction.fee, transaction.net].map(|money| money.to_string());
    assert_eq!(shown, ["100.00 USD", "3.81 USD", "96.19 USD"]);
    let parts = transaction.fee_details.iter().map(|fee| (fee.kind.as_str(), fee.amount.minor()));
    assert_eq!(parts.collect::<Vec<_>>(), [("stripe_fee", 320), ("tax", 61)]);
    assert_eq!(transaction.exchange_rate.unwrap().to_string(), "0.660639");
}

#[tokio::test]
async fn what_has_no_settlement_says_why() {
    let account = Account::open().await;
    let held = account.play(&json!({ "move": "pay", "amount": 1000, "captured": false }));
    let intent = account.play(&json!({ "move": "intent", "amount": 1000 }));
    let failed = account.play(&json!({
        "move": "attempt", "intent": intent["id"], "outcome": { "declined": "insufficient_funds" }
    }));
    assert_eq!((&failed["object"], &failed["status"]), (&json!("charge"), &json!("failed")));
    account.put(&json!({ "id": "ch_live", "object": "charge", "livemode": true }));
    account
        .put(&json!({ "id": "txn_off", "object": "balance_transaction", "amount": 5, "fee": 1, "net": 5 }));
    account.put(&json!({ "id": "ch_off", "object": "charge", "balance_transaction": "txn_off" }));
    for (charge, class, code) in [
        (&held["id"], Class::Validation, "nothing_taken"),
        (&failed["id"], Class::Validation, "nothing_taken"),
        (&json!("ch_unknown"), Class::NotFound, "charge_unknown"),
        (&json!("ch_live"), Class::Validation, "wrong_mode"),
        (&json!("ch_off"), Class::Validation, "net_differs"),
    ] {
        let fault = account.ask(READ, json!({ "charge": charge })).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{charge}: {}", fault.message);
    }
    account.play(&json!({ "move": "capture", "intent": held["payment_intent"] }));
    account.ask(READ, json!({ "charge": held["id"] })).await.unwrap();
}

#[tokio::test]
async fn a_charge_whose_movement_is_not_shown_is_not_taken_for_one_without() {
    let world = World::new().await;
    let charge = json!({ "id": "ch_1", "livemode": false, "captured": true, "status": "succeeded", "balance_transaction": "txn_1" });
    let answer = ResponseTemplate::new(200).set_body_json(charge);
    Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
    let fault = world.run(READ, json!({ "charge": "ch_1", "account": "acct_2" })).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unreadable_answer"));
    let requests = world.server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["stripe-account"], "acct_2");
}

#[tokio::test]
async fn recorded_charges_are_settled_failed_or_waited_for() {
    for (name, text) in fixtures::events() {
        let event: Value = serde_json::from_str(&text).unwrap();
        let mut charge = event["data"]["object"].clone();
        if charge["object"] != "charge" {
            continue;
        }
        charge["livemode"] = json!(false);
        let booked = charge["balance_transaction"].is_string();
        if booked {
            charge["balance_transaction"] = json!({
                "id": charge["balance_transaction"], "object": "balance_transaction", "amount": charge["amount"],
                "fee": 0, "net": charge["amount"], "currency": "usd", "type": "charge", "source": charge["id"],
                "reporting_category": "charge", "created": charge["created"], "available_on": charge["created"]
            });
        }
        let world = World::new().await;
        let answer = ResponseTemplate::new(200).set_body_json(&charge);
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        match world.run(READ, json!({ "charge": charge["id"] })).await {
            Ok(output) => assert_eq!(json!(transaction(&output).source), charge["id"], "{name}"),
            Err(fault) => {
                assert!(!booked, "{name}: {fault}");
                assert!(
                    ["nothing_taken", "not_settled_yet"].contains(&fault.code.as_str()),
                    "{name}: {fault}"
                );
            }
        }
    }
}
