//! `stripe.refund.list`: which refunds there are of a charge, what they did to the balance, which an event is about.

use canonical::{Refund, RefundStatus};
use flow::{Class, Fault};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::account::Account;
use crate::fixtures;
use crate::world::World;

const LIST: &str = "stripe.refund.list";

struct Listed {
    refunds: Vec<Refund>,
    about: Vec<String>,
}

fn listed(output: &Value) -> Listed {
    Listed {
        refunds: serde_json::from_value(output["refunds"].clone()).unwrap(),
        about: serde_json::from_value(output["about"].clone()).unwrap(),
    }
}

impl Listed {
    fn ids(&self) -> Vec<&str> {
        self.refunds.iter().map(|refund| refund.refund.as_str()).collect()
    }
}

async fn list(account: &Account, input: Value) -> Listed {
    listed(&account.ask(LIST, input).await.unwrap())
}

async fn refused(account: &Account, input: Value) -> Fault {
    account.ask(LIST, input).await.unwrap_err()
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn all_refunds_of_a_charge_come_oldest_first_with_what_they_did_to_the_balance() {
    let account = Account::open().await;
    let charge = account.paid(10_800);
    let other = account.paid(500);
    account.play(&json!({ "move": "refund", "charge": other["id"] }));
    let dashboard = account.play(&json!({
        "move": "refund", "charge": charge["id"], "amount": 5400, "reason": "requested_by_customer"
    }));
    let waits = account.play(&json!({
        "move": "refund", "charge": charge["id"], "amount": 400, "status": "pending",
        "pending_reason": "insufficient_funds"
    }));
    let failed = account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 100 }));
    account.play(&json!({
        "move": "refund_turns", "refund": failed["id"], "to": "failed", "failure_reason": "lost_or_stolen_card"
    }));

    let found = list(&account, json!({ "charge": charge["id"] })).await;
    let ids = [&dashboard, &waits, &failed].map(|refund| text(refund, "id"));
    assert_eq!(found.ids(), ids.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.about, ids, "what went back in all is of all");

    let [dashboard, waits, failed] = found.refunds.as_slice() else { panic!("{:?}", found.ids()) };
    assert_eq!(
        (dashboard.amount.to_string(), &dashboard.status),
        ("54.00 USD".into(), &RefundStatus::Succeeded)
    );
    assert_eq!(Some(dashboard.charge.as_str()), charge["id"].as_str());
    assert_eq!(json!(dashboard.intent), charge["payment_intent"]);
    assert_eq!(dashboard.reason.as_deref(), Some("requested_by_customer"));
    assert_eq!((dashboard.credit_memo, &dashboard.reversal), (None, &None));
    let left = dashboard.settlement.as_ref().unwrap();
    assert_eq!((left.net.to_string(), left.reporting_category.as_str()), ("-54.00 USD".into(), "refund"));
    assert_eq!(left.source.as_ref().unwrap().as_str(), dashboard.refund.as_str());
    assert_eq!((&waits.status, &waits.settlement), (&RefundStatus::Pending, &None));
    assert_eq!(
        (&failed.status, failed.failure_reason.as_deref()),
        (&RefundStatus::Failed, Some("lost_or_stolen_card"))
    );
    let back = failed.reversal.as_ref().unwrap();
    assert_eq!(
        (back.net.to_string(), back.reporting_category.as_str()),
        ("1.00 USD".into(), "refund_failure")
    );
    assert_eq!(failed.settlement.as_ref().unwrap().net.to_string(), "-1.00 USD");
}

#[tokio::test]
async fn one_call_where_the_charge_is_known_and_two_where_only_the_refund_is() {
    let account = Account::open().await;
    let charge = account.paid(1000);
    let first = account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 300 }));
    let second = account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 200 }));
    let (charge, first, second) = (text(&charge, "id"), text(&first, "id"), text(&second, "id"));
    account.asked();
    let of_list = format!(
        "/v1/refunds?charge={charge}&limit=100&expand%5B%5D=data.balance_transaction&expand%5B%5D=data.failure_balance_transaction"
    );
    let of_refund = format!("/v1/refunds/{second}?expand%5B%5D=charge");
    for (input, about, asked) in [
        (json!({ "charge": charge }), vec![&first, &second], vec![&of_list]),
        (json!({ "charge": charge, "refund": null }), vec![&first, &second], vec![&of_list]),
        (json!({ "refund": second, "charge": charge }), vec![&second], vec![&of_list]),
        (json!({ "refund": second, "charge": null }), vec![&second], vec![&of_refund, &of_list]),
    ] {
        let found = list(&account, input.clone()).await;
        assert_eq!(found.ids(), [&first, &second], "{input}");
        assert_eq!(found.about.iter().collect::<Vec<_>>(), about, "{input}");
        assert_eq!(account.asked().iter().collect::<Vec<_>>(), asked, "{input}");
    }
    let none = account.paid(1000);
    assert!(list(&account, json!({ "charge": none["id"] })).await.about.is_empty());
    let fault = refused(&account, json!({ "account": "acct_1" })).await;
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invalid_input"));
}

#[tokio::test]
async fn a_refund_in_another_currency_than_the_settlement_is_told_in_both() {
    let account = Account::open().await;
    let charge = account.play(&json!({
        "move": "pay", "amount": 9200, "currency": "eur", "settlement_currency": "usd", "exchange_rate": "1.0945"
    }));
    account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 1000 }));
    let found = list(&account, json!({ "charge": charge["id"] })).await;
    let settlement = found.refunds[0].settlement.as_ref().unwrap();
    assert_eq!(found.refunds[0].amount.to_string(), "10.00 EUR");
    assert_eq!(
        (settlement.amount.to_string(), settlement.fee.to_string()),
        ("-10.95 USD".into(), "0.00 USD".into())
    );
    assert_eq!(settlement.exchange_rate.unwrap().to_string(), "1.0945");
}

#[tokio::test]
async fn a_refund_that_we_made_names_its_memo() {
    let account = Account::open().await;
    for (n, (metadata, memo)) in [
        (json!({ "tb_memo": "7", "tb_pair": "main" }), Some(7)),
        (json!({ "tb_memo": "18446744073709551615" }), Some(u64::MAX)),
        (json!({ "tb_memo": "18446744073709551616" }), None),
        (json!({ "tb_memo": "7", "tb_pair": "other" }), None),
        (json!({ "tb_memo": "+7" }), None),
        (json!({ "tb_memo": "CM-7" }), None),
        (json!({ "tb_memo": "" }), None),
        (json!({}), None),
        (Value::Null, None),
    ]
    .into_iter()
    .enumerate()
    {
        let charge = format!("ch_{n}");
        account.put(&json!({
            "id": format!("re_{n}"), "object": "refund", "amount": 5, "charge": charge, "metadata": metadata
        }));
        let found = list(&account, json!({ "charge": charge })).await;
        assert_eq!(found.refunds[0].credit_memo, memo, "{metadata}");
    }
}

#[tokio::test]
async fn many_refunds_come_page_by_page_and_too_many_are_for_a_person() {
    let account = Account::open().await;
    let put = |n: usize| {
        account.put(&json!({ "id": format!("re_{n}"), "object": "refund", "amount": 1, "charge": "ch_1" }));
    };
    (0..101).for_each(put);
    account.asked();
    let found = list(&account, json!({ "charge": "ch_1" })).await;
    assert_eq!(found.ids(), (0..101).map(|n| format!("re_{n}")).collect::<Vec<_>>());
    let asked = account.asked();
    assert!(asked.len() == 2 && asked[1].ends_with("&starting_after=re_1"), "{asked:?}");

    (101..501).for_each(put);
    let fault = refused(&account, json!({ "charge": "ch_1" })).await;
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "endless_list"));
    assert!(fault.message.contains("ch_1") && fault.message.contains("500 refunds"), "{}", fault.message);
    assert_eq!(account.asked().len(), 5);
}

#[tokio::test]
async fn what_cannot_be_listed_says_why() {
    let account = Account::open().await;
    let charge = account.paid(1000);
    let refund = account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 300 }));
    let other = account.paid(1000);
    account.put(&json!({ "id": "re_cash", "object": "refund", "amount": 5, "charge": null }));
    account.put(&json!({ "id": "ch_live", "object": "charge", "livemode": true }));
    account.put(&json!({ "id": "re_live", "object": "refund", "amount": 5, "charge": "ch_live" }));
    account
        .put(&json!({ "id": "txn_off", "object": "balance_transaction", "amount": -5, "fee": 1, "net": -5 }));
    let off = json!({ "id": "re_off", "object": "refund", "amount": 5, "charge": "ch_off", "balance_transaction": "txn_off" });
    account.put(&off);
    for (id, changes) in [
        ("zzz", json!({ "currency": "zzz" })),
        ("silent", json!({ "status": null })),
        ("late", json!({ "created": i64::MAX })),
    ] {
        let mut put = json!({ "id": format!("re_{id}"), "object": "refund", "amount": 5, "charge": format!("ch_{id}") });
        put.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        account.put(&put);
    }
    let elsewhere = text(&refund, "id");
    for (input, class, code, says) in [
        (json!({ "refund": "re_cash" }), Class::Validation, "refund_without_charge", "re_cash"),
        (json!({ "refund": "re_unknown" }), Class::NotFound, "object_unknown", "re_unknown"),
        (json!({ "refund": "re_live" }), Class::Validation, "wrong_mode", "re_live"),
        (
            json!({ "refund": elsewhere, "charge": other["id"] }),
            Class::Conflict,
            "list_behind",
            elsewhere.as_str(),
        ),
        (json!({ "charge": "ch_off" }), Class::Validation, "net_differs", "txn_off"),
        (json!({ "charge": "ch_zzz" }), Class::Validation, "unknown_currency", "re_zzz"),
        (json!({ "charge": "ch_silent" }), Class::Validation, "unknown_value", "re_silent"),
        (json!({ "charge": "ch_late" }), Class::Validation, "unknown_value", "re_late"),
    ] {
        let fault = refused(&account, input.clone()).await;
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{input}: {}", fault.message);
        assert!(fault.message.contains(says), "{}", fault.message);
    }
}

/// A movement that is there and not shown is not one that is still to come.
#[tokio::test]
async fn answers_that_do_not_show_what_was_asked_are_refused() {
    let refund = json!({
        "id": "re_1", "object": "refund", "amount": 5, "currency": "usd", "charge": "ch_1", "created": 1,
        "status": "succeeded", "balance_transaction": "txn_1"
    });
    let unknown = json!({ "error": { "type": "invalid_request_error", "code": "resource_missing" } });
    for (status, body, code) in [
        (200, json!({ "object": "list", "has_more": false, "data": [refund] }), "unknown_value"),
        (200, json!({ "object": "list", "has_more": true, "data": [] }), "unreadable_answer"),
        (200, json!({ "object": "list", "data": [] }), "unreadable_answer"),
        (404, unknown, "charge_unknown"),
    ] {
        let world = World::new().await;
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        let fault = world.run(LIST, json!({ "charge": "ch_1" })).await.unwrap_err();
        assert_eq!(fault.code, code, "{body}");
        assert_eq!(world.requests().await.len(), 1);
    }
}

#[tokio::test]
async fn the_account_is_named_in_both_calls() {
    let world = World::new().await;
    let found =
        json!({ "id": "re_1", "charge": { "id": "ch_1", "livemode": false }, "has_more": false, "data": [] });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(found))
        .mount(&world.server)
        .await;
    let fault = world.run(LIST, json!({ "refund": "re_1", "account": "acct_2" })).await.unwrap_err();
    assert_eq!(fault.code, "list_behind");
    let requests = world.server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.headers["stripe-account"] == "acct_2"));
}

#[tokio::test]
async fn recorded_refunds_are_read() {
    let events = fixtures::events().into_iter().map(|(name, text)| {
        let event: Value = serde_json::from_str(&text).unwrap();
        (name, event["data"]["object"].clone())
    });
    let exchanges = fixtures::exchanges().into_iter();
    let answers = exchanges.map(|(name, exchange)| (name, exchange["response"]["body"].clone()));
    let mut refunds = 0;
    for (name, mut refund) in events.chain(answers).filter(|(_, object)| object["object"] == "refund") {
        // Expanded, as the list is asked for.
        refund["balance_transaction"] = json!({
            "id": refund["balance_transaction"], "object": "balance_transaction", "amount": -100, "fee": 0, "net": -100,
            "currency": "usd", "type": "refund", "reporting_category": "refund", "source": refund["id"], "created": 1,
            "available_on": 1
        });
        let world = World::new().await;
        let page = json!({ "object": "list", "has_more": false, "data": [refund] });
        let answer = ResponseTemplate::new(200).set_body_json(page);
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        let output = world.run(LIST, json!({ "charge": refund["charge"] })).await;
        let found = listed(&output.unwrap_or_else(|fault| panic!("{name}: {fault}")));
        assert_eq!(found.ids(), [refund["id"].as_str().unwrap()], "{name}");
        assert_eq!(found.refunds[0].status.as_str(), refund["status"].as_str().unwrap(), "{name}");
        refunds += 1;
    }
    assert!(refunds == 0 || refunds >= 4, "only {refunds}");
}
