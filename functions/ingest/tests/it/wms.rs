//! The warehouse's webhooks: Standard Webhooks, signed as the double signs them.

use flow::plan::Trigger;
use flow::route::{BODY_BYTES_MAX, Routes};
use flow::{Delivery, QueueName};
use lambda_http::Request;
use sandbox::sign_webhook;

use crate::world::{Answer, OLD_WMS_SECRET, WMS_SECRET, World, now, request};

const PATH: &str = "/webhooks/wms/main";
const BODY: &str = r#"{"id":"wev_1","type":"shipment.created","occurred_at":"2023-11-14T22:13:20Z","sequence":1,"data":{"key":"tb:1"}}"#;
const FORGED: &str = "whsec_Zm9yZ2Vk";

/// A delivery's three headers, signed `age_s` seconds ago.
fn headers(secret: &str, body: &[u8], age_s: i64) -> [(&'static str, String); 3] {
    let at = now().as_second() - age_s;
    let signature = sign_webhook(secret, "msg_1", at, body).unwrap();
    [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature),
    ]
}

fn sent(headers: &[(&'static str, String)], body: &[u8]) -> Request {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    request(PATH, &headers, body)
}

fn check(world: &World, answer: &Answer, status: u16, reason: &str) {
    assert_eq!((answer.status, world.queued().len()), (status, 0), "{reason}: {answer:?}");
    assert!(answer.text.starts_with(reason), "{reason}: {answer:?}");
}

#[tokio::test]
async fn under_either_secret_an_event_that_nobody_wants_is_answered_and_counted() {
    let world = World::new("test").await;
    for secret in [WMS_SECRET, OLD_WMS_SECRET] {
        let answer = world.send(sent(&headers(secret, BODY.as_bytes(), 300), BODY.as_bytes())).await;
        check(&world, &answer, 200, "skipped: unknown_type");
    }
    assert_eq!(world.secret_reads().await, 1);
}

#[tokio::test]
async fn signatures() {
    let world = World::new("test").await;
    let body = BODY.as_bytes();
    let good = || headers(WMS_SECRET, body, 0).to_vec();
    let without = |name: &str| good().into_iter().filter(|(header, _)| *header != name).collect::<Vec<_>>();
    let with = |name: &'static str, value: &str| {
        let mut headers = without(name);
        headers.push((name, value.to_owned()));
        headers
    };
    let twice = [good(), good()].concat();
    for (headers, reason) in [
        (Vec::new(), "signature_missing"),
        (without("webhook-id"), "signature_missing"),
        (without("webhook-timestamp"), "signature_missing"),
        (without("webhook-signature"), "signature_missing"),
        (twice, "signature_malformed"),
        (with("webhook-timestamp", "now"), "signature_malformed"),
        (with("webhook-id", ""), "signature_malformed"),
        (headers(WMS_SECRET, body, 301).to_vec(), "signature_stale"),
        (headers(WMS_SECRET, body, -301).to_vec(), "signature_future"),
        (headers(FORGED, body, 0).to_vec(), "signature_mismatch"),
        (headers(WMS_SECRET, b"{}", 0).to_vec(), "signature_mismatch"),
        (with("webhook-id", "msg_2"), "signature_mismatch"),
        (with("webhook-timestamp", &(now().as_second() - 1).to_string()), "signature_mismatch"),
    ] {
        let answer = world.send(sent(&headers, body)).await;
        check(&world, &answer, 400, &format!("refused: {reason}"));
    }
    assert_eq!(world.secret_reads().await, 1);
}

#[tokio::test]
async fn bodies() {
    let world = World::new("test").await;
    let over = vec![b' '; BODY_BYTES_MAX + 1];
    check(&world, &world.send(sent(&headers(WMS_SECRET, &over, 0), &over)).await, 413, "refused: too_large");
    for (body, reason) in [
        ("", "broken_json"),
        ("{\"id\":", "broken_json"),
        ("[]", "not_an_event"),
        ("{\"id\":\"wev_1\"}", "not_an_event"),
    ] {
        let answer = world.send(sent(&headers(WMS_SECRET, body.as_bytes(), 0), body.as_bytes())).await;
        check(&world, &answer, 400, &format!("refused: {reason}"));
    }
}

#[tokio::test]
async fn an_event_that_a_flow_wants_is_queued_as_it_came() {
    let mut world = World::new("test").await;
    let trigger = Trigger {
        source: "wms".to_owned(),
        event: "shipment.created".to_owned(),
        entity: vec!["/data/key".to_owned()],
    };
    world.ingest.routes = Routes::new([("shipments".parse().unwrap(), vec![trigger])], &["wms"]);
    let answer = world.send(sent(&headers(WMS_SECRET, BODY.as_bytes(), 0), BODY.as_bytes())).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "queued: shipments\n"));
    let messages = world.queue.sent(&QueueName::Flow("shipments".parse().unwrap()));
    let delivery = Delivery::from_message(messages[0].body.clone(), &messages[0].attributes, 1).unwrap();
    assert_eq!((delivery.event.as_str(), delivery.source.as_str()), ("wev_1", "wms"));
    assert_eq!((delivery.entity.as_str(), delivery.body.as_str()), ("key:tb:1", BODY));
}
