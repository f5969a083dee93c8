//! The shop's webhooks (aligent/magento-async-events): signed as the double signs them, known by their bytes, routed by the name in
//! their URL.

use flow::plan::Trigger;
use flow::route::{BODY_BYTES_MAX, Routes};
use flow::{Delivery, QueueName};
use lambda_http::Request;
use sandbox::sign_magento;

use crate::world::{Answer, MAGENTO_TOKEN, OLD_MAGENTO_TOKEN, SECRET, World, now, request, signature};

const PATH: &str = "/webhooks/magento/main?event=sales.order.created";
const BODY: &str = r#"{"data":{"entity_id":41,"increment_id":"000000041","customer_firstname":"\u00c4nn"}}"#;

fn signed(path: &str, token: &str, body: &[u8]) -> Request {
    request(path, &[("x-magento-signature", &sign_magento(token, body))], body)
}

fn check(world: &World, answer: &Answer, status: u16, reason: &str) {
    assert_eq!((answer.status, world.queued().len()), (status, 0), "{reason}: {answer:?}");
    assert!(answer.text.starts_with(reason), "{reason}: {answer:?}");
}

/// A world where two flows want what no shipped flow wants yet.
async fn listening() -> World {
    let mut world = World::new("test").await;
    let trigger = |event: &str| Trigger {
        source: "magento".to_owned(),
        event: event.to_owned(),
        entity: vec!["/data/entity_id".to_owned()],
    };
    let flows = [("orders", trigger("sales.order.created")), ("changes", trigger("sales.order.updated"))];
    world.ingest.routes =
        Routes::new(flows.map(|(flow, trigger)| (flow.parse().unwrap(), vec![trigger])), &["magento"]);
    world
}

#[tokio::test]
async fn under_either_token_an_event_that_nobody_wants_is_answered_and_counted() {
    let world = World::new("test").await;
    for token in [MAGENTO_TOKEN, OLD_MAGENTO_TOKEN] {
        let answer = world.send(signed(PATH, token, BODY.as_bytes())).await;
        check(&world, &answer, 200, "skipped: unknown_type");
    }
    assert_eq!(world.secret_reads().await, 1);
}

#[tokio::test]
async fn signatures() {
    let world = World::new("test").await;
    let body = BODY.as_bytes();
    let good = sign_magento(MAGENTO_TOKEN, body);
    let stripes = signature(SECRET, body, 0);
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[], "signature_missing"),
        (&[("stripe-signature", &stripes)], "signature_missing"),
        (&[("x-magento-signature", "")], "signature_malformed"),
        (&[("x-magento-signature", &good[1..])], "signature_malformed"),
        (&[("x-magento-signature", &good.to_ascii_uppercase())], "signature_malformed"),
        (&[("x-magento-signature", &good), ("x-magento-signature", &good)], "signature_malformed"),
        (&[("x-magento-signature", &sign_magento("forged", body))], "signature_mismatch"),
        (&[("x-magento-signature", &sign_magento("", body))], "signature_mismatch"),
        (&[("x-magento-signature", &sign_magento(MAGENTO_TOKEN, b"{}"))], "signature_mismatch"),
    ];
    for (headers, reason) in cases {
        let answer = world.send(request(PATH, headers, body)).await;
        check(&world, &answer, 400, &format!("refused: {reason}"));
    }
    assert_eq!(world.secret_reads().await, 1);
}

#[tokio::test]
async fn bodies_and_names() {
    let world = World::new("test").await;
    let over = vec![b' '; BODY_BYTES_MAX + 1];
    check(&world, &world.send(signed(PATH, MAGENTO_TOKEN, &over)).await, 413, "refused: too_large");
    for (path, body, reason) in [
        (PATH, "", "broken_json"),
        (PATH, "{\"data\":", "broken_json"),
        (PATH, "[]", "not_an_event"),
        (PATH, "{\"data\":null}", "not_an_event"),
        (PATH, "{\"event\":{}}", "not_an_event"),
        ("/webhooks/magento/main", BODY, "event_name_missing"),
        ("/webhooks/magento/main?event=", BODY, "event_name_missing"),
        ("/webhooks/magento/main?event=sales%20order", BODY, "event_name_missing"),
    ] {
        let answer = world.send(signed(path, MAGENTO_TOKEN, body.as_bytes())).await;
        check(&world, &answer, 400, &format!("refused: {reason}"));
    }
    let bare = world.send(signed("/webhooks/magento/bare", MAGENTO_TOKEN, BODY.as_bytes())).await;
    check(&world, &bare, 503, "refused: secret_unavailable");
}

/// The signature holds no time: a body that is sent again is the same event, so that it finds its execution done.
#[tokio::test]
async fn what_is_sent_again_is_the_same_event() {
    let world = listening().await;
    let updated = "/webhooks/magento/main?event=sales.order.updated";
    let other = BODY.replace("41", "42");
    for (path, body) in [(PATH, BODY), (PATH, BODY), (updated, BODY), (PATH, other.as_str())] {
        let answer = world.send(signed(path, MAGENTO_TOKEN, body.as_bytes())).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let sent = |flow: &str| world.queue.sent(&QueueName::Flow(flow.parse().unwrap()));
    let orders = sent("orders");
    let ids: Vec<&str> = orders.iter().map(|message| message.deduplication_id.as_str()).collect();
    assert_eq!((ids.len(), ids[0] == ids[1], ids[0] == ids[2]), (3, true, false));
    assert_ne!(sent("changes")[0].deduplication_id, ids[0], "another event of the same order");
    let delivery = Delivery::from_message(orders[0].body.clone(), &orders[0].attributes, 1).unwrap();
    assert_eq!((delivery.source.as_str(), delivery.event_type.as_str()), ("magento", "sales.order.created"));
    assert_eq!((delivery.entity.as_str(), delivery.received_at), ("entity_id:41", now()));
    assert_eq!(delivery.body, BODY);
}
