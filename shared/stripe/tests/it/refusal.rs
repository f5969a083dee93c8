//! Every refusal of Stripe's has a class, and none shows what it must not.

use flow::{Class, Fault};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::fixtures;
use crate::world::{KEY, World};

async fn read(answer: ResponseTemplate) -> Fault {
    let world = World::new().await;
    Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
    world.run("stripe.account.read", json!({})).await.unwrap_err()
}

async fn write(answer: ResponseTemplate) -> Fault {
    let world = World::new().await;
    let intent = json!({"id": "pi_1", "object": "payment_intent", "metadata": {}});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(intent))
        .mount(&world.server)
        .await;
    Mock::given(method("POST")).respond_with(answer).mount(&world.server).await;
    let payment = json!({"charge": "ch_1", "intent": "pi_1", "status": "succeeded", "captured": true,
        "amount": {"minor": "1", "currency": "USD"}, "amount_captured": {"minor": "1", "currency": "USD"},
        "amount_refunded": {"minor": "0", "currency": "USD"}, "created": "2026-01-01T00:00:00Z", "method": "card",
        "orders": [], "livemode": false});
    let input = json!({"payment": payment, "order": {"id": 7, "number": "42", "store": 1}});
    world.run("stripe.payment.tag", input).await.unwrap_err()
}

fn answer(status: u16, error: Value) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("request-id", "req_1")
        .set_body_json(json!({ "error": error }))
}

#[tokio::test]
async fn statuses_and_codes_have_classes() {
    let invalid = "invalid_request_error";
    // status, type, code; class and code of a read; class of a write where it differs.
    let cases: &[(u16, &str, &str, Class, &str, Option<Class>)] = &[
        (400, invalid, "parameter_missing", Class::Validation, "parameter_missing", None),
        (400, invalid, "amount_too_large", Class::Validation, "amount_too_large", None),
        (400, invalid, "", Class::Validation, "invalid_request_error", None),
        (400, invalid, "charge_already_refunded", Class::Duplicate, "charge_already_refunded", None),
        (400, invalid, "charge_already_captured", Class::Duplicate, "charge_already_captured", None),
        (400, invalid, "resource_already_exists", Class::Duplicate, "resource_already_exists", None),
        (
            400,
            invalid,
            "payment_intent_unexpected_state",
            Class::Conflict,
            "payment_intent_unexpected_state",
            None,
        ),
        (400, invalid, "charge_disputed", Class::Validation, "charge_disputed", None),
        (400, invalid, "resource_missing", Class::Validation, "resource_missing", None),
        (400, "idempotency_error", "", Class::Validation, "idempotency_error", None),
        (401, invalid, "", Class::Auth, "stripe_key_refused", None),
        (401, invalid, "api_key_expired", Class::Auth, "stripe_key_refused", None),
        (402, "card_error", "card_declined", Class::Validation, "declined", None),
        (403, invalid, "", Class::Permission, "permission_missing", None),
        (403, invalid, "account_invalid", Class::Auth, "account_invalid", None),
        (404, invalid, "resource_missing", Class::NotFound, "resource_missing", None),
        (409, "idempotency_error", "idempotency_key_in_use", Class::Conflict, "idempotency_key_in_use", None),
        (424, "api_error", "", Class::Transient, "dependency_failed", None),
        (429, invalid, "rate_limit", Class::Throttled, "rate_limit", None),
        (429, invalid, "lock_timeout", Class::Conflict, "lock_timeout", None),
        (500, "api_error", "", Class::Transient, "stripe_unavailable", Some(Class::UnknownOutcome)),
        (502, "api_error", "", Class::Transient, "stripe_unavailable", Some(Class::UnknownOutcome)),
        (503, "api_error", "", Class::Transient, "stripe_unavailable", Some(Class::UnknownOutcome)),
    ];
    for (status, error_type, code, class, own, write_class) in cases {
        let error = match *code {
            "" => json!({"type": error_type, "message": "no"}),
            code => json!({"type": error_type, "code": code, "message": "no"}),
        };
        let fault = read(answer(*status, error.clone())).await;
        assert_eq!((fault.class, fault.code.as_str()), (*class, *own), "{status} {code}");
        assert_eq!(
            (fault.status, fault.request_id.as_deref()),
            (Some(*status), Some("req_1")),
            "{status} {code}"
        );
        let fault = write(answer(*status, error)).await;
        assert_eq!(
            (fault.class, fault.code.as_str()),
            (write_class.unwrap_or(*class), *own),
            "POST {status} {code}"
        );
    }
}

#[tokio::test]
async fn stripe_is_obeyed_about_repeating() {
    let cases: &[(u16, &str, Class, Class)] = &[
        (400, "true", Class::Transient, Class::Transient),
        (409, "true", Class::Conflict, Class::Conflict),
        // Nothing was done by either: a later try is right.
        (409, "false", Class::Conflict, Class::Conflict),
        (500, "false", Class::Validation, Class::UnknownOutcome),
        (500, "true", Class::Transient, Class::UnknownOutcome),
        (400, "false", Class::Validation, Class::Validation),
        (429, "true", Class::Throttled, Class::Throttled),
        // Not now is not never: an event is not parked because there were many of them.
        (429, "false", Class::Throttled, Class::Throttled),
    ];
    for (status, header, of_read, of_write) in cases {
        let template = || answer(*status, json!({"type": "x"})).insert_header("stripe-should-retry", *header);
        assert_eq!(read(template()).await.class, *of_read, "{status} {header}");
        assert_eq!(write(template()).await.class, *of_write, "POST {status} {header}");
    }
    let waits = answer(429, json!({"code": "rate_limit"})).insert_header("retry-after", "7");
    assert_eq!(read(waits).await.retry_after, Some(jiff::SignedDuration::from_secs(7)));
}

#[tokio::test]
async fn a_page_of_something_before_stripe_says_nothing_of_the_object() {
    for status in [400, 403, 404, 408, 502] {
        let page = || ResponseTemplate::new(status).set_body_raw("<html>no</html>", "text/html");
        assert_eq!(read(page()).await.class, Class::Transient, "{status}");
        let of_write = if status < 500 { Class::Transient } else { Class::UnknownOutcome };
        assert_eq!(write(page()).await.class, of_write, "POST {status}");
    }
}

#[tokio::test]
async fn stored_answers_are_flagged() {
    let replay = |status| answer(status, json!({"type": "x"})).insert_header("idempotent-replayed", "true");
    for (template, is_stored) in [
        (answer(402, json!({"type": "card_error", "code": "card_declined"})), true),
        (replay(402), true),
        (replay(500), true),
        (answer(500, json!({"type": "api_error"})), false),
        (answer(409, json!({"type": "idempotency_error"})), false),
    ] {
        assert_eq!(write(template).await.answer_is_stored, is_stored);
    }
}

#[tokio::test]
async fn web_pages_and_nonsense_are_no_answers() {
    let html = || ResponseTemplate::new(200).set_body_raw("<html><body>Down</body></html>", "text/html");
    assert_eq!(read(html()).await.class, Class::Transient);
    assert_eq!(write(html()).await.class, Class::UnknownOutcome);
    let edge = || ResponseTemplate::new(503).set_body_raw("<html>503</html>", "text/html");
    assert_eq!(
        (read(edge()).await.class, write(edge()).await.class),
        (Class::Transient, Class::UnknownOutcome)
    );
    let other = || ResponseTemplate::new(200).set_body_json(json!([1]));
    assert_eq!(read(other()).await.class, Class::Validation);
    assert_eq!(write(other()).await.class, Class::UnknownOutcome);
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_a_fault() {
    let message =
        format!("Invalid API Key provided: {KEY}; card 4242424242424242 of ann@example.com was declined");
    for status in [400, 401, 402, 403, 404, 429, 500] {
        let error = json!({"type": "invalid_request_error", "message": message, "code": "x",
            "decline_code": "stolen_card", "payment_intent": {"client_secret": "pi_1_secret_x"}});
        for fault in [read(answer(status, error.clone())).await, write(answer(status, error)).await] {
            let shown = serde_json::to_string(&fault).unwrap();
            for hidden in ["canary", "4242424242424242", "ann@example.com", "pi_1_secret_x", "51canary"] {
                assert!(!shown.contains(hidden), "{status}: {shown}");
            }
            if status == 401 {
                assert!(!shown.contains("Invalid API Key"), "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn recorded_refusals_are_understood() {
    for (name, exchange) in fixtures::exchanges() {
        let (status, body) =
            (exchange["response"]["status"].as_u64().unwrap(), &exchange["response"]["body"]);
        let expected = match (status, body["error"]["code"].as_str()) {
            (200, _) => continue,
            (401, _) => Class::Auth,
            (400, Some("payment_intent_unexpected_state")) => Class::Conflict,
            other => panic!("{name}: {other:?} has no expectation here"),
        };
        let template = ResponseTemplate::new(u16::try_from(status).unwrap()).set_body_json(body);
        assert_eq!(read(template).await.class, expected, "{name}");
    }
}

#[tokio::test]
async fn the_account_must_be_the_pairs() {
    for (id, ok) in [("acct_1Test", true), ("acct_2", false)] {
        let world = World::new().await;
        let account = json!({"id": id, "object": "account", "country": "DE", "charges_enabled": true});
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_json(account))
            .mount(&world.server)
            .await;
        match world.run("stripe.account.read", json!({})).await {
            Ok(output) => {
                assert!(ok && output["account"] == "acct_1Test" && output["charges_enabled"] == true);
            }
            Err(fault) => assert!(!ok && fault.code == "wrong_account" && fault.class == Class::Auth),
        }
        assert_eq!(world.requests().await, ["GET /stripe/v1/account"]);
    }
}

#[tokio::test]
async fn an_unknown_charge_and_a_dead_host_are_told_apart() {
    let world = World::new().await;
    Mock::given(method("GET"))
        .respond_with(answer(
            404,
            json!({"type": "invalid_request_error", "code": "resource_missing", "param": "id"}),
        ))
        .mount(&world.server)
        .await;
    let fault = world.read("ch_unknown").await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "charge_unknown"));
    assert!(fault.message.contains("ch_unknown"));
    drop(world);
    let client = crate::world::client("http://127.0.0.1:9", crate::world::settings(), KEY).unwrap();
    let error = stripe::account::read::run(client, stripe::account::read::Input {}).await.unwrap_err();
    assert_eq!(error.class(), Class::Transient);
}

#[test]
fn actions_describe_themselves() {
    let specs = stripe::specs().unwrap();
    let names: Vec<_> = specs.iter().map(|spec| spec.name.to_string()).collect();
    let all = [
        "stripe.payment.read",
        "stripe.payment.tag",
        "stripe.attempt.read",
        "stripe.attempt.retry_saved",
        "stripe.attempt.close",
        "stripe.payment.list",
        "stripe.payment.search",
        "stripe.refund.list",
        "stripe.settlement.read",
        "stripe.dispute.read",
        "stripe.payout.read",
        "stripe.balance_transaction.list",
        "stripe.event.list",
        "stripe.account.read",
        "stripe.rights.read",
    ];
    assert_eq!(names, all);
}
