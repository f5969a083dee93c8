//! Journals, and what the books refuse.

use flow::Class;
use serde_json::{Value, json};

use super::started;
use crate::documents::{CLOSED_DAY, DAY, Document, Sale, money};
use crate::driver::{Worker, is_the_one, refused};
use crate::system::System;

pub(crate) async fn what_is_booked_moves_the_accounts<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let (fees, clearing) = (sale.account("stripe_fees.processing"), sale.account("stripe_clearing.USD"));
    let held =
        async |day| [worker.balance(&fees, "USD", day).await, worker.balance(&clearing, "USD", day).await];
    let (before, earlier) = (held(DAY).await, held("2026-03-01").await);
    worker.put_all(&[sale.journal()]).await;
    let after = held(DAY).await;
    assert_eq!([after[0] - before[0], after[1] - before[1]], [343, -343]);
    // The day before knows nothing of it.
    assert_eq!(held("2026-03-01").await, earlier);
}

pub(crate) async fn a_reversal_takes_it_back_and_both_stand<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let clearing = sale.account("stripe_clearing.USD");
    let before = worker.balance(&clearing, "USD", DAY).await;
    let journal = sale.journal();
    let back = sale.journal_of("fee_r1", &sale.account("stripe_fees.processing"), -343);
    let mut back = back.with("/memo", json!("reversal"));
    back.content["reverses"] = json!(journal.key());
    let (first, second) = (worker.put(&journal).await.unwrap(), worker.put(&back).await.unwrap());
    assert_ne!(first["id"], second["id"]);
    is_the_one(&system, &journal, &first, "reversed").await;
    is_the_one(&system, &back, &second, "the reversal").await;
    assert_eq!(worker.balance(&clearing, "USD", DAY).await, before);
    assert_eq!(worker.find(&journal).await.unwrap().unwrap()["id"], first["id"]);
}

pub(crate) async fn what_does_not_balance_is_never_sent<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let journal =
        sale.journal().with("/lines/0/amount", money(344, "USD")).with("/lines/0/base", money(344, "USD"));
    let fault = worker.put(&journal).await.unwrap_err();
    assert_eq!(fault.class, Class::Validation, "{fault:?}");
    assert_eq!(system.documents(journal.kind, &journal.key()).await, []);
}

/// Each with its own code, so that a person is told what to do.
pub(crate) async fn what_the_books_refuse_is_named<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    worker.put_all(&[sale.order()]).await;
    let fees = sale.account("stripe_fees.processing");
    let unknown = sale.journal_of("unknown", "99999", 343);
    let owed = sale.journal_of("owed", &sale.account("receivable"), 343);
    let closed = sale.journal_of("closed", &fees, 343).with("/date", json!(CLOSED_DAY));
    let old = sale.invoice().with("/date", json!(CLOSED_DAY));
    for (document, code) in [
        (unknown, "account_unknown"),
        (owed, "party_required"),
        (closed, "period_closed"),
        (old, "period_closed"),
    ] {
        refused(worker.put(&document).await, Class::Validation, &[code], code);
        nothing_is_there(&system, &document).await;
    }
    let strange =
        sale.payment().with("/allocations", Value::Array(Vec::new())).with("/account", json!("99999"));
    refused(worker.put(&strange).await, Class::Validation, &["account_unknown"], "a payment's account");
    nothing_is_there(&system, &strange).await;
}

/// A refusal leaves nothing, no draft either.
async fn nothing_is_there(system: &impl System, document: &Document) {
    assert_eq!(system.documents(document.kind, &document.key()).await, [], "{}", document.key());
}
