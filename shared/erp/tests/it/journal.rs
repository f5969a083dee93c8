//! `erp.journal.put`: a journal entry, once, worth in the company's currency what was meant.

use flow::Class;
use serde_json::{Value, json};

use crate::document::{CUSTOMER_KEY, fee, money, with};
use crate::scripted::{erp, problem};
use crate::world::{Erp, JOURNAL, World, settings};
use sandbox::ERP_TOKEN;
use wiremock::ResponseTemplate;

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn line(account: &str, amount: Value, base: i64) -> Value {
    json!({ "account": account, "amount": amount, "base": money(base, "USD") })
}

fn journal(lines: &[Value]) -> Value {
    json!({ "key": "tb:acct_1:bt:txn_1", "date": "2026-03-02", "memo": "a movement", "lines": lines })
}

/// 54.00 EUR at 1.1378, of which 60.00 USD came.
fn mixed() -> Value {
    let mut receivable = line("1200", money(-5400, "EUR"), -6144);
    receivable["party"] = json!(CUSTOMER_KEY);
    journal(&[receivable, line("1050", money(6000, "USD"), 6000), line("6900", money(144, "USD"), 144)])
}

#[tokio::test]
async fn lines_are_debit_or_credit_and_say_what_they_are_of() {
    let world = World::billed().await;
    let output = world.erp.put(JOURNAL, &fee()).await.unwrap();
    assert_eq!(output, json!({ "id": "JRN-000001", "key": fee()["key"], "created": true }));
    let sent: Value = serde_json::from_str(&world.requests()[0].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "date": "2026-03-01", "memo": "fees of a day",
            "lines": [
                {
                    "account": "6300", "debit": usd("3.43"), "currency": "USD", "cost_center": "Online",
                    "reference": "txn_1 ch_1 000000042"
                },
                { "account": "1050", "credit": usd("3.43"), "currency": "USD", "reference": "txn_1 ch_1 000000042" }
            ]
        })
    );
}

#[tokio::test]
async fn a_line_in_another_currency_has_the_rate_that_makes_its_base() {
    let world = World::billed().await;
    let mut late = mixed();
    late["true_date"] = json!("2026-02-27");
    late["reverses"] = json!("tb:acct_1:bt:txn_0");
    late["lines"][2]["tax_code"] = json!("S19");
    late["lines"].as_array_mut().unwrap().push(line("1060", money(0, "USD"), 0));
    world.erp.put(JOURNAL, &late).await.unwrap();
    let sent: Value = serde_json::from_str(&world.requests()[0].body).unwrap();
    assert_eq!(sent["memo"], json!("a movement (of 2026-02-27) (takes back tb:acct_1:bt:txn_0)"));
    // A line of nothing is neither debit nor credit.
    assert_eq!(
        sent["lines"],
        json!([
            {
                "account": "1200", "credit": { "amount": "54.00", "currency": "EUR" }, "currency": "EUR",
                "exchange_rate": "1.1378", "party_key": CUSTOMER_KEY
            },
            { "account": "1050", "debit": usd("60.00"), "currency": "USD" },
            { "account": "6900", "debit": usd("1.44"), "currency": "USD", "cost_center": "Online", "tax_code": "S19" }
        ])
    );
    assert!(world.balances().await.contains(&"1200 EUR -54.00 -61.44".to_owned()));
}

#[tokio::test]
async fn twice_is_once_in_whatever_order_and_another_journal_is_parked() {
    let world = World::billed().await;
    world.erp.put(JOURNAL, &mixed()).await.unwrap();
    let mut turned = mixed();
    turned["lines"].as_array_mut().unwrap().reverse();
    for document in [turned, with(mixed(), "/memo", json!("another word for it"))] {
        let again = world.erp.put(JOURNAL, &document).await.unwrap();
        assert_eq!((&again["id"], &again["created"]), (&json!("JRN-000001"), &json!(false)));
    }
    let dearer =
        with(with(mixed(), "/lines/0/base", money(-6145, "USD")), "/lines/2/base", money(145, "USD"));
    let mut stranger = mixed();
    stranger["lines"][0]["party"] = json!("tb:acct_1:customer:8");
    for other in [
        with(mixed(), "/date", json!("2026-03-03")),
        with(mixed(), "/lines/1/account", json!("1100")),
        with(mixed(), "/lines/0/amount", money(-5401, "EUR")),
        // Worth something else in the company's currency.
        with(dearer, "/lines/2/amount", money(145, "USD")),
        stranger,
        with(fee(), "/key", mixed()["key"].clone()),
    ] {
        for fault in [
            world.erp.put(JOURNAL, &other).await.unwrap_err(),
            world.erp.find(JOURNAL, &other).await.unwrap_err(),
        ] {
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "content_differs"), "{other}");
            assert!(fault.message.contains("journal JRN-000001"), "{}", fault.message);
        }
    }
    assert_eq!(world.documents("journals").len(), 1);
}

/// The rate of one that only the rate tells apart: the amounts on all accounts are the same.
#[tokio::test]
async fn lines_that_are_worth_something_else_are_not_the_same() {
    let world = World::billed().await;
    let of = |base: i64| {
        journal(&[line("1100", money(1000, "EUR"), base), line("1060", money(-1000, "EUR"), -base)])
    };
    world.erp.put(JOURNAL, &of(1100)).await.unwrap();
    assert_eq!(world.erp.put(JOURNAL, &of(1101)).await.unwrap_err().code, "content_differs");
}

#[tokio::test]
async fn a_journal_that_cannot_be_booked_is_never_sent() {
    let world = World::billed().await;
    let fault = world.erp.put(JOURNAL, &with(fee(), "/lines/0/amount", money(344, "USD"))).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "invalid_input"), "{fault:?}");
    let mut others = settings(&world.base_url);
    others.currency = "EUR".parse().unwrap();
    let fault = Erp::new(&others, &[ERP_TOKEN]).put(JOURNAL, &fee()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "wrong_company"), "{fault:?}");
    for part in ["USD", "EUR", "erp.currency", "nothing was sent"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn what_the_erp_refuses_is_said_with_the_line_and_what_to_do() {
    let world = World::billed().await;
    let clearing = line("1050", money(100, "USD"), 100);
    for (account, code, said) in [
        ("1200", "party_required", "name the customer"),
        // No role, so that nobody knows that it is one of income and expenses.
        ("6350", "cost_center_required", "erp.cost_center"),
        ("9999", "account_unknown", "erp.accounts"),
    ] {
        let document = journal(&[clearing.clone(), line(account, money(-100, "USD"), -100)]);
        let fault = world.erp.put(JOURNAL, &document).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code), "{fault:?}");
        for part in [account, "/lines/1/", said, "replay"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
    }
    assert!(world.documents("journals").is_empty());

    let page = ResponseTemplate::new(200).set_body_json(json!({ "data": [] }));
    let (_server, erp) = erp(page, problem(422, "unbalanced", &json!({ "difference": usd("0.01") }))).await;
    let fault = erp.put(JOURNAL, &fee()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unbalanced"), "{fault:?}");
    for part in ["difference", "0.01", "rounding"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

/// Two under one key: whichever a person reverses, the other one counts. One that is reversed is not posted again.
#[tokio::test]
async fn a_journal_that_a_person_has_reversed_counts_no_more() {
    for (reversed, kept) in [("JRN-000002", "JRN-000001"), ("JRN-000001", "JRN-000002")] {
        let world = World::billed().await;
        world.erp.put(JOURNAL, &fee()).await.unwrap();
        world.plan("PUT", "/journals/", "duplicate_on_race");
        assert_eq!(world.erp.put(JOURNAL, &fee()).await.unwrap_err().code, "duplicate_document");
        let reverse = async |id: &str, key: &str| {
            world
                .person(
                    "POST",
                    &format!("/journals/{id}/reverse"),
                    &json!({ "date": "2026-03-05", "key": key }),
                )
                .await;
        };
        reverse(reversed, "by-hand-1").await;
        let output = world.erp.put(JOURNAL, &fee()).await.unwrap();
        assert_eq!((&output["id"], &output["created"]), (&json!(kept), &json!(false)));
        assert_eq!(world.erp.find(JOURNAL, &fee()).await, Ok(Some(output)));
        reverse(kept, "by-hand-2").await;
        assert_eq!(world.erp.find(JOURNAL, &fee()).await, Ok(None));
        assert_eq!(world.erp.put(JOURNAL, &fee()).await.unwrap_err().code, "document_cancelled");
    }
}
