//! Lists against the double, which pages, orders and refuses as Stripe says it does.

use sandbox::Seed;
use serde_json::{Value, json};

use crate::account::Account;

impl Account {
    fn event(&self, id: &str, kind: &str, created: i64) {
        let object = json!({ "id": format!("ch_{id}"), "object": "charge", "exchange_rate": 0.913_7 });
        self.put(&json!({
            "id": id, "object": "event", "type": kind, "created": created, "data": { "object": object }
        }));
    }
}

fn ids(page: &Value) -> Vec<String> {
    let id = |text: &Value| {
        let event: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        event["id"].as_str().unwrap().to_owned()
    };
    page["events"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn events_of_a_span_come_page_by_page_as_stripe_wrote_them() {
    let account = Account::open().await;
    for (id, kind, created) in [
        ("evt_early", "charge.succeeded", 99),
        ("evt_a", "charge.succeeded", 100),
        ("evt_b", "charge.captured", 100),
        ("evt_other", "customer.created", 150),
        ("evt_c", "charge.succeeded", 199),
        ("evt_late", "charge.succeeded", 200),
    ] {
        account.event(id, kind, created);
    }
    let mut input =
        json!({ "types": ["charge.succeeded", "charge.captured"], "from": 100, "until": 200, "limit": 2 });
    let first = account.ask("stripe.event.list", input.clone()).await.unwrap();
    assert_eq!((ids(&first), &first["has_more"]), (vec!["evt_c".into(), "evt_b".into()], &json!(true)));
    assert!(first["events"][0].as_str().unwrap().contains("0.9137"), "the text is Stripe's own");
    input["after"] = json!("evt_b");
    let rest = account.ask("stripe.event.list", input).await.unwrap();
    assert_eq!((ids(&rest), &rest["has_more"]), (vec!["evt_a".into()], &json!(false)));
}

#[tokio::test]
async fn more_types_than_stripe_takes_are_refused_by_it() {
    let account = Account::open().await;
    let types: Vec<String> = (0..=stripe::event::list::TYPES_MAX).map(|n| format!("charge.{n}")).collect();
    let input = json!({ "types": types, "from": 0, "until": 1, "limit": 1 });
    let fault = account.ask("stripe.event.list", input).await.unwrap_err();
    assert_eq!(fault.class, flow::Class::Validation, "{fault:?}");
}

#[tokio::test]
async fn a_page_that_is_too_large_says_so() {
    let account = Account::open().await;
    let half = "x".repeat(stripe::ANSWER_BYTES_MAX / 2);
    for id in ["evt_1", "evt_2"] {
        let object = json!({ "id": "ch_1", "object": "charge", "description": half });
        account.put(&json!({
            "id": id, "object": "event", "type": "charge.succeeded", "created": 5, "data": { "object": object }
        }));
    }
    let input = |limit: u32| json!({ "types": ["charge.succeeded"], "from": 0, "until": 9, "limit": limit });
    let fault = account.ask("stripe.event.list", input(2)).await.unwrap_err();
    assert!(stripe::event::list::is_too_large(&fault), "{fault:?}");
    let page = account.ask("stripe.event.list", input(1)).await.unwrap();
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_charges_of_an_intent_are_listed_with_what_it_says_of_its_order() {
    let account = Account::open().await;
    let seeded = account.sandbox.seed(&Seed::default()).unwrap();
    account.sandbox.seed(&Seed::default()).unwrap();
    let found = account.ask("stripe.payment.list", json!({ "intent": seeded.payment_intent })).await.unwrap();
    let payments = found["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1);
    assert_eq!(
        (&payments[0]["charge"], &payments[0]["orders"][0]["number"]),
        (&json!(seeded.charge), &json!(seeded.increment_id))
    );
    let nothing = account.ask("stripe.payment.list", json!({ "intent": "pi_unknown" })).await.unwrap();
    assert_eq!(nothing, json!({ "payments": [] }));
}

#[tokio::test]
async fn payments_are_found_by_the_order_that_they_name() {
    let account = Account::open().await;
    let seeded = account.sandbox.seed(&Seed::default()).unwrap();
    account.sandbox.seed(&Seed::default()).unwrap();
    let found = account.ask("stripe.payment.search", json!({ "order": seeded.increment_id })).await.unwrap();
    let payments = found["payments"].as_array().unwrap();
    let of = |name: &str| payments.iter().map(|payment| payment[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("charge"), [json!(seeded.charge)]);
    assert_eq!(of("intent"), [json!(seeded.payment_intent)]);
    let nothing = account.ask("stripe.payment.search", json!({ "order": "it's 1" })).await.unwrap();
    assert_eq!(nothing, json!({ "payments": [] }));
}

#[tokio::test]
async fn a_payment_of_another_pair_is_not_found_by_its_number() {
    let account = Account::open().await;
    let metadata = json!({ "magentoorderid": "100000001", "tb_pair": "other" });
    let metadata = Some(metadata.as_object().unwrap().clone());
    account.sandbox.seed(&Seed { metadata, ..Seed::default() }).unwrap();
    let found = account.ask("stripe.payment.search", json!({ "order": "100000001" })).await.unwrap();
    assert_eq!(found, json!({ "payments": [] }));
}
