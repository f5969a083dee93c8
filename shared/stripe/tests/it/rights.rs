//! `stripe.rights.read`: which permissions the restricted key lacks, before any event, without writing anything.

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::world::World;

const PROBES: [(&str, &str, &str); 8] = [
    ("Charges: Read", "GET", "/stripe/v1/charges"),
    ("PaymentIntents: Read", "GET", "/stripe/v1/payment_intents"),
    ("Balance transactions: Read", "GET", "/stripe/v1/balance_transactions"),
    ("Refunds: Read", "GET", "/stripe/v1/refunds"),
    ("Disputes: Read", "GET", "/stripe/v1/disputes"),
    ("Payouts: Read", "GET", "/stripe/v1/payouts"),
    ("Events: Read", "GET", "/stripe/v1/events"),
    ("PaymentIntents: Write", "POST", "/stripe/v1/payment_intents/pi_tillbridge_check"),
];

fn refused(status: u16, message: &str) -> ResponseTemplate {
    let error = json!({ "type": "invalid_request_error", "code": "resource_missing", "message": message });
    ResponseTemplate::new(status).set_body_json(json!({ "error": error }))
}

/// Stripe, where one of the probes meets another answer.
async fn stripe(different: Option<(&str, ResponseTemplate)>) -> World {
    let world = World::new().await;
    for (right, verb, at) in PROBES {
        let usual = match verb {
            "GET" => ResponseTemplate::new(200).set_body_json(json!({ "object": "list", "data": [] })),
            _ => refused(404, "No such payment_intent: 'pi_tillbridge_check'"),
        };
        let answer =
            different.as_ref().filter(|(name, _)| *name == right).map_or(usual, |(_, answer)| answer.clone());
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&world.server).await;
    }
    world
}

async fn rights(world: &World) -> Vec<Value> {
    world.run("stripe.rights.read", json!({})).await.unwrap()["rights"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_with_every_permission_has_them() {
    let world = stripe(None).await;
    assert_eq!(rights(&world).await, PROBES.map(|(name, ..)| json!({ "name": name })));
    let asked = world.requests().await;
    assert_eq!(asked.len(), PROBES.len());
    let written = PROBES.map(|(_, verb, at)| format!("{verb} {at}"));
    let is_write = |asked: &&String| asked.starts_with("POST");
    assert!(asked.iter().filter(is_write).eq(written.iter().filter(is_write)));
}

#[tokio::test]
async fn each_missing_permission_is_named_with_what_to_do() {
    for (right, ..) in PROBES {
        let message = "The provided key 'rk_test_51canary' does not have the required permissions for this endpoint on \
                       account 'acct_1Test'. Having the 'rak_x_write' permission would allow this request to continue.";
        let world = stripe(Some((right, refused(403, message)))).await;
        for found in rights(&world).await {
            assert_eq!(found["problem"].is_string(), found["name"] == right, "{found}");
            let problem = found["problem"].as_str().unwrap_or("rak_x_write restricted key");
            assert!(problem.contains("rak_x_write") && problem.contains("restricted key"), "{problem}");
            assert!(!problem.contains("canary"), "{problem}");
        }
    }
}

/// A key that may write to everything, an outage: neither says that this right is there.
#[tokio::test]
async fn a_permission_that_could_not_be_seen_is_not_taken_for_granted() {
    for (right, ..) in PROBES {
        for status in [401, 429, 500, 503] {
            let world = stripe(Some((right, refused(status, "no")))).await;
            let found = rights(&world).await;
            let unsure: Vec<&Value> = found.iter().filter(|found| found["problem"].is_string()).collect();
            assert_eq!(unsure.len(), 1, "{right} {status}: {found:?}");
            assert_eq!(unsure[0]["name"], json!(right));
        }
    }
}
