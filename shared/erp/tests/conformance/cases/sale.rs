//! A sale from its order to its refund.

use flow::Class;
use serde_json::json;

use super::started;
use crate::documents::{DAY, Document, Sale};
use crate::driver::{Worker, is_the_one, refused};
use crate::system::{Kind, System};

pub(crate) async fn from_the_order_to_the_refund_nothing_is_left_open<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let (invoice, note) = (sale.invoice().key(), sale.credit_note().key());
    worker.put_all(&[sale.order(), sale.invoice()]).await;
    assert_eq!(system.total(Kind::Invoice, &invoice).await, "91.33");
    assert_eq!(system.open(&invoice).await, "91.33");
    worker.put_all(&[sale.payment()]).await;
    assert_eq!(system.open(&invoice).await, "0");
    worker.put_all(&[sale.credit_note()]).await;
    assert_eq!(system.total(Kind::CreditNote, &note).await, "35.58");
    worker.put_all(&[sale.refund()]).await;
    assert_eq!((system.open(&invoice).await, system.open(&note).await), ("0".to_owned(), "0".to_owned()));
    // Later tries find all of it as it is.
    for document in [sale.order(), sale.invoice(), sale.payment(), sale.credit_note(), sale.refund()] {
        let found = worker.find(&document).await.unwrap().unwrap();
        is_the_one(&system, &document, &found, "at the end").await;
    }
}

/// A bank debit comes back days after it was taken.
pub(crate) async fn what_bounced_is_owed_again_and_can_be_paid<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let (invoice, clearing) = (sale.invoice().key(), sale.account("stripe_clearing.USD"));
    let before = worker.balance(&clearing, "USD", DAY).await;
    worker.put_all(&[sale.order(), sale.invoice(), sale.payment()]).await;
    let bounced = sale.payment_of("ch_bounced", "out", &invoice, 9133);
    let first = worker.put(&bounced).await.unwrap();
    assert_eq!(worker.balance(&clearing, "USD", DAY).await, before);
    assert_eq!(system.open(&invoice).await, "91.33");
    let again = worker.put(&bounced).await.unwrap();
    assert_eq!((&again["id"], again["created"].as_bool()), (&first["id"], Some(false)));
    refused(
        worker.put(&bounced.with("/reference", json!("ch_another"))).await,
        Class::Validation,
        &["content_differs"],
        "another under its key",
    );
    worker.put_all(&[sale.payment_of("ch_second", "in", &invoice, 9133)]).await;
    assert_eq!(system.open(&invoice).await, "0");
}

/// The money is on the way back to the provider's balance, and the credit note stands.
pub(crate) async fn a_refund_that_failed_is_taken_back<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let (note, clearing) = (sale.credit_note().key(), sale.account("stripe_clearing.USD"));
    worker.put_all(&[sale.order(), sale.invoice(), sale.payment(), sale.credit_note()]).await;
    let before = worker.balance(&clearing, "USD", DAY).await;
    worker.put_all(&[sale.refund()]).await;
    assert_eq!(worker.balance(&clearing, "USD", DAY).await - before, -3558);
    let failed = sale.payment_of("re_failed", "in", &note, 3558);
    let first = worker.put(&failed).await.unwrap();
    assert_eq!(worker.balance(&clearing, "USD", DAY).await, before);
    assert_eq!(worker.find(&failed).await.unwrap().unwrap()["id"], first["id"]);
}

/// By another document, under another key: what is left to bill, to give back or to pay is nothing.
pub(crate) async fn nothing_is_billed_given_back_or_paid_twice<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    worker.put_all(&[sale.order(), sale.invoice()]).await;
    let other = |document: Document, kind: &str| {
        let key = document.key().replace(kind, &format!("{kind}_2"));
        document.with("/key", json!(key))
    };
    let second = other(sale.invoice(), "sales_invoice");
    refused(worker.put(&second).await, Class::Validation, &["over_invoiced"], "billed twice");
    let invoice = sale.invoice().key();
    let more = sale.payment_of("ch_more", "in", &invoice, 9134);
    refused(worker.put(&more).await, Class::Validation, &["over_allocated"], "paid too much");
    worker.put_all(&[sale.payment()]).await;
    let again = sale.payment_of("ch_again", "in", &invoice, 1);
    refused(worker.put(&again).await, Class::Validation, &["over_allocated"], "paid twice");
    worker.put_all(&[sale.credit_note_of(9000, "most")]).await;
    let rest = sale.credit_note_of(134, "more_than_the_rest");
    refused(worker.put(&rest).await, Class::Validation, &["over_credit"], "more than is left");
    worker.put_all(&[sale.credit_note_of(133, "rest")]).await;
}

pub(crate) async fn what_is_booked_before_its_sale_waits<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let early = |code| [code, "invoice_unknown"];
    refused(worker.put(&sale.payment()).await, Class::NotFound, &early("not_booked"), "no customer");
    worker.put_all(&[sale.order()]).await;
    refused(worker.put(&sale.payment()).await, Class::NotFound, &early("not_booked"), "no invoice");
    refused(worker.put(&sale.credit_note()).await, Class::NotFound, &early("not_booked"), "no invoice");
    worker.put_all(&[sale.invoice(), sale.payment(), sale.credit_note()]).await;
}

pub(crate) async fn an_order_of_120_lines_is_one_order<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let order = sale.long_order(120);
    // One that makes 120 items may need more than one try.
    let output = worker.converge(&order).await;
    is_the_one(&system, &order, &output, "of 120 lines").await;
    let again = worker.put(&order).await.unwrap();
    assert_eq!((&again["id"], again["created"].as_bool()), (&output["id"], Some(false)));
    let invoice = sale.invoice_of(&order);
    worker.put_all(std::slice::from_ref(&invoice)).await;
    let minor: i64 = order.content["total"]["minor"].as_str().unwrap().parse().unwrap();
    let total = format!("{}.{:02}", minor / 100, minor % 100);
    let total = total.trim_end_matches('0').trim_end_matches('.').to_owned();
    assert_eq!(system.total(Kind::Order, &order.key()).await, total);
    assert_eq!(system.open(&invoice.key()).await, total);
}
