//! Bad input: a clear answer, and nothing queued.

use std::sync::Arc;

use flow::memory::MemoryQueue;
use flow::route::BODY_BYTES_MAX;
use lambda_http::http::Method;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::world::{Answer, OTHER_SECRET, Refusing, SECRET, World, event, request, signature};

const PATH: &str = "/webhooks/stripe/main";

fn check(world: &World, answer: &Answer, status: u16, reason: &str) {
    assert_eq!((answer.status, world.queued().len()), (status, 0), "{reason}: {answer:?}");
    let verdict = if status == 200 { "skipped" } else { "refused" };
    assert!(answer.text.starts_with(&format!("{verdict}: {reason}")), "{reason}: {answer:?}");
}

#[tokio::test]
async fn signatures() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    let good = signature(SECRET, body.as_bytes(), 0);
    let cases = [
        (vec![], "signature_missing"),
        (vec![("stripe-signature", signature("whsec_forged", body.as_bytes(), 0))], "signature_mismatch"),
        (vec![("stripe-signature", signature(OTHER_SECRET, body.as_bytes(), 0))], "signature_mismatch"),
        (vec![("stripe-signature", signature(SECRET, b"{}", 0))], "signature_mismatch"),
        (vec![("stripe-signature", signature(SECRET, body.as_bytes(), 301))], "signature_stale"),
        (vec![("stripe-signature", signature(SECRET, body.as_bytes(), -301))], "signature_future"),
        (vec![("stripe-signature", good.replace("v1", "v0"))], "signature_malformed"),
        (vec![("stripe-signature", format!("t=1,{good}"))], "signature_malformed"),
        (vec![("stripe-signature", good.clone()), ("stripe-signature", good.clone())], "signature_malformed"),
        (vec![("x-signature", good.clone())], "signature_missing"),
    ];
    for (headers, reason) in cases {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        check(&world, &world.send(request(PATH, &headers, body.as_bytes())).await, 400, reason);
    }
    // Forged requests cost one read of the secret, not one each.
    assert_eq!(world.secret_reads().await, 1);
}

/// Ours to mend: the sender tries again, and the alarm on 5xx rings.
#[tokio::test]
async fn a_secret_that_holds_nothing_usable() {
    for (path, held) in [
        (PATH, json!([])),
        (PATH, json!([""])),
        ("/webhooks/wms/main", json!(["Y2FuYXJ5TUFJTg=="])),
        ("/webhooks/magento/main", json!([""])),
    ] {
        let world = World::new("test").await;
        world.secrets.reset().await;
        let text = json!({ "signing_secrets": held }).to_string();
        let answer = json!({ "Name": "n", "SecretString": text, "VersionId": "v1" });
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&world.secrets)
            .await;
        let body = event(&json!({}));
        let now = crate::world::now().as_second().to_string();
        let headers = [
            ("stripe-signature", signature(SECRET, body.as_bytes(), 0)),
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", now),
            ("webhook-signature", "v1,AAAA".to_owned()),
            ("x-magento-signature", "0".repeat(64)),
        ];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = world.send(request(path, &headers, body.as_bytes())).await;
        check(&world, &answer, 503, "signature_no_secret");
    }
}

#[tokio::test]
async fn paths_pairs_and_methods() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    for (path, status, reason) in [
        ("/webhooks/stripe/nobody", 404, "unknown_pair"),
        ("/webhooks/stripe/NOT A PAIR", 404, "unknown_pair"),
        ("/webhooks/paypal/main", 404, "unknown_endpoint"),
        ("/webhooks/stripe", 404, "unknown_endpoint"),
        ("/webhooks/stripe/main/", 404, "unknown_endpoint"),
        ("/a/b/webhooks/stripe/main", 404, "unknown_endpoint"),
        ("/webhook/stripe/main", 404, "unknown_endpoint"),
        ("/", 404, "unknown_endpoint"),
    ] {
        let path = path.replace(' ', "%20");
        check(&world, &world.post(&path, SECRET, body.as_bytes()).await, status, reason);
    }
    let answer = world.post("/webhooks/paypal/main", SECRET, body.as_bytes()).await;
    for source in ["stripe", "magento", "wms"] {
        assert!(answer.text.contains(&format!("/webhooks/{source}/<pair>")), "{}", answer.text);
    }
    let mut get = request(PATH, &[], b"");
    *get.method_mut() = Method::GET;
    check(&world, &world.send(get).await, 405, "method");
    assert_eq!(world.secret_reads().await, 0);
}

#[tokio::test]
async fn bodies() {
    let world = World::new("test").await;
    let padding = |total: usize| {
        let body = event(&json!({"padding": ""}));
        body.replace("\"padding\": \"\"", &format!("\"padding\": \"{}\"", "x".repeat(total - body.len())))
    };
    let over = padding(BODY_BYTES_MAX + 1);
    assert_eq!(over.len(), BODY_BYTES_MAX + 1);
    check(&world, &world.post(PATH, SECRET, over.as_bytes()).await, 413, "too_large");
    let swelling = event(&json!({"padding": "\u{ffff}".repeat(250_000)}));
    assert!(swelling.len() < BODY_BYTES_MAX);
    check(&world, &world.post(PATH, SECRET, swelling.as_bytes()).await, 413, "too_large");
    let cut = event(&json!({}));
    for (body, reason) in [
        (b"".as_slice(), "broken_json"),
        (&cut.as_bytes()[..cut.len() - 2], "broken_json"),
        (b"{\"id\":\"evt_1\", \"a\": \"\x01\"}", "broken_json"),
        (b"\xff\xfe{}", "broken_json"),
        (b"{}", "not_an_event"),
        (b"[1]", "not_an_event"),
        (br#"{"id":"a","detail-type":"charge.succeeded","detail":{}}"#, "eventbridge_envelope"),
    ] {
        check(&world, &world.post(PATH, SECRET, body).await, 400, reason);
    }
    let largest = padding(BODY_BYTES_MAX);
    assert_eq!(world.post(PATH, SECRET, largest.as_bytes()).await.status, 200);
    assert_eq!(world.queued()[0].body, largest);
}

#[tokio::test]
async fn events_that_are_not_for_us() {
    let test = World::new("test").await;
    let live = World::new("live").await;
    for (world, changes, status, reason) in [
        (&test, json!({"livemode": true}), 200, "mode"),
        (&live, json!({"livemode": false}), 200, "mode"),
        (&test, json!({"livemode": true, "account": "acct_other"}), 200, "mode"),
        (&test, json!({"account": "acct_other"}), 400, "wrong_account"),
        (&test, json!({"context": "acct_other"}), 400, "wrong_account"),
        (&test, json!({"account": "main"}), 400, "not_an_event"),
        (&test, json!({"type": "some.new_type"}), 200, "unknown_type"),
        (&test, json!({"type": "charge.refunded"}), 200, "unknown_type"),
        (&test, json!({"object": "v2.core.event", "created": "2025-01-01T00:00:00.000Z"}), 200, "thin_event"),
    ] {
        let body = event(&changes);
        check(world, &world.post(PATH, SECRET, body.as_bytes()).await, status, reason);
    }
    let ours = event(&json!({"account": "acct_main"}));
    assert_eq!(test.post(PATH, SECRET, ours.as_bytes()).await.status, 200);
    let real = event(&json!({"livemode": true}));
    assert_eq!(live.post(PATH, SECRET, real.as_bytes()).await.status, 200);
    assert_eq!((test.queued().len(), live.queued().len()), (1, 1));
}

#[tokio::test]
async fn a_missing_secret_or_queue_asks_the_sender_to_try_again() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    check(
        &world,
        &world.post("/webhooks/stripe/bare", SECRET, body.as_bytes()).await,
        503,
        "secret_unavailable",
    );
    let down = World::with_queue("test", Arc::new(Refusing), Arc::new(MemoryQueue::default())).await;
    check(&down, &down.post(PATH, SECRET, body.as_bytes()).await, 503, "queue_unavailable");
}

#[tokio::test]
async fn time_is_the_clocks() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    world.clock.advance(jiff::SignedDuration::from_secs(300));
    assert_eq!(world.post(PATH, SECRET, body.as_bytes()).await.status, 200);
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    assert_eq!(world.post(PATH, SECRET, body.as_bytes()).await.status, 400);
    assert_eq!(world.queued().len(), 1);
}
