//! What ingest refuses or passes over: the answer is clear, and nothing is queued, stored or asked of anybody.

use e2e::{Answer, Footprint, Order, Stack, Turn, now_s, stripe, stripe_header};
use serde_json::{Value, json};

/// A stack without other tests, and what it looks like before anything was sent.
struct Scene {
    stack: Turn,
    secret: String,
    mark: u64,
    before: Footprint,
    order: Order,
}

impl Scene {
    async fn new() -> Self {
        let stack = Stack::alone().await.unwrap();
        let order = stack.order("simple").await.unwrap();
        let mark = stack.sandbox.mark().await.unwrap();
        let before = stack.footprint(mark).await.unwrap();
        Self { secret: stack.signing_secret("stripe").unwrap().to_owned(), stack, mark, before, order }
    }

    /// Its event with other values at the top.
    fn event(&self, changes: &Value) -> String {
        let mut event = self.order.event.clone();
        for (name, value) in changes.as_object().unwrap() {
            event[name] = value.clone();
        }
        event.to_string()
    }

    async fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.stack.webhooks.post("stripe", "main", headers, body.to_vec()).await.unwrap()
    }

    async fn signed(&self, body: &[u8]) -> Answer {
        self.stack.send_signed("main", &stripe(&self.secret, body).unwrap(), body).await.unwrap()
    }

    /// Nothing has changed anywhere; and the event that was abused is as good as before.
    async fn unchanged(self) {
        assert_eq!(self.stack.footprint(self.mark).await.unwrap(), self.before);
        let execution = self.stack.run(&self.order).await.unwrap();
        assert_eq!(execution.status(), "done");
    }
}

fn check(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.status, status, "{text}: {answer:?}");
    assert!(answer.body.starts_with(text), "{text}: {answer:?}");
}

#[tokio::test]
async fn signatures_that_are_not_stripes_own() {
    let scene = Scene::new().await;
    let body = scene.order.body();
    let body = body.as_bytes();
    let (secret, now) = (scene.secret.as_str(), now_s().unwrap());
    let good = stripe_header(secret, now, body).unwrap();
    let cases = [
        ("signature_missing", None),
        ("signature_mismatch", Some(stripe("whsec_forged", body).unwrap())),
        ("signature_mismatch", Some(stripe(secret, b"another body").unwrap())),
        ("signature_mismatch", Some(good.replace(&format!("t={now}"), &format!("t={}", now - 1)))),
        // Stripe's own libraries allow 300 s; what the requests take comes on top.
        ("signature_stale", Some(stripe_header(secret, now - 301, body).unwrap())),
        ("signature_stale", Some(stripe_header(secret, 1_577_836_800, body).unwrap())),
        ("signature_future", Some(stripe_header(secret, now + 400, body).unwrap())),
        ("signature_malformed", Some(good.replace("v1=", "v0="))),
        ("signature_malformed", Some("sha256=00".to_owned())),
    ];
    for (reason, signature) in cases {
        let headers: Vec<_> = signature.iter().map(|value| ("stripe-signature", value.as_str())).collect();
        check(&scene.post(&headers, body).await, 400, &format!("refused: {reason}: "));
    }
    scene.unchanged().await;
}

#[tokio::test]
async fn bodies_that_are_no_events() {
    let scene = Scene::new().await;
    let event = scene.order.body();
    let large = scene.event(&json!({ "padding": "x".repeat(900 * 1024) }));
    let cases: [(&[u8], u16, &str); 6] = [
        (&event.as_bytes()[..event.len() - 1], 400, "refused: broken_json: "),
        (b"\xff\xfe{}", 400, "refused: broken_json: "),
        (b"", 400, "refused: broken_json: "),
        (b"{}", 400, "refused: not_an_event: "),
        (b"\"charge.succeeded\"", 400, "refused: not_an_event: "),
        (large.as_bytes(), 413, "refused: too_large: "),
    ];
    for (body, status, text) in cases {
        check(&scene.signed(body).await, status, text);
    }
    scene.unchanged().await;
}

#[tokio::test]
async fn endpoints_that_there_are_not() {
    let scene = Scene::new().await;
    let body = scene.order.body();
    let signature = stripe(&scene.secret, body.as_bytes()).unwrap();
    let headers = [("stripe-signature", signature.as_str())];
    for (source, pair, text) in [
        ("stripe", "nobody", "refused: unknown_pair: "),
        ("stripe", "Main", "refused: unknown_pair: "),
        ("paypal", "main", "refused: unknown_endpoint: "),
    ] {
        let answer =
            scene.stack.webhooks.post(source, pair, &headers, body.clone().into_bytes()).await.unwrap();
        check(&answer, 404, text);
    }
    scene.unchanged().await;
}

#[tokio::test]
async fn events_that_are_not_for_this_stage() {
    let scene = Scene::new().await;
    for (changes, status, text) in [
        (json!({ "livemode": true }), 200, "skipped: mode"),
        (json!({ "type": "some.new_type" }), 200, "skipped: unknown_type"),
        (json!({ "type": "charge.expired" }), 200, "skipped: unknown_type"),
        (json!({ "account": "acct_1SomebodyElse" }), 400, "refused: wrong_account: "),
        (json!({ "object": "v2.core.event", "created": "2026-01-01T00:00:00Z" }), 200, "skipped: thin_event"),
    ] {
        let body = scene.event(&changes);
        check(&scene.signed(body.as_bytes()).await, status, text);
    }
    scene.unchanged().await;
}

#[tokio::test]
async fn what_is_refused_and_passed_over_is_counted() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("unrelated").await.unwrap();
    let mut event = order.event.clone();
    event["type"] = json!("e2e.counted");
    check(&stack.send_stripe("main", &event.to_string()).await.unwrap(), 200, "skipped: unknown_type");
    let about = stack.cloud.logged(order.event_id()).await.unwrap();
    for words in ["e2e.counted", "unknown_type", "Skipped"] {
        assert!(about.iter().any(|line| line.contains(words)), "no `{words}` in {about:?}");
    }
    let counted = stack.cloud.logged("WebhooksSkipped").await.unwrap();
    assert!(counted.iter().any(|line| line.contains("_aws")), "no metric");
}
