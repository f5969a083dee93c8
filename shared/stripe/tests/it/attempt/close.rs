//! `stripe.attempt.close`: an intent on which nothing more can be paid, or the news that something was.

use flow::Class;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use super::World;
use crate::world::World as Scripted;

const CLOSE: &str = "stripe.attempt.close";

#[tokio::test]
async fn an_open_intent_is_closed_once() {
    let world = World::new().await;
    let intent = world.opened();
    world.declined(&intent, "insufficient_funds");
    let input = json!({ "intent": intent });
    assert_eq!(world.find(CLOSE, input.clone()).await.unwrap(), None);
    world.asked();
    for _ in 0..2 {
        assert_eq!(world.run(CLOSE, input.clone()).await.unwrap(), json!({ "outcome": "closed" }));
    }
    let at = format!("/v1/payment_intents/{intent}");
    assert_eq!(
        world.asked(),
        [format!("GET {at}"), format!("POST {at}/cancel"), format!("GET {at}"), format!("GET {at}")]
    );
    assert_eq!(world.find(CLOSE, input).await.unwrap(), Some(json!({ "outcome": "closed" })));
    let now = world.intent(&intent);
    assert_eq!((&now["status"], &now["cancellation_reason"]), (&json!("canceled"), &json!("abandoned")));
}

#[tokio::test]
async fn what_is_paid_or_may_be_stays() {
    let world = World::new().await;
    for (outcome, method, told) in [("succeeded", "card", "paid"), ("processing", "sepa_debit", "under_way")]
    {
        let intent = world.opened();
        world.play(&json!({ "move": "attempt", "intent": intent, "outcome": outcome, "method": method }));
        let before = world.intent(&intent);
        world.asked();
        let input = json!({ "intent": intent });
        assert_eq!(world.run(CLOSE, input.clone()).await.unwrap(), json!({ "outcome": told }));
        assert_eq!(world.find(CLOSE, input).await.unwrap(), None);
        assert_eq!(world.intent(&intent), before);
        assert!(world.asked().iter().all(|asked| asked.starts_with("GET")));
    }
    // Authorised is as good as paid: Stripe would cancel it.
    let held = json!({ "move": "intent", "amount": 2000, "captured": false });
    let intent = super::id(&world.play(&held));
    world.tried(&intent, &json!("succeeded"));
    assert_eq!(world.intent(&intent)["status"], "requires_capture");
    let output = world.run(CLOSE, json!({ "intent": intent })).await.unwrap();
    assert_eq!(output, json!({ "outcome": "paid" }));
    assert_eq!(world.intent(&intent)["status"], "requires_capture");
}

/// Stripe decides: what was read is old by the time of the write.
#[tokio::test]
async fn a_customer_who_pays_at_the_last_moment_has_paid() {
    let world = Scripted::new().await;
    let answer = |status: &str| {
        let intent = json!({ "id": "pi_1", "object": "payment_intent", "livemode": false, "status": status });
        ResponseTemplate::new(200).set_body_json(intent)
    };
    let refusal = json!({ "error": { "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
        "message": "You cannot cancel this PaymentIntent because it has a status of succeeded." } });
    let refused = ResponseTemplate::new(400).set_body_json(refusal);
    let get = || Mock::given(method("GET"));
    get().respond_with(answer("requires_payment_method")).up_to_n_times(1).mount(&world.server).await;
    get().respond_with(answer("succeeded")).mount(&world.server).await;
    Mock::given(method("POST"))
        .and(path("/stripe/v1/payment_intents/pi_1/cancel"))
        .respond_with(refused.insert_header("stripe-should-retry", "false"))
        .expect(1)
        .mount(&world.server)
        .await;
    let output = world.run(CLOSE, json!({ "intent": "pi_1" })).await.unwrap();
    assert_eq!(output, json!({ "outcome": "paid" }));
}

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_a_closed_intent() {
    for (method, path) in [("GET", "/v1/payment_intents"), ("POST", "/cancel")] {
        for fault in ["drop", "drop_after_headers", "commit_then_500", "error=500"] {
            let mut world = World::new().await;
            let intent = world.opened();
            let input = json!({ "intent": intent });
            world.plan(fault, method, path);
            if let Err(fault) = world.run(CLOSE, input.clone()).await {
                let class = if method == "GET" { Class::Transient } else { Class::UnknownOutcome };
                assert_eq!(fault.class, class, "{fault:?}");
                world.generation += 1;
            }
            assert_eq!(world.run(CLOSE, input).await.unwrap(), json!({ "outcome": "closed" }));
            assert_eq!(world.intent(&intent)["status"], "canceled", "{fault} at {method} {path}");
        }
    }
}

#[tokio::test]
async fn an_intent_that_is_not_there_is_not_found() {
    let world = World::new().await;
    let fault = world.run(CLOSE, json!({ "intent": "pi_nobody" })).await.unwrap_err();
    assert_eq!(fault.class, Class::NotFound);
}
