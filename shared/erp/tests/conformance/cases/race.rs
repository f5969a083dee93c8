//! Two workers with one document.

use flow::Class;
use futures::future::join_all;

use super::started;
use crate::documents::Sale;
use crate::driver::{Worker, is_the_one, refused, skipped};
use crate::system::{Fault, Kind, System};

pub(crate) async fn two_at_once_leave_one<S: System>() {
    let system = started!(S);
    let workers = [Worker::of(&system), Worker::of(&system), Worker::of(&system)];
    for document in Sale::of(&system).all() {
        // Whoever meets the other's half tries again, as the engine does.
        let outputs = join_all(workers.iter().map(|worker| worker.converge(&document))).await;
        for output in &outputs {
            is_the_one(&system, &document, output, "put by three at once").await;
        }
        let made = outputs.iter().filter(|output| output["created"] == true).count();
        assert!(made <= 1, "{}: {outputs:?}", document.kind);
    }
}

pub(crate) async fn of_two_orders_past_every_guard_one_is_left<S: System>() {
    let system = started!(S);
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    let first = worker.put(&order).await.unwrap();
    if !system.fail(Kind::Order, Fault::Unguarded) {
        return skipped("nothing gets past the system's guard");
    }
    let second = worker.converge(&order).await;
    assert_eq!(first["id"], second["id"]);
    is_the_one(&system, &order, &first, "made twice").await;
}

/// What is posted is never taken back by us: which of two was meant, and what hangs on the other, a person knows.
pub(crate) async fn two_that_are_posted_past_every_guard_are_for_a_person<S: System>() {
    let system = started!(S);
    let (worker, journal) = (Worker::of(&system), Sale::of(&system).journal());
    worker.put(&journal).await.unwrap();
    if !system.fail(Kind::Journal, Fault::Unguarded) {
        return skipped("nothing gets past the system's guard");
    }
    refused(worker.put(&journal).await, Class::Validation, &["duplicate_document"], "made twice");
    refused(worker.find(&journal).await, Class::Validation, &["duplicate_document"], "made twice");
}
