//! `erp.sales_invoice.read`: the ERP bills, we find it.

use flow::Class;
use serde_json::{Value, json};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::document::{ORDER_KEY, invoice, money, order, with};
use crate::scripted::{TOKEN, erp};
use crate::world::{Erp, INVOICE, ORDER, World, settings};

const READ: &str = "erp.sales_invoice.read";

fn input() -> Value {
    json!({ "order_key": ORDER_KEY, "since": "2026-03-01T23:30:00Z", "total": money(9133, "USD") })
}

#[tokio::test]
async fn an_order_that_is_not_billed_yet_is_waited_for_and_then_found() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    let fault = world.erp.run(READ, input()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "not_invoiced"));
    assert!(fault.message.contains("0.00 USD"), "{}", fault.message);

    world.erp.put(INVOICE, &with(invoice(), "/key", json!("the-erp-s-own"))).await.unwrap();
    let output = world.erp.run(READ, input()).await.unwrap();
    assert_eq!(output, json!({ "id": "INV-000001", "ids": ["INV-000001"], "key": "the-erp-s-own" }));
}

fn row(id: &str, order: &str, kind: &str, state: &str, amount: &str) -> Value {
    json!({ "id": id, "key": id, "order_key": order, "kind": kind, "state": state, "date": "2026-03-02",
        "total": { "amount": amount, "currency": "USD" } })
}

async fn read_of(rows: Value) -> Result<Value, flow::Fault> {
    let page = ResponseTemplate::new(200).set_body_json(json!({ "data": rows, "next_cursor": null }));
    let (_server, erp) = erp(page, ResponseTemplate::new(500)).await;
    erp.run(READ, input()).await
}

#[tokio::test]
async fn only_standing_invoices_of_the_order_count_and_parts_add_up() {
    let others = [
        row("INV-1", "tb:acct_1:sales_order:43", "invoice", "posted", "91.33"),
        row("INV-2", ORDER_KEY, "credit_note", "posted", "91.33"),
        row("INV-3", ORDER_KEY, "invoice", "cancelled", "91.33"),
        json!({ "id": "INV-4", "state": "posted", "order_key": 7 }),
    ];
    let fault = read_of(json!(others)).await.unwrap_err();
    assert_eq!(fault.code, "not_invoiced");
    let part = row("INV-9", ORDER_KEY, "invoice", "posted", "41.33");
    let fault = read_of(json!([part])).await.unwrap_err();
    assert!(fault.code == "not_invoiced" && fault.message.contains("41.33 USD"), "{fault:?}");
    let rest = row("INV-10", ORDER_KEY, "invoice", "posted", "50.00");
    let output = read_of(json!([rest, part, others[0]])).await.unwrap();
    assert_eq!(output, json!({ "id": "INV-9", "ids": ["INV-9", "INV-10"], "key": "INV-9" }));
    let too_much = row("INV-11", ORDER_KEY, "invoice", "posted", "91.34");
    let fault = read_of(json!([too_much])).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "total_mismatch"));
}

/// Since the order was placed the company has billed more than is looked through.
#[tokio::test]
async fn an_order_that_is_billed_late_is_found_among_the_newest() {
    let own = row("INV-9000", ORDER_KEY, "invoice", "posted", "91.33");
    for (newest, found) in [(json!([own]), true), (json!([]), false)] {
        let server = MockServer::start().await;
        let endless = ResponseTemplate::new(200).set_body_json(json!({ "data": [], "next_cursor": "again" }));
        let since = query_param("updated_since", "2026-03-01T23:30:00Z");
        Mock::given(since).respond_with(endless).mount(&server).await;
        let page = ResponseTemplate::new(200).set_body_json(json!({ "data": newest, "next_cursor": null }));
        Mock::given(any()).respond_with(page).mount(&server).await;
        let erp = Erp::new(&settings(&format!("{}/erp/v1", server.uri())), &[TOKEN]);
        let read = erp.run(READ, input()).await;
        let asked = server.received_requests().await.unwrap().len();
        if found {
            assert_eq!((read.unwrap()["id"].clone(), asked), (json!("INV-9000"), 1));
        } else {
            // Not parked: it may be billed yet.
            let fault = read.unwrap_err();
            assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "not_invoiced"));
            assert_eq!(asked, 22);
        }
    }
}

#[tokio::test]
async fn a_list_without_an_end_has_one() {
    let page = json!({ "data": [], "next_cursor": "again" });
    let (server, erp) = erp(ResponseTemplate::new(200).set_body_json(page), ResponseTemplate::new(500)).await;
    let fault = erp.run(READ, input()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "search_too_wide"));
    assert_eq!(server.received_requests().await.unwrap().len(), 20);
}
