//! `stripe.dispute.read`: asked, withdrawn, decided, paid back.

use canonical::{Dispute, DisputeStatus};
use flow::Class;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::account::Account;
use crate::fixtures;
use crate::world::World;

const READ: &str = "stripe.dispute.read";

async fn read(account: &Account, id: &Value) -> Dispute {
    let output = account.ask(READ, json!({ "dispute": id })).await.unwrap();
    assert_eq!(output.get("evidence"), None);
    serde_json::from_value(output).unwrap()
}

fn movements(dispute: &Dispute) -> Vec<(&str, String, String)> {
    let rows = dispute.transactions.iter();
    rows.map(|row| (row.reporting_category.as_str(), row.amount.to_string(), row.fee.to_string())).collect()
}

#[tokio::test]
async fn a_dispute_is_read_from_its_opening_to_the_money_that_comes_back() {
    let account = Account::open().await;
    let charge = account.paid(10_000);
    let opened = account.play(&json!({
        "move": "dispute", "charge": charge["id"], "amount": 8000, "reason": "product_not_received", "due_in_days": 9
    }));
    account.asked();
    let dispute = read(&account, &opened["id"]).await;
    assert_eq!(account.asked(), [format!("/v1/disputes/{}?", dispute.id)]);
    assert_eq!(json!(dispute.charge), charge["id"]);
    assert_eq!(json!(dispute.intent), charge["payment_intent"]);
    assert_eq!(
        (&dispute.status, dispute.reason.as_str()),
        (&DisputeStatus::NeedsResponse, "product_not_received")
    );
    assert_eq!((dispute.amount.to_string(), dispute.is_charge_refundable), ("80.00 USD".into(), false));
    let due_by = dispute.evidence_due_by.unwrap();
    assert_eq!(Some(due_by.as_second()), opened["evidence_details"]["due_by"].as_i64());
    assert!(dispute.moved);
    let withdrawn = ("dispute", "-80.00 USD".to_owned(), "15.00 USD".to_owned());
    assert_eq!(movements(&dispute), std::slice::from_ref(&withdrawn));

    account.play(&json!({ "move": "dispute_closes", "dispute": opened["id"], "to": "won" }));
    account.play(&json!({ "move": "dispute_reinstates", "dispute": opened["id"], "fee_returned": 1500 }));
    let dispute = read(&account, &opened["id"]).await;
    let back = ("dispute_reversal", "80.00 USD".to_owned(), "-15.00 USD".to_owned());
    assert_eq!((&dispute.status, movements(&dispute)), (&DisputeStatus::Won, vec![withdrawn, back]));
    assert!(dispute.moved, "it was withdrawn once");
}

#[tokio::test]
async fn an_inquiry_has_moved_nothing_until_it_escalates() {
    let account = Account::open().await;
    let charge = account.play(&json!({
        "move": "pay", "amount": 9200, "currency": "eur", "settlement_currency": "usd", "exchange_rate": "1.0945"
    }));
    let asked = account.play(&json!({ "move": "dispute", "charge": charge["id"], "inquiry": true }));
    let inquiry = read(&account, &asked["id"]).await;
    assert_eq!(inquiry.status, DisputeStatus::WarningNeedsResponse);
    assert_eq!((inquiry.moved, inquiry.is_charge_refundable), (false, true));
    account.play(&json!({ "move": "dispute_responds", "dispute": asked["id"], "what": "escalates" }));
    let dispute = read(&account, &asked["id"]).await;
    assert_eq!((dispute.moved, dispute.is_charge_refundable), (true, false));
    // What is disputed is in the order's currency, what was withdrawn in the settlement's.
    assert_eq!(dispute.amount.to_string(), "92.00 EUR");
    assert_eq!(dispute.transactions[0].amount.to_string(), "-100.69 USD");
}

#[tokio::test]
async fn what_cannot_be_answered_has_no_day_and_new_words_are_kept() {
    let account = Account::open().await;
    for (n, details) in [json!({ "due_by": null }), json!({ "due_by": 0 })].into_iter().enumerate() {
        let id = json!(format!("du_{n}"));
        account.put(&json!({
            "id": id, "object": "dispute", "amount": 5, "charge": "ch_1", "evidence_details": details, "status": "mediated",
            "evidence": { "customer_name": "Ann Lee" }
        }));
        let dispute = read(&account, &id).await;
        assert_eq!((dispute.evidence_due_by, dispute.intent.as_ref()), (None, None), "{details}");
        assert_eq!(dispute.status, DisputeStatus::Other("mediated".into()));
    }
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let account = Account::open().await;
    let off = json!({
        "id": "txn_off", "object": "balance_transaction", "amount": -5, "fee": 1, "net": -5, "currency": "usd",
        "type": "adjustment", "created": 1, "available_on": 1
    });
    for (id, changes) in [
        ("live", json!({ "livemode": true })),
        ("alone", json!({ "charge": null })),
        ("zzz", json!({ "currency": "zzz" })),
        ("off", json!({ "balance_transactions": [off] })),
        ("hidden", json!({ "balance_transactions": null })),
    ] {
        let mut dispute =
            json!({ "id": format!("du_{id}"), "object": "dispute", "amount": 5, "charge": "ch_1" });
        dispute.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        account.put(&dispute);
    }
    for (id, class, code) in [
        ("du_unknown", Class::NotFound, "object_unknown"),
        ("du_live", Class::Validation, "wrong_mode"),
        ("du_alone", Class::Validation, "unknown_value"),
        ("du_zzz", Class::Validation, "unknown_currency"),
        ("du_off", Class::Validation, "net_differs"),
        ("du_hidden", Class::Validation, "unreadable_answer"),
    ] {
        let fault = account.ask(READ, json!({ "dispute": id })).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{id}: {}", fault.message);
    }
}

#[tokio::test]
async fn recorded_disputes_are_read() {
    let mut read = 0;
    for (name, text) in fixtures::events() {
        let event: Value = serde_json::from_str(&text).unwrap();
        let object = event["data"]["object"].clone();
        if object["object"] != "dispute" {
            continue;
        }
        let world = World::new().await;
        let answer = ResponseTemplate::new(200).set_body_json(&object);
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        let output = world.run(READ, json!({ "dispute": "dp_1" })).await;
        if object["id"].is_null() {
            // One of 2013, before disputes had ids.
            assert_eq!(output.unwrap_err().code, "unreadable_answer", "{name}");
            continue;
        }
        let dispute: Dispute =
            serde_json::from_value(output.unwrap_or_else(|fault| panic!("{name}: {fault}"))).unwrap();
        assert_eq!(json!(dispute.id), object["id"], "{name}");
        let rows = object["balance_transactions"].as_array().unwrap();
        assert_eq!((dispute.moved, dispute.transactions.len()), (!rows.is_empty(), rows.len()), "{name}");
        read += 1;
    }
    assert!(read == 0 || read >= 4, "only {read}");
}
