//! An answer that does not come says nothing about what was done.

use flow::Class;
use serde_json::json;

use super::started;
use crate::documents::Sale;
use crate::driver::{Worker, is_the_one, refused, skipped, standing};
use crate::system::{Fault, Kind, System};

/// Codes of an answer that did not come, by how it did not.
const NO_ANSWER: [&str; 5] = ["no_answer", "no_connection", "html_answer", "malformed_answer", "internal"];

pub(crate) async fn an_answer_that_is_lost_is_looked_for<S: System>() {
    let system = started!(S);
    let worker = Worker::of(&system);
    with_items(&worker, &system).await;
    for (number, fault) in [(1, Fault::CommitThenTimeout), (2, Fault::CommitThen500)] {
        for document in Sale::numbered(&system, number).all() {
            if !system.fail(document.kind, fault) {
                skipped(&format!("{fault:?} of {}", document.kind));
                worker.put_all(std::slice::from_ref(&document)).await;
                continue;
            }
            let when = format!("{fault:?} of {}", document.kind);
            refused(worker.put(&document).await, Class::UnknownOutcome, &NO_ANSWER, &when);
            // It is there, as a draft at least, and nothing is made twice by trying again.
            assert_eq!(system.documents(document.kind, &document.key()).await.len(), 1, "{when}");
            if document.kind != Kind::Order {
                let found = worker.find(&document).await.unwrap();
                assert_eq!(found.map(|found| found["created"].clone()), Some(json!(false)), "{when}");
            }
            let output = worker.converge(&document).await;
            assert_eq!(system.documents(document.kind, &document.key()).await.len(), 1, "{when}");
            is_the_one(&system, &document, &output, &when).await;
        }
    }
}

pub(crate) async fn a_document_that_was_not_made_is_made<S: System>() {
    let system = started!(S);
    let worker = Worker::of(&system);
    with_items(&worker, &system).await;
    for (number, fault) in [(1, Fault::Drop), (2, Fault::HtmlBody)] {
        for document in Sale::numbered(&system, number).all() {
            if !system.fail(document.kind, fault) {
                skipped(&format!("{fault:?} of {}", document.kind));
                worker.put_all(std::slice::from_ref(&document)).await;
                continue;
            }
            let when = format!("{fault:?} of {}", document.kind);
            refused(worker.put(&document).await, Class::UnknownOutcome, &NO_ANSWER, &when);
            assert_eq!(worker.find(&document).await, Ok(None), "{when}");
            let output = worker.converge(&document).await;
            assert_eq!(output["created"], json!(true), "{when}");
            is_the_one(&system, &document, &output, &when).await;
        }
    }
}

/// The order is made and its answer lost: what is there is a draft, which is no whole effect, and is confirmed.
pub(crate) async fn an_order_is_whole_whatever_fails_on_the_way<S: System>() {
    let system = started!(S);
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    with_items(&worker, &system).await;
    if !system.fail(Kind::Order, Fault::CommitThen500) {
        return skipped("the system cannot be made to lose an answer");
    }
    worker.put(&order).await.unwrap_err();
    if standing(&system, &order).await.is_empty() {
        assert_eq!(worker.find(&order).await, Ok(None));
    }
    let output = worker.converge(&order).await;
    is_the_one(&system, &order, &output, "after its answer was lost").await;
    assert!(worker.find(&order).await.unwrap().is_some());
}

/// Another sale makes the items, so that the next order is made by one request.
async fn with_items(worker: &Worker, system: &impl System) {
    worker.put_all(&[Sale::numbered(system, 9).order()]).await;
}

pub(crate) async fn what_cannot_be_reached_is_waited_for<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    worker.put_all(&[sale.order()]).await;
    if !system.set_down(true) {
        return skipped("the system cannot be switched off");
    }
    let class = worker.put(&sale.invoice()).await.unwrap_err().class;
    assert!(matches!(class, Class::UnknownOutcome | Class::Transient), "{class:?}");
    assert_eq!(worker.find(&sale.invoice()).await.unwrap_err().class, Class::Transient);
    system.set_down(false);
    let output = worker.converge(&sale.invoice()).await;
    is_the_one(&system, &sale.invoice(), &output, "after an outage").await;
}
