//! Two live keys while they are rotated: the current one, then once the other.

use flow::{Call, Class, Connector};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{KEY, name, rotating, settings};

const OTHER: &str = "rk_test_canary_other";

/// Stripe, which knows one key and takes a charge's description for an answer.
async fn stripe(known: &str) -> MockServer {
    let server = MockServer::start().await;
    let account = json!({ "id": "acct_1Test", "object": "account" });
    Mock::given(method("GET"))
        .and(header("authorization", format!("Bearer {known}").as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_json(account))
        .mount(&server)
        .await;
    let refused = json!({ "error": { "type": "invalid_request_error", "message": "Invalid API Key provided: rk_test_****" } });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(401).set_body_json(refused))
        .mount(&server)
        .await;
    server
}

fn connector(server: &MockServer, key: &str, previous: Option<&str>) -> Box<dyn Connector> {
    let client = rotating(&format!("{}/stripe", server.uri()), settings(), key, previous).unwrap();
    Box::new(stripe::connector(client).unwrap())
}

async fn ask(connector: &dyn Connector) -> Option<Class> {
    let call = Call {
        pair: "main".parse().unwrap(),
        deadline: Timestamp::now() + SignedDuration::from_secs(60),
        generation: 0,
        trace_id: "trace".to_owned(),
    };
    let answer = connector.run(&name("stripe.account.read"), &call, json!({})).await;
    answer.err().map(|fault| fault.class)
}

#[tokio::test]
async fn a_refused_key_gives_way_to_the_other_and_is_not_tried_again() {
    let server = stripe(OTHER).await;
    let connector = connector(&server, KEY, Some(OTHER));
    for _ in 0..3 {
        assert_ne!(ask(connector.as_ref()).await, Some(Class::Auth));
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 4, "a rotation costs one refused call, not one a request");
}

#[tokio::test]
async fn the_current_key_goes_first_and_two_refused_keys_are_a_matter_of_identity() {
    let server = stripe(KEY).await;
    assert_ne!(ask(connector(&server, KEY, Some(OTHER)).as_ref()).await, Some(Class::Auth));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    let server = stripe("rk_test_third").await;
    assert_eq!(ask(connector(&server, KEY, Some(OTHER)).as_ref()).await, Some(Class::Auth));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[test]
fn another_key_that_cannot_be_used_is_refused_at_the_start() {
    for previous in ["", "a b", "rk_live_1"] {
        let made = rotating("https://api.stripe.com", settings(), KEY, Some(previous));
        assert!(made.is_err(), "{previous}");
    }
}
