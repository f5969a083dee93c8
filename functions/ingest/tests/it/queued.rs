//! What is queued, and how.

use flow::Delivery;
use flow::route::Routes;
use futures::future::join_all;
use ingest::Ingest;
use serde_json::{Value, json};

use crate::world::{FLOW, OLD_SECRET, OTHER_SECRET, SECRET, World, event, now, request, signature};

#[tokio::test]
async fn an_event_becomes_one_message_with_the_body_as_it_came() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    let headers = [
        ("stripe-signature", signature(SECRET, body.as_bytes(), 0)),
        ("x-amzn-trace-id", "Self=1-x;Root=1-67891233-abcdef012345678912345678;Sampled=1".to_owned()),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = world.send(request("/local/webhooks/stripe/main", &headers, body.as_bytes())).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "queued: order-to-cash\n"));
    let messages = world.queued();
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].group.as_str(), messages[0].deduplication_id.as_str()),
        ("main:payment_intent:pi_1", "evt_1")
    );
    let delivery = Delivery::from_message(messages[0].body.clone(), &messages[0].attributes, 1).unwrap();
    assert_eq!(delivery.body, body);
    assert_eq!(delivery.trace_id, "1-67891233-abcdef012345678912345678");
    assert_eq!((delivery.source.as_str(), delivery.event_type.as_str()), ("stripe", "charge.succeeded"));
    assert_eq!((delivery.entity.as_str(), delivery.received_at), ("payment_intent:pi_1", now()));
    assert_eq!(world.secret_reads().await, 1);
}

#[tokio::test]
async fn the_group_is_what_the_event_is_about() {
    let long = "x".repeat(200);
    let cases = [
        (json!({"id": "ch_1", "object": "charge", "payment_intent": null}), "charge:ch_1"),
        (json!({"id": "py_1", "object": "charge"}), "charge:py_1"),
        (
            json!({"id": "ch_1", "payment_intent": {"id": "pi_2", "object": "payment_intent"}}),
            "payment_intent:pi_2",
        ),
        (json!({"payment_intent": "pi_3"}), "payment_intent:pi_3"),
        (json!({}), "event:evt_1"),
        (json!("nothing"), "event:evt_1"),
        (json!({"payment_intent": long}), ""),
        (json!({"payment_intent": "pi 3\u{1}é"}), ""),
    ];
    for (object, entity) in cases {
        let world = World::new("test").await;
        let body = event(&json!({"data": {"object": object}}));
        assert_eq!(
            world.post("/webhooks/stripe/main", SECRET, body.as_bytes()).await.status,
            200,
            "{object}"
        );
        let group = world.queued()[0].group.clone();
        match entity {
            "" => assert!(group.len() <= 128 && group.bytes().all(|byte| byte.is_ascii_graphic()), "{group}"),
            entity => assert_eq!(group, format!("main:{entity}"), "{object}"),
        }
        let attributes = &world.queued()[0].attributes;
        assert!(
            attributes
                .values()
                .all(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()))
        );
    }
}

#[tokio::test]
async fn either_of_two_live_secrets_and_either_of_two_signatures_will_do() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    assert_eq!(world.post("/webhooks/stripe/main", OLD_SECRET, body.as_bytes()).await.status, 200);
    let other = signature(OTHER_SECRET, body.as_bytes(), 0);
    let ours = signature(SECRET, body.as_bytes(), 0);
    let both = format!("{other},{}", ours.split_once(',').unwrap().1);
    let answer =
        world.send(request("/webhooks/stripe/main", &[("Stripe-Signature", &both)], body.as_bytes())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(world.queued().len(), 2);
}

#[tokio::test]
async fn a_base64_body_is_decoded_before_it_is_verified() {
    use base64::Engine as _;
    let world = World::new("test").await;
    let body = event(&json!({}));
    let gateway = |text: &str, is_base64: bool| {
        let header = signature(SECRET, body.as_bytes(), 0);
        json!({
            "resource": "/webhooks/{source}/{pair}", "path": "/webhooks/stripe/main", "httpMethod": "POST",
            "headers": {"Stripe-Signature": header}, "multiValueHeaders": {"Stripe-Signature": [header]},
            "queryStringParameters": null, "multiValueQueryStringParameters": null,
            "pathParameters": {"source": "stripe", "pair": "main"}, "stageVariables": null,
            "requestContext": {"stage": "local", "path": "/local/webhooks/stripe/main", "httpMethod": "POST", "requestId": "r",
                "resourcePath": "/webhooks/{source}/{pair}", "identity": {"sourceIp": "192.0.2.1"}},
            "body": text, "isBase64Encoded": is_base64
        })
        .to_string()
    };
    let encoded = base64::engine::general_purpose::STANDARD.encode(&body);
    for (text, is_base64, status) in [(&encoded, true, 200), (&body, false, 200), (&encoded, false, 400)] {
        let request = lambda_http::request::from_str(&gateway(text, is_base64)).unwrap();
        assert_eq!(world.send(request).await.status, status);
    }
    assert!(world.queued().iter().all(|message| message.body == body));
    assert_eq!(world.queued().len(), 2);
}

#[tokio::test]
async fn the_same_event_twenty_times_at_once_is_twenty_messages_of_one_deduplication_id() {
    let world = World::new("test").await;
    let body = event(&json!({}));
    let answers =
        join_all((0..20).map(|_| world.post("/webhooks/stripe/main", SECRET, body.as_bytes()))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let messages = world.queued();
    assert_eq!(messages.len(), 20);
    assert!(
        messages
            .iter()
            .all(|message| message.deduplication_id == "evt_1" && message.group == messages[0].group)
    );
}

#[tokio::test]
async fn every_interested_flow_gets_one_message() {
    let mut world = World::new("test").await;
    let trigger = |event: &str, pointer: &str| flow::plan::Trigger {
        source: "stripe".to_owned(),
        event: event.to_owned(),
        entity: vec![pointer.to_owned()],
    };
    let ours = flow::plan::Trigger { source: "tillbridge".to_owned(), ..trigger("charge.succeeded", "/id") };
    let flows = [
        ("first", vec![trigger("charge.succeeded", "/data/object/payment_intent")]),
        (
            "second",
            vec![
                trigger("charge.succeeded", "/data/object/id"),
                trigger("charge.refunded", "/data/object/id"),
            ],
        ),
        ("third", vec![ours]),
    ];
    let routes = Routes::new(flows.map(|(flow, triggers)| (flow.parse().unwrap(), triggers)), &["stripe"]);
    world.ingest = Ingest { routes, ..world.ingest };
    let body = event(&json!({}));
    let answer = world.post("/webhooks/stripe/main", SECRET, body.as_bytes()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "queued: first, second\n"));
    let groups = ["first", "second", "third", FLOW].map(|flow| {
        let sent = world.queue.sent(&flow::QueueName::Flow(flow.parse().unwrap()));
        sent.into_iter().map(|message| message.group).collect::<Vec<_>>()
    });
    let expected = [vec!["main:payment_intent:pi_1"], vec!["main:charge:ch_1"], vec![], vec![]];
    assert_eq!(groups, expected.map(|groups| groups.into_iter().map(str::to_owned).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_body_that_sqs_would_refuse_is_escaped_and_means_the_same() {
    let world = World::new("test").await;
    let body = event(&json!({"request": "\u{ffff}\u{fffe} \u{1}\u{7f}\u{feff}"}));
    assert_eq!(world.post("/webhooks/stripe/main", SECRET, body.as_bytes()).await.status, 200);
    let sent = world.queued()[0].body.clone();
    assert!(!sent.contains(['\u{fffe}', '\u{ffff}']));
    let (sent, came): (Value, Value) =
        (serde_json::from_str(&sent).unwrap(), serde_json::from_str(&body).unwrap());
    assert_eq!(sent, came);
}
