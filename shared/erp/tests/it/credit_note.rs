//! `erp.credit_note.put`: what goes back, against an invoice, once.

use flow::Class;
use serde_json::{Value, json};

use crate::document::{INVOICE_KEY, NOTE_KEY, ORDER_KEY, credit_note, invoice, money, order, with};
use crate::world::{CREDIT_NOTE, INVOICE, ORDER, World};

#[tokio::test]
async fn what_goes_back_is_booked_with_its_taxes() {
    let world = World::billed().await;
    let output = world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap();
    assert_eq!(output, json!({ "id": "INV-000002", "key": NOTE_KEY, "created": true }));
    let usd = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let tax = |amount: &str| json!([{ "code": "NY-SALES", "amount": usd(amount) }]);
    let sent: Value = serde_json::from_str(&world.requests()[0].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "order_key": ORDER_KEY, "kind": "credit_note", "against": INVOICE_KEY, "date": "2026-03-02",
            "lines": [
                { "line_id": "420", "qty": "1", "description": "Desk lamp", "amount": usd("27.50"), "tax": tax("2.25") },
                { "description": "Shipping", "amount": usd("9.95"), "tax": tax("0.88") },
                { "description": "Fee", "amount": usd("-5.00"), "tax": [] }
            ],
            "total": usd("35.58")
        })
    );
    let booked = world.documents("invoices").remove(1);
    assert_eq!((&booked["total"], &booked["tax_total"]), (&usd("35.58"), &usd("3.13")));
}

/// The rows are for people, the total and the taxes for the books.
#[tokio::test]
async fn twice_is_once_whatever_the_day_and_the_rows() {
    let world = World::billed().await;
    world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap();
    let tax = json!([{ "code": "NY-SALES", "amount": money(313, "USD") }]);
    let whole = json!([{ "description": "A part of it", "net": money(3245, "USD"), "taxes": tax }]);
    for document in [
        with(credit_note(), "/date", json!("2026-03-03")),
        with(credit_note(), "/lines/0/description", json!("Lamp")),
        with(credit_note(), "/lines", whole),
    ] {
        let again = world.erp.put(CREDIT_NOTE, &document).await.unwrap();
        assert_eq!((&again["id"], &again["created"]), (&json!("INV-000002"), &json!(false)));
        assert_eq!(world.erp.find(CREDIT_NOTE, &document).await, Ok(Some(again)));
    }
    assert_eq!(world.documents("invoices").len(), 2);
}

#[tokio::test]
async fn another_credit_note_under_the_key_is_parked() {
    let world = World::billed().await;
    world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap();
    let untaxed = json!([{ "description": "A part of it", "net": money(3558, "USD") }]);
    let less = json!([{ "description": "A part of it", "net": money(3557, "USD") }]);
    for (document, code) in [
        (with(with(credit_note(), "/lines", less), "/total", money(3557, "USD")), "total_mismatch"),
        (with(credit_note(), "/lines", untaxed), "content_differs"),
        (with(credit_note(), "/lines/1/taxes/0/code", json!("VAT")), "content_differs"),
        (with(credit_note(), "/against", json!("tb:acct_1:sales_invoice:43")), "content_differs"),
        (with(credit_note(), "/order_key", json!("tb:acct_1:sales_order:43")), "content_differs"),
        // The sale's invoice under the key of what goes back.
        (with(credit_note(), "/key", json!(INVOICE_KEY)), "total_mismatch"),
    ] {
        for fault in [
            world.erp.put(CREDIT_NOTE, &document).await.unwrap_err(),
            world.erp.find(CREDIT_NOTE, &document).await.unwrap_err(),
        ] {
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code), "{fault:?}");
            assert!(fault.message.contains("credit note INV-00000"), "{}", fault.message);
        }
    }
    assert_eq!(world.documents("invoices").len(), 2);
}

#[tokio::test]
async fn rows_that_do_not_make_the_total_are_never_sent() {
    let world = World::billed().await;
    for (document, code) in [
        (with(credit_note(), "/total", money(3559, "USD")), "does_not_add_up"),
        (with(credit_note(), "/lines/1/net", money(995, "EUR")), "malformed_document"),
        (with(credit_note(), "/lines", json!([])), "does_not_add_up"),
        (with(with(credit_note(), "/lines", json!([])), "/total", money(0, "USD")), "malformed_document"),
        (
            with(with(credit_note(), "/lines/2/net", money(-4058, "USD")), "/total", money(0, "USD")),
            "malformed_document",
        ),
    ] {
        let fault = world.erp.put(CREDIT_NOTE, &document).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code), "{fault:?}");
        assert!(fault.message.contains("nothing was sent"), "{}", fault.message);
    }
    assert!(world.asked().is_empty());
}

/// A person has given the money back by hand.
#[tokio::test]
async fn more_than_is_left_is_parked_and_the_rest_is_named() {
    let world = World::billed().await;
    world.erp.put(CREDIT_NOTE, &with(credit_note(), "/key", json!("by-hand-1"))).await.unwrap();
    world.erp.put(CREDIT_NOTE, &with(credit_note(), "/key", json!("by-hand-2"))).await.unwrap();
    let fault = world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "over_credit"), "{fault:?}");
    // 91.33 less twice 35.58.
    for part in ["left", "20.17", NOTE_KEY, "no more than is left"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

/// All of it goes back, and another worker was first: the ERP has nothing left, and that is ours.
#[tokio::test]
async fn where_nothing_is_left_ours_is_looked_for_first() {
    let world = World::billed().await;
    let all = json!([{ "description": "All", "net": money(9133, "USD") }]);
    let whole = with(with(credit_note(), "/lines", all), "/total", money(9133, "USD"));
    let first = world.erp.put(CREDIT_NOTE, &whole).await.unwrap();
    world.plan("PUT", "/invoices/", "duplicate_on_race");
    let second = world.erp.put(CREDIT_NOTE, &whole).await.unwrap();
    assert_eq!((&second["id"], &second["created"]), (&first["id"], &json!(false)));
}

/// Order to cash has not come to it yet: neither to the order nor, then, to the invoice.
#[tokio::test]
async fn a_sale_that_is_not_booked_yet_is_waited_for() {
    let world = World::new().await;
    let early = async |said: &str| {
        let fault = world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "invoice_unknown"), "{fault:?}");
        assert_eq!(fault.status, Some(422));
        assert!(fault.message.contains(said) && fault.message.contains("tried again"), "{}", fault.message);
    };
    early("/order_key order_unknown").await;
    world.erp.put(ORDER, &order()).await.unwrap();
    early("/against invoice_unknown").await;
    world.erp.put(INVOICE, &invoice()).await.unwrap();
    world.erp.put(CREDIT_NOTE, &credit_note()).await.unwrap();
}
