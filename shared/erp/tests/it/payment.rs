//! `erp.payment.put`: money in and out, once, and as a journal where it became another currency.

use flow::Class;
use serde_json::{Value, json};

use crate::document::{CUSTOMER_KEY, INVOICE_KEY, NOTE_KEY, credit_note, exchanged, money, payment, with};
use crate::world::{CREDIT_NOTE, Erp, PAYMENT, World, settings};
use sandbox::ERP_TOKEN;

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn sent(world: &World) -> Value {
    serde_json::from_str(&world.requests()[0].body).unwrap()
}

/// The credit note's money goes out.
fn refund() -> Value {
    let amount = money(3558, "USD");
    json!({
        "key": "tb:acct_1:refund:re_1", "direction": "out", "customer_key": CUSTOMER_KEY, "date": "2026-03-03",
        "amount": amount, "account": "1050", "settled": amount, "reference": "re_1",
        "allocations": [{ "document": NOTE_KEY, "amount": amount }]
    })
}

#[tokio::test]
async fn money_in_pays_the_invoice_and_money_out_the_credit_note() {
    let world = World::billed().await;
    let output = world.erp.put(PAYMENT, &payment()).await.unwrap();
    let expected =
        json!({ "id": "PAY-000001", "key": payment()["key"], "created": true, "posted_as": "payment" });
    assert_eq!(output, expected);
    assert_eq!(
        sent(&world),
        json!({
            "direction": "in", "customer_key": CUSTOMER_KEY, "amount": usd("91.33"), "date": "2026-03-02",
            "account": "1050", "reference": "ch_1",
            "allocations": [{ "invoice_key": INVOICE_KEY, "amount": usd("91.33") }]
        })
    );
    world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap();
    world.sandbox.clear_requests();
    world.erp.put(PAYMENT, &refund()).await.unwrap();
    let body = sent(&world);
    assert_eq!(
        (&body["direction"], &body["allocations"][0]["invoice_key"]),
        (&json!("out"), &json!(NOTE_KEY))
    );
    assert!(
        world.balances().await.contains(&"1200 USD 0.00 0.00".to_owned()),
        "{:?}",
        world.balances().await
    );
}

/// The rate of the documents that it settles, where the company keeps its books in another currency.
#[tokio::test]
async fn a_payment_in_another_currency_than_the_companys_has_its_rate() {
    let world = World::billed().await;
    let euros = with(with(payment(), "/amount", money(9133, "EUR")), "/settled", money(9133, "EUR"));
    let mut euros = with(euros, "/allocations", json!([]));
    let fault = world.erp.put(PAYMENT, &euros).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "rate_missing"), "{fault:?}");
    assert!(fault.message.contains("erp.rates.EUR") && world.asked().is_empty(), "{}", fault.message);
    for none in ["0", "-1"] {
        euros["exchange_rate"] = json!(none);
        assert_eq!(world.erp.put(PAYMENT, &euros).await.unwrap_err().code, "rate_missing");
    }
    euros["exchange_rate"] = json!("1.0945");
    assert_eq!(world.erp.put(PAYMENT, &euros).await.unwrap()["posted_as"], json!("payment"));
    assert_eq!(sent(&world)["exchange_rate"], json!("1.0945"));
    // The company's own currency needs none.
    let mut dollars = payment();
    dollars["exchange_rate"] = json!("1.5");
    world.sandbox.clear_requests();
    world.erp.put(PAYMENT, &dollars).await.unwrap_err();
    assert_eq!(sent(&world).get("exchange_rate"), None);
}

#[tokio::test]
async fn twice_is_once_and_another_payment_under_the_key_is_parked() {
    let world = World::billed().await;
    world.erp.put(PAYMENT, &payment()).await.unwrap();
    let later = with(payment(), "/date", json!("2026-03-03"));
    assert_eq!(world.erp.put(PAYMENT, &later).await.unwrap()["created"], json!(false));
    let less = with(with(payment(), "/amount", money(9132, "USD")), "/settled", money(9132, "USD"));
    for other in [
        with(less, "/allocations/0/amount", money(9132, "USD")),
        with(payment(), "/direction", json!("out")),
        with(payment(), "/account", json!("1100")),
        with(payment(), "/reference", json!("ch_2")),
        with(payment(), "/customer_key", json!("tb:acct_1:customer:8")),
        with(payment(), "/allocations/0/amount", money(9132, "USD")),
        with(payment(), "/allocations/0/document", json!(NOTE_KEY)),
    ] {
        for fault in [
            world.erp.put(PAYMENT, &other).await.unwrap_err(),
            world.erp.find(PAYMENT, &other).await.unwrap_err(),
        ] {
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "content_differs"), "{other}");
            assert!(fault.message.contains("payment PAY-000001"), "{}", fault.message);
        }
    }
    assert_eq!(world.documents("payments").len(), 1);
}

#[tokio::test]
async fn what_is_no_payment_is_never_sent() {
    let world = World::billed().await;
    let nothing = with(with(payment(), "/amount", money(0, "USD")), "/settled", money(0, "USD"));
    for (document, code, said) in [
        (nothing, "malformed_document", "0.00 USD"),
        (with(payment(), "/settled", money(-1, "USD")), "malformed_document", "-0.01 USD"),
        (with(payment(), "/settled", money(9132, "USD")), "does_not_add_up", "91.32 USD"),
        (with(payment(), "/allocations/0/amount", money(9134, "USD")), "does_not_add_up", "91.34 USD"),
        (with(payment(), "/allocations/0/amount", money(1, "EUR")), "malformed_document", "EUR"),
    ] {
        let fault = world.erp.put(PAYMENT, &document).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code), "{fault:?}");
        for part in [said, "nothing was sent"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn what_it_pays_is_waited_for_and_what_is_paid_already_is_for_a_person() {
    let world = World::new().await;
    let early = async |said: &str| {
        for document in [payment(), exchanged()] {
            let fault = world.erp.put(PAYMENT, &document).await.unwrap_err();
            assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "invoice_unknown"), "{fault:?}");
            assert!(fault.message.contains(said), "{}", fault.message);
        }
    };
    early("customer_unknown").await;
    let world = World::billed().await;
    let fault = world.erp.put(PAYMENT, &refund()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "invoice_unknown"), "{fault:?}");
    assert!(fault.message.contains("/allocations/0/invoice_key"), "{}", fault.message);

    world.erp.put(PAYMENT, &with(payment(), "/key", json!("by-hand"))).await.unwrap();
    let fault = world.erp.put(PAYMENT, &payment()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "over_allocated"), "{fault:?}");
    let fault = world.erp.put(PAYMENT, &with(payment(), "/account", json!("9999"))).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "account_unknown"));
    assert!(fault.message.contains("9999") && fault.message.contains("erp.accounts"), "{}", fault.message);
}

#[tokio::test]
async fn another_currency_than_the_customers_makes_a_journal() {
    let world = World::billed().await;
    let output = world.erp.put(PAYMENT, &exchanged()).await.unwrap();
    let expected =
        json!({ "id": "JRN-000001", "key": exchanged()["key"], "created": true, "posted_as": "journal" });
    assert_eq!(output, expected);
    // 91.33 at 1.0945 is 99.96; 99.41 came.
    let eur = json!({ "amount": "91.33", "currency": "EUR" });
    assert_eq!(
        sent(&world),
        json!({
            "date": "2026-03-02", "memo": format!("payment ch_1 {INVOICE_KEY}"),
            "lines": [
                {
                    "account": "1200", "credit": eur, "currency": "EUR", "exchange_rate": "1.0945",
                    "party_key": CUSTOMER_KEY, "reference": "ch_1"
                },
                { "account": "1050", "debit": usd("99.41"), "currency": "USD", "reference": "ch_1" },
                {
                    "account": "6900", "debit": usd("0.55"), "currency": "USD", "cost_center": "Online",
                    "reference": "ch_1"
                }
            ]
        })
    );
    assert!(world.documents("payments").is_empty());
}

/// Rates are settings: a second try may know others. What is posted stands.
#[tokio::test]
async fn another_rate_is_the_same_payment_and_another_amount_is_not() {
    let world = World::billed().await;
    world.erp.put(PAYMENT, &exchanged()).await.unwrap();
    for document in
        [with(exchanged(), "/exchange_rate", json!("1.1")), with(exchanged(), "/date", json!("2026-03-09"))]
    {
        let again = world.erp.put(PAYMENT, &document).await.unwrap();
        assert_eq!((&again["id"], &again["created"]), (&json!("JRN-000001"), &json!(false)));
        assert_eq!(world.erp.find(PAYMENT, &document).await, Ok(Some(again)));
    }
    for other in [
        with(exchanged(), "/amount", money(9134, "EUR")),
        with(exchanged(), "/settled", money(9942, "USD")),
        with(exchanged(), "/direction", json!("out")),
        with(exchanged(), "/account", json!("1100")),
        with(exchanged(), "/customer_key", json!("tb:acct_1:customer:8")),
    ] {
        let fault = world.erp.put(PAYMENT, &other).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "content_differs"), "{other}");
    }
    assert_eq!(world.documents("journals").len(), 1);
}

#[tokio::test]
async fn a_role_without_an_account_is_named_and_nothing_is_sent() {
    let world = World::billed().await;
    for role in ["receivable", "fx_gain_loss"] {
        let mut settings = settings(&world.base_url);
        settings.accounts.remove(role);
        let erp = Erp::new(&settings, &[ERP_TOKEN]);
        let fault = erp.put(PAYMENT, &exchanged()).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "account_missing"), "{fault:?}");
        assert!(fault.message.contains(&format!("erp.accounts.{role}")), "{}", fault.message);
        // A payment in one currency has no use for it.
        erp.put(PAYMENT, &with(payment(), "/key", json!(role))).await.map_or_else(
            |fault| assert_eq!(fault.code, "over_allocated"),
            |output| assert_eq!(output["posted_as"], json!("payment")),
        );
    }
    assert!(world.documents("journals").is_empty());
}
