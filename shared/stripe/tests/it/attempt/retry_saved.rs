//! `stripe.attempt.retry_saved`: another saved method, once, off session; what comes of it is an outcome.

use flow::Class;
use serde_json::{Value, json};

use super::World;

const READ: &str = "stripe.attempt.read";
const RETRY: &str = "stripe.attempt.retry_saved";

/// An intent with a failed charge, and what is tried then.
async fn failed(declines: &str) -> (World, String, Value) {
    let world = World::new().await;
    let method = world.saved("1111", declines);
    let intent = world.opened();
    let charge = world.declined(&intent, "insufficient_funds");
    let input = json!({ "intent": intent, "charge": charge, "method": method, "return_url": "https://shop.example.com/pay/42" });
    (world, intent, input)
}

#[tokio::test]
async fn a_saved_method_is_tried_once() {
    let (world, intent, input) = failed("").await;
    assert_eq!(world.find(RETRY, input.clone()).await.unwrap(), None);
    world.asked();
    let output = world.run(RETRY, input.clone()).await.unwrap();
    assert_eq!(output, json!({ "outcome": "succeeded", "charge": world.intent(&intent)["latest_charge"] }));
    let at = format!("/v1/payment_intents/{intent}");
    assert_eq!(
        world.asked(),
        [
            format!("GET {at}"),
            format!("POST {at}"),
            format!("POST {at}/confirm"),
            format!("GET {at}"),
            "GET /v1/charges".to_owned()
        ]
    );
    let now = world.intent(&intent);
    assert_eq!(
        (
            &now["status"],
            &now["payment_method"],
            &now["metadata"]["tb_reattempt"],
            &now["metadata"]["Order #"]
        ),
        (&json!("succeeded"), &input["method"], &input["charge"], &json!("000000042"))
    );
    for _ in 0..2 {
        assert_eq!(world.run(RETRY, input.clone()).await.unwrap(), output);
    }
    assert_eq!(world.find(RETRY, input).await.unwrap(), Some(output));
    assert_eq!(world.charges(), 2);
    assert!(world.asked().iter().all(|asked| asked.starts_with("GET")));
}

#[tokio::test]
async fn the_key_is_of_the_intent_and_the_charge_that_failed() {
    let (world, intent, input) = failed("").await;
    let key = world.connector.natural_key(&crate::world::name(RETRY), &input).unwrap();
    let charge = input["charge"].as_str().unwrap();
    assert_eq!(key.as_str(), format!("tb:acct_1TillbridgeLocal:reattempt:{intent}:{charge}"));
    world.run(RETRY, input.clone()).await.unwrap();
    let events = world.sandbox.stripe_events(0).1;
    let told = events.iter().find(|event| event["type"] == "payment_intent.succeeded").unwrap();
    assert_eq!(told["request"]["idempotency_key"], format!("tb-main-{RETRY}-{key}-0"));
}

#[tokio::test]
async fn a_decline_is_an_outcome_and_no_further_method_is_tried() {
    for (declines, code) in
        [("do_not_honor", "do_not_honor"), ("authentication_required", "authentication_required")]
    {
        let (world, intent, input) = failed(declines).await;
        let output = world.run(RETRY, input.clone()).await.unwrap();
        let newest = world.intent(&intent)["latest_charge"].clone();
        assert_eq!(output, json!({ "outcome": "declined", "charge": newest, "code": code }));
        assert_eq!(world.run(RETRY, input.clone()).await.unwrap(), output);
        assert_eq!(world.find(RETRY, input.clone()).await.unwrap(), Some(output));
        assert_eq!(world.charges(), 2);
        // The charge that it made failed as well, and starts nothing.
        let another = world.saved("2222", "");
        let read = world.run(READ, json!({ "charge": newest, "reattempt": "saved_method" })).await.unwrap();
        assert_eq!((&read["may_reattempt"], &read["failed"]), (&json!(false), &json!(2)));
        let again = json!({ "intent": intent, "charge": newest, "method": another });
        let refused = world.run(RETRY, again).await.unwrap();
        assert_eq!(refused, json!({ "outcome": "not_tried", "code": "tried_before" }));
        assert_eq!(world.charges(), 2);
    }
}

#[tokio::test]
async fn what_need_not_or_cannot_be_tried_any_more_is_not() {
    let (world, intent, input) = failed("").await;
    world.tried(&intent, &json!("succeeded"));
    let paid = world.run(RETRY, input).await.unwrap();
    assert_eq!(paid, json!({ "outcome": "not_tried", "code": "intent_succeeded" }));

    let (world, intent, input) = failed("").await;
    world.declined(&intent, "expired_card");
    let newer = world.run(RETRY, input).await.unwrap();
    assert_eq!(newer, json!({ "outcome": "not_tried", "code": "newer_attempt" }));
    assert!(world.intent(&intent)["metadata"].get("tb_reattempt").is_none(), "nothing was written");

    let (world, intent, mut input) = failed("").await;
    input["method"] = json!("pm_detached");
    let detached = world.run(RETRY, input).await.unwrap();
    assert_eq!(detached, json!({ "outcome": "not_tried", "code": "resource_missing" }));
    assert_eq!((world.charges(), &world.intent(&intent)["status"]), (1, &json!("requires_payment_method")));
}

/// Whatever request the process dies at, or whose answer is lost: the method was tried once, and what came of it is known.
#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_one_attempt() {
    for declines in ["", "do_not_honor"] {
        for (method, path) in [
            ("GET", "/v1/payment_intents"),
            ("GET", "/v1/charges"),
            ("POST", "/v1/payment_intents/pi"),
            ("POST", "/confirm"),
        ] {
            for fault in ["drop", "drop_after_headers", "commit_then_500", "error=500"] {
                let (mut world, intent, input) = failed(declines).await;
                let undisturbed = if declines.is_empty() { "succeeded" } else { "declined" };
                world.plan(fault, method, path);
                let first = world.run(RETRY, input.clone()).await;
                let output = match first {
                    Ok(output) => output,
                    Err(fault) => {
                        let class = if method == "GET" { Class::Transient } else { Class::UnknownOutcome };
                        assert_eq!(fault.class, class, "{fault:?}");
                        // As the engine goes on: find, and where nothing is there, send again.
                        match world.find(RETRY, input.clone()).await.unwrap() {
                            Some(output) => output,
                            None => {
                                world.generation += u32::from(fault.answer_is_stored);
                                world.generation += u32::from(fault.status == Some(500));
                                world.run(RETRY, input.clone()).await.unwrap()
                            }
                        }
                    }
                };
                assert_eq!(output["outcome"], undisturbed, "{fault} at {method} {path}");
                assert_eq!(output["charge"], world.intent(&intent)["latest_charge"]);
                assert_eq!(world.charges(), 2, "{fault} at {method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_right_that_is_missing_or_a_key_used_otherwise_is_a_fault() {
    for (fault, class) in
        [("error=403", Class::Permission), ("error=429", Class::Throttled), ("error=401", Class::Auth)]
    {
        let (world, _, input) = failed("").await;
        world.plan(fault, "POST", "/confirm");
        assert_eq!(world.run(RETRY, input).await.unwrap_err().class, class, "{fault}");
    }
}
