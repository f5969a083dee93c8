//! A key is one document.

use flow::Class;
use serde_json::json;

use super::started;
use crate::documents::{Sale, differing};
use crate::driver::{Worker, is_the_one, refused, standing};
use crate::system::System;

pub(crate) async fn twice_is_once_and_is_found<S: System>() {
    let system = started!(S);
    let worker = Worker::of(&system);
    for document in Sale::of(&system).all() {
        assert_eq!(worker.find(&document).await, Ok(None), "{}", document.kind);
        let first =
            worker.put(&document).await.unwrap_or_else(|fault| panic!("{}: {fault:?}", document.kind));
        let again = worker.put(&document).await.unwrap();
        assert_eq!(
            (&first["created"], &again["created"]),
            (&json!(true), &json!(false)),
            "{}",
            document.kind
        );
        assert_eq!(first["id"], again["id"], "{}", document.kind);
        let found = worker.find(&document).await.unwrap().unwrap();
        assert_eq!((&found["id"], &found["key"]), (&first["id"], &json!(document.key())));
        is_the_one(&system, &document, &first, "put twice").await;
    }
}

pub(crate) async fn what_differs_is_for_a_person<S: System>() {
    let system = started!(S);
    let worker = Worker::of(&system);
    for document in Sale::of(&system).all() {
        let first =
            worker.put(&document).await.unwrap_or_else(|fault| panic!("{}: {fault:?}", document.kind));
        let (other, when) = (differing(&document), document.kind.to_string());
        let codes = ["content_differs", "total_mismatch"];
        refused(worker.put(&other).await, Class::Validation, &codes, &when);
        refused(worker.find(&other).await, Class::Validation, &codes, &when);
        is_the_one(&system, &document, &first, "after another was put under its key").await;
    }
}

/// A person has taken it back: it is not found, and not made again behind that person's back.
pub(crate) async fn a_cancelled_order_does_not_count<S: System>() {
    let system = started!(S);
    let (worker, order) = (Worker::of(&system), Sale::of(&system).order());
    worker.put(&order).await.unwrap();
    system.cancel_order(&order.key()).await;
    assert_eq!(worker.find(&order).await, Ok(None));
    refused(worker.put(&order).await, Class::Validation, &["document_cancelled"], "cancelled by a person");
    assert_eq!(standing(&system, &order).await, []);
}

/// What `tillbridge check` asks before any event.
pub(crate) async fn the_company_says_what_it_is<S: System>() {
    let system = started!(S);
    let (worker, settings) = (Worker::of(&system), system.settings());
    let health = worker.run("erp.health.read", json!({})).await.unwrap();
    assert_eq!(health["company_currency"], json!("USD"), "{health}");
    let listed = worker.run("erp.account.list", json!({})).await.unwrap();
    let codes: Vec<&str> =
        listed["codes"].as_array().unwrap().iter().filter_map(|code| code.as_str()).collect();
    for (role, code) in &settings.accounts {
        assert!(codes.contains(&code.as_str()), "{role} {code}: {codes:?}");
    }
    let rights = worker.run("erp.rights.read", json!({})).await.unwrap();
    let rights = rights["rights"].as_array().unwrap().clone();
    assert!(!rights.is_empty());
    let missing: Vec<_> = rights.iter().filter(|right| right["problem"].is_string()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let stranger = Worker::with(&settings, "nobody:nothing");
    refused(
        stranger.run("erp.health.read", json!({})).await,
        Class::Auth,
        &["unauthorized"],
        "another token",
    );
}
