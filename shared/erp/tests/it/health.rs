//! `erp.health.read`: whose books these are.

use flow::Class;
use sandbox::{ErpSettings, Settings};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::scripted::erp;
use crate::world::World;

#[tokio::test]
async fn the_company_says_what_it_is_in_one_call() {
    let world = World::new().await;
    let health = world.erp.run("erp.health.read", json!({})).await.unwrap();
    assert_eq!(
        health,
        json!({ "version": "sandbox-1", "company_currency": "USD", "open_from": "2020-01-01" })
    );
    assert_eq!(world.asked(), ["GET /v1/health"]);
}

#[tokio::test]
async fn books_in_another_currency_are_another_companys() {
    let erp = ErpSettings { company_currency: "EUR".to_owned(), ..ErpSettings::default() };
    let world = World::with(Settings { erp, ..Settings::default() }).await;
    let fault = world.erp.run("erp.health.read", json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "wrong_company"));
    for part in ["EUR", "USD", "erp.base_url or erp.currency"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

#[tokio::test]
async fn what_is_no_erp_at_all_is_said() {
    let strange = ResponseTemplate::new(200).set_body_json(json!({ "hello": "world" }));
    let (_server, erp) = erp(strange.clone(), strange).await;
    let fault = erp.run("erp.health.read", json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "malformed_answer"));
}
