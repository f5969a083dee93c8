//! `stripe.payout.read`: the day's, by hand, at once, the wrong way round, failing.

use canonical::{Payout, PayoutMethod, PayoutStatus, ReconciliationStatus};
use flow::Class;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::account::Account;
use crate::fixtures;
use crate::world::World;

const READ: &str = "stripe.payout.read";

async fn read(account: &Account, id: &Value) -> Payout {
    serde_json::from_value(account.ask(READ, json!({ "payout": id })).await.unwrap()).unwrap()
}

#[tokio::test]
async fn an_automatic_payout_is_read_from_its_making_to_its_failure() {
    let account = Account::open().await;
    account.paid(10_000);
    let made = account.play(&json!({ "move": "payout", "arrival_in_days": 3 }));
    account.asked();
    let payout = read(&account, &made["id"]).await;
    assert_eq!(account.asked(), [format!("/v1/payouts/{}?expand%5B%5D=balance_transaction", payout.id)]);
    assert_eq!(
        (payout.amount.to_string(), payout.fee.unwrap().to_string()),
        ("96.80 USD".into(), "0.00 USD".into())
    );
    assert_eq!((payout.status, payout.automatic), (PayoutStatus::Pending, true));
    assert_eq!(payout.reconciliation_status, Some(ReconciliationStatus::InProgress));
    assert_eq!(json!(payout.balance_transaction), made["balance_transaction"]);
    assert_eq!((&payout.trace_id, &payout.failure_balance_transaction), (&None, &None));
    let arrives = TimeZone::UTC.to_timestamp(payout.arrival_date.at(0, 0, 0, 0)).unwrap();
    assert_eq!(Some(arrives.as_second()), made["arrival_date"].as_i64());

    account.play(&json!({ "move": "payout_reconciles", "id": made["id"] }));
    account.play(&json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }));
    let paid = read(&account, &made["id"]).await;
    assert_eq!((paid.status, paid.is_list_complete()), (PayoutStatus::Paid, true));
    assert!(paid.trace_id.is_some());

    let failed = account.play(&json!({ "move": "payout_turns", "payout": made["id"], "to": "failed" }));
    let payout = read(&account, &made["id"]).await;
    assert_eq!(payout.status, PayoutStatus::Failed);
    assert_eq!(json!(payout.failure_balance_transaction), failed["failure_balance_transaction"]);
}

#[tokio::test]
async fn payouts_by_hand_at_once_and_the_wrong_way_round() {
    let account = Account::open().await;
    let charge = account.paid(10_000);
    let manual = account.play(&json!({ "move": "payout", "automatic": false, "amount": 1000 }));
    let manual = read(&account, &manual["id"]).await;
    assert_eq!((manual.automatic, manual.is_list_complete()), (false, false));
    let instant = account.play(&json!({ "move": "payout", "instant": true, "amount": 2000, "fee": 50 }));
    let instant = read(&account, &instant["id"]).await;
    assert_eq!(
        (instant.method, instant.fee.unwrap().to_string()),
        (PayoutMethod::Instant, "0.50 USD".into())
    );
    account.play(&json!({ "move": "payout" }));
    account.play(&json!({ "move": "dispute", "charge": charge["id"] }));
    let drawn = account.play(&json!({ "move": "payout" }));
    assert_eq!(read(&account, &drawn["id"]).await.amount.to_string(), "-115.00 USD");
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let account = Account::open().await;
    let reversed = json!({
        "id": "po_plain", "object": "payout", "amount": -5, "arrival_date": 1_772_442_840, "original_payout": "po_1",
        "reversed_by": { "id": "po_2", "object": "payout" }, "reconciliation_status": null, "method": "carrier_pigeon"
    });
    account.put(&reversed);
    let payout = read(&account, &json!("po_plain")).await;
    assert_eq!(payout.arrival_date.to_string(), "2026-03-02", "of a second within a day, its day");
    assert_eq!(payout.original_payout.unwrap().as_str(), "po_1");
    assert_eq!(payout.reversed_by.unwrap().as_str(), "po_2");
    assert_eq!(payout.method, PayoutMethod::Other("carrier_pigeon".into()));
    assert_eq!((payout.fee, payout.balance_transaction, payout.reconciliation_status), (None, None, None));
    for (id, changes, class, code) in [
        ("po_live", json!({ "livemode": true }), Class::Validation, "wrong_mode"),
        ("po_odd", json!({ "status": "teleported" }), Class::Validation, "unknown_value"),
        ("po_lyd", json!({ "currency": "lyd" }), Class::Validation, "malformed_value"),
        ("po_back", json!({ "original_payout": "ch_1" }), Class::Validation, "malformed_value"),
        ("po_late", json!({ "arrival_date": i64::MAX }), Class::Validation, "unknown_value"),
    ] {
        let mut payout = json!({ "id": id, "object": "payout", "amount": 5 });
        payout.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        account.put(&payout);
        let fault = account.ask(READ, json!({ "payout": id })).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{changes}: {}", fault.message);
        assert!(fault.message.contains(id), "{}", fault.message);
    }
    let fault = account.ask(READ, json!({ "payout": "po_unknown" })).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "object_unknown"));
}

#[tokio::test]
async fn recorded_payouts_are_read() {
    for (name, text) in fixtures::events() {
        let event: Value = serde_json::from_str(&text).unwrap();
        let object = event["data"]["object"].clone();
        if object["object"] != "payout" {
            continue;
        }
        let world = World::new().await;
        let answer = ResponseTemplate::new(200).set_body_json(&object);
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        let output = world.run(READ, json!({ "payout": object["id"] })).await;
        let payout: Payout =
            serde_json::from_value(output.unwrap_or_else(|fault| panic!("{name}: {fault}"))).unwrap();
        assert_eq!(json!(payout.status), object["status"], "{name}");
        assert_eq!((payout.arrival_date.to_string().as_str(), payout.fee), ("2022-03-28", None), "{name}");
        assert_eq!(json!(payout.balance_transaction), object["balance_transaction"], "{name}");
    }
}
