//! `erp.sales_invoice.put`: one invoice of a whole order, once.

use flow::Class;
use sandbox::{ErpSettings, Settings};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::document::{INVOICE_KEY, ORDER_KEY, invoice, invoice_in, money, order, order_in, with};
use crate::scripted::erp;
use crate::world::{INVOICE, ORDER, World};

async fn ordered() -> World {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.sandbox.clear_requests();
    world
}

#[tokio::test]
async fn an_order_is_billed_whole() {
    let world = ordered().await;
    let output = world.erp.put(INVOICE, &invoice()).await.unwrap();
    assert_eq!(output, json!({ "id": "INV-000001", "key": INVOICE_KEY, "created": true }));
    assert_eq!(world.asked(), ["PUT /v1/invoices/tb%3Aacct_1%3Asales_invoice%3A42", "GET /v1/invoices"]);
    let sent: Value = serde_json::from_str(&world.requests()[0].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "order_key": ORDER_KEY, "kind": "invoice", "date": "2026-03-02",
            "lines": [{ "line_id": "420", "qty": "2" }, { "line_id": "421", "qty": "1" }],
            "total": { "amount": "91.33", "currency": "USD" }
        })
    );
    let booked = world.documents("invoices").remove(0);
    assert_eq!((&booked["state"], &booked["total"]["amount"]), (&json!("posted"), &json!("91.33")));
}

#[tokio::test]
async fn twice_is_once_whatever_the_day() {
    let world = ordered().await;
    assert_eq!(world.erp.key(INVOICE, &invoice()).unwrap().as_str(), INVOICE_KEY);
    assert_eq!(world.erp.find(INVOICE, &invoice()).await, Ok(None));
    world.erp.put(INVOICE, &invoice()).await.unwrap();
    for document in [invoice(), with(invoice(), "/date", json!("2026-03-03"))] {
        let again = world.erp.put(INVOICE, &document).await.unwrap();
        assert_eq!((&again["id"], &again["created"]), (&json!("INV-000001"), &json!(false)));
        assert_eq!(world.erp.find(INVOICE, &document).await, Ok(Some(again)));
    }
    assert_eq!(world.states("invoices"), ["posted"]);
}

#[tokio::test]
async fn amounts_have_the_digits_of_their_currency() {
    for (currency, total) in [("JPY", "9133"), ("KWD", "9.133")] {
        let world = World::new().await;
        world.erp.put(ORDER, &order_in(currency)).await.unwrap();
        world.erp.put(INVOICE, &invoice_in(currency)).await.unwrap();
        assert_eq!(world.documents("invoices")[0]["total"], json!({ "amount": total, "currency": currency }));
    }
}

#[tokio::test]
async fn another_total_or_order_under_the_key_is_parked() {
    let world = ordered().await;
    let fault = world.erp.put(INVOICE, &with(invoice(), "/total", money(9134, "USD"))).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "total_mismatch"), "{fault:?}");
    assert!(fault.message.contains("91.33") && fault.message.contains("/total"), "{}", fault.message);
    assert!(world.documents("invoices").is_empty());

    world.erp.put(INVOICE, &invoice()).await.unwrap();
    for (pointer, value, code) in [
        ("/total", money(9134, "USD"), "total_mismatch"),
        ("/order_key", json!("tb:acct_1:sales_order:43"), "content_differs"),
    ] {
        let other = with(invoice(), pointer, value);
        for fault in [
            world.erp.put(INVOICE, &other).await.unwrap_err(),
            world.erp.find(INVOICE, &other).await.unwrap_err(),
        ] {
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code), "{pointer}");
            assert!(fault.message.contains("INV-000001"), "{}", fault.message);
        }
    }
    assert_eq!(world.states("invoices"), ["posted"]);
}

#[tokio::test]
async fn an_order_that_is_not_there_or_a_draft_is_told_apart() {
    let world = World::new().await;
    let fault = world.erp.put(INVOICE, &invoice()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "order_unknown"));
    assert!(fault.message.contains("/order_key order_unknown"), "{}", fault.message);

    world.plan("POST", "/confirm", "error=500");
    world.erp.put(ORDER, &order()).await.unwrap_err();
    let fault = world.erp.put(INVOICE, &invoice()).await.unwrap_err();
    // Somebody may be confirming it just now.
    assert_eq!((fault.class, fault.code.as_str()), (Class::Conflict, "wrong_state"));
}

#[tokio::test]
async fn a_closed_period_says_which_day_is_open() {
    let erp = ErpSettings { open_from: "2026-04-01".to_owned(), ..ErpSettings::default() };
    let world = World::with(Settings { erp, ..Settings::default() }).await;
    world.erp.put(ORDER, &order()).await.unwrap();
    let fault = world.erp.put(INVOICE, &invoice()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "period_closed"));
    for part in ["first_open 2026-04-01", "/date period_closed", "first open day"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

/// An order that a person has billed by hand is not billed again, and the person is told.
#[tokio::test]
async fn an_order_with_nothing_left_to_bill_is_parked() {
    let world = ordered().await;
    let by_hand = with(invoice(), "/key", json!("by-hand"));
    world.erp.put(INVOICE, &by_hand).await.unwrap();
    let fault = world.erp.put(INVOICE, &invoice()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "over_invoiced"), "{fault:?}");
    assert_eq!(world.states("invoices"), ["posted"]);
}

#[tokio::test]
async fn an_invoice_that_was_cancelled_in_the_erp_is_not_made_again() {
    let cancelled =
        json!({ "id": "INV-9", "state": "cancelled", "total": { "amount": "91.33", "currency": "USD" } });
    let (_server, erp) = erp(
        ResponseTemplate::new(200).set_body_json(json!({ "data": [cancelled] })),
        ResponseTemplate::new(200).set_body_json(&cancelled),
    )
    .await;
    assert_eq!(erp.find(INVOICE, &invoice()).await, Ok(None));
    let fault = erp.put(INVOICE, &invoice()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "document_cancelled"), "{fault:?}");
    assert!(fault.message.contains("INV-9"), "{}", fault.message);
}
