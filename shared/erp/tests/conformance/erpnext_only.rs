//! What only ERPNext has: the key field and its index, amended documents, orders that a person changes.

use flow::Class;
use sandbox::ErpnextSettings;
use serde_json::{Value, json};

use crate::documents::{DAY, Sale};
use crate::driver::{Worker, is_the_one, refused, standing};
use crate::erpnext::Erpnext;
use crate::system::{Fault, Kind, System as _};

async fn site(settings: ErpnextSettings) -> Erpnext {
    Erpnext::with(settings).await
}

async fn rights(system: &Erpnext) -> Vec<Value> {
    let rights = Worker::of(system).run("erp.rights.read", json!({})).await.unwrap();
    let all = rights["rights"].as_array().unwrap().clone();
    all.into_iter().filter(|right| right["problem"].is_string()).collect()
}

#[tokio::test]
async fn a_site_without_the_index_is_told_how_to_make_it() {
    let system = site(ErpnextSettings { unique_key: false, ..ErpnextSettings::default() }).await;
    let missing = rights(&system).await;
    assert_eq!(missing.len(), 5, "{missing:?}");
    assert_eq!(missing[1]["name"], json!("field custom_tb_key of Sales Order, unique"));
    let problem = missing[1]["problem"].as_str().unwrap();
    for part in ["/api/resource/Custom%20Field", "\"dt\":\"Sales Order\"", "\"unique\":1", "\"no_copy\":1"] {
        assert!(problem.contains(part), "{problem}");
    }
    let system = site(ErpnextSettings { custom_fields: false, ..ErpnextSettings::default() }).await;
    assert_eq!(rights(&system).await.len(), 7);
    // Nothing is made that could not be found again.
    let fault = Worker::of(&system).put(&Sale::of(&system).order()).await.unwrap_err();
    assert_eq!(fault.class, Class::Validation, "{fault:?}");
    assert_eq!(system.all("Customer"), Vec::<Value>::new());
}

/// Both looked before either was there, and nothing in the database minds.
#[tokio::test]
async fn without_the_index_the_older_of_two_orders_stays() {
    let system = site(ErpnextSettings { unique_key: false, ..ErpnextSettings::default() }).await;
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    let first = worker.put(&order).await.unwrap();
    system.fail(Kind::Order, Fault::Unguarded);
    let second = worker.put(&order).await.unwrap();
    assert_eq!((&second["id"], &second["created"]), (&first["id"], &json!(false)));
    // Ours was a draft, and is gone.
    assert_eq!(system.documents(Kind::Order, &order.key()).await.len(), 1);
}

/// Amending copies no key: the new one goes on under the old one's.
#[tokio::test]
async fn what_a_person_amended_is_the_order() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    let first = worker.put(&order).await.unwrap();
    system.cancel_order(&order.key()).await;
    let amended = system.amend_order(first["id"].as_str().unwrap()).await;
    let found = worker.find(&order).await.unwrap().unwrap();
    assert_eq!(found["id"], json!(amended));
    assert_eq!(worker.put(&order).await.unwrap()["id"], json!(amended));
    assert_eq!(standing(&system, &order).await, []);
}

#[tokio::test]
async fn a_draft_that_a_person_changed_is_not_confirmed() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    worker.put(&Sale::numbered(&system, 2).order()).await.unwrap();
    system.fail(Kind::Order, Fault::CommitThen500);
    worker.put(&order).await.unwrap_err();
    let name = system.documents(Kind::Order, &order.key()).await[0].id.clone();
    system.change(Kind::Order, &name, &json!({ "po_no": "another" })).await;
    refused(worker.put(&order).await, Class::Validation, &["content_differs"], "another number");
    assert_eq!(standing(&system, &order).await, []);
}

/// `invoice_on: erp`: the accountants bill, and we find what they made.
#[tokio::test]
async fn an_invoice_that_the_accountants_made_is_found() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    worker.put_all(&[sale.order()]).await;
    let asked = json!({
        "order_key": sale.order().key(), "since": "2026-03-01T00:00:00Z", "total": sale.order().content["total"]
    });
    refused(
        worker.run("erp.sales_invoice.read", asked.clone()).await,
        Class::NotFound,
        &["not_invoiced"],
        "not billed yet",
    );
    let made = worker.put(&sale.invoice()).await.unwrap();
    let found = worker.run("erp.sales_invoice.read", asked).await.unwrap();
    assert_eq!((&found["id"], &found["key"]), (&made["id"], &json!(sale.invoice().key())));
}

/// What is sent for an account is taken to be in the account's currency, whatever it was meant in.
#[tokio::test]
async fn nothing_is_booked_on_an_account_of_another_currency() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    let euros = sale.journal_of("euros", &sale.account("stripe_clearing.EUR"), 343);
    refused(worker.put(&euros).await, Class::Validation, &["account_currency"], "USD on an account in EUR");
    assert_eq!(system.all("Journal Entry"), Vec::<Value>::new());
    assert_eq!(worker.balance(&sale.account("stripe_clearing.EUR"), "USD", DAY).await, 0);
}

#[tokio::test]
async fn the_company_says_until_when_it_is_closed() {
    let system = site(ErpnextSettings::default()).await;
    let health = Worker::of(&system).run("erp.health.read", json!({})).await.unwrap();
    assert_eq!(health, json!({ "version": "15.80.0", "company_currency": "USD", "open_from": "2020-01-01" }));
}

/// ERP.md §1.3.
#[tokio::test]
async fn each_refusal_has_its_class() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, sale) = (Worker::of(&system), Sale::of(&system));
    worker.put_all(&[sale.order()]).await;
    for (fault, class, code) in [
        ("error=401", Class::Auth, "unauthorized"),
        ("error=403", Class::Permission, "forbidden"),
        ("error=417", Class::Validation, "refused"),
        ("error=417:TimestampMismatchError", Class::Conflict, "changed_meanwhile"),
        ("error=417:DocumentLockedError", Class::Conflict, "changed_meanwhile"),
        ("error=429", Class::Throttled, "too_many_requests"),
        ("error=500:QueryDeadlockError", Class::Conflict, "deadlock"),
        ("error=500", Class::UnknownOutcome, "internal"),
        ("error=503", Class::Throttled, "unavailable"),
        ("html_body", Class::UnknownOutcome, "html_answer"),
    ] {
        assert!(system.plan("POST", Kind::Journal, fault));
        refused(worker.put(&sale.journal()).await, class, &[code], fault);
    }
    assert_eq!(system.all("Journal Entry"), Vec::<Value>::new());
}

/// The answer to the submitting is lost: the order is found, and nothing is submitted twice.
#[tokio::test]
async fn an_order_whose_submitting_was_not_answered_is_found() {
    let system = site(ErpnextSettings::default()).await;
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    for fault in ["commit_then_500", "commit_then_timeout", "drop"] {
        assert!(system.plan("PUT", Kind::Order, fault));
        worker.put(&order).await.unwrap_err();
        let there = worker.find(&order).await.unwrap();
        assert_eq!(there.is_some(), fault != "drop", "{fault}");
        let output = worker.converge(&order).await;
        is_the_one(&system, &order, &output, fault).await;
        system.forget();
    }
}
