//! What is asked of SQS, and what its refusals mean.

use std::collections::BTreeMap;

use aws::{Queues, queue_url};
use cloud::{Hidden, Sent};
use flow::memory::MemoryQueue;
use flow::{Class, Message, Queue, QueueName};
use jiff::SignedDuration;
use serde_json::json;

use crate::world::World;

const NAME: &str = "tillbridge-test-flow-order-to-cash.fifo";

fn flow_queue() -> QueueName {
    QueueName::Flow("order-to-cash".parse().unwrap())
}

fn message() -> Message {
    Message {
        group: "main:payment_intent:pi_1".to_owned(),
        deduplication_id: "evt_1".to_owned(),
        body: "{\"name\": \"Änn \u{1F600}\"}\n".to_owned(),
        attributes: [("tb.pair", "main"), ("tb.event", "evt_1")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

fn queues(world: &World) -> Queues {
    let urls = BTreeMap::from([(flow_queue(), world.cloud.create_queue(NAME))]);
    Queues::new(&world.config, urls)
}

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let world = World::new().await;
    queues(&world).send(&flow_queue(), message()).await.unwrap();
    let Message { group, deduplication_id, body, attributes } = message();
    assert_eq!(world.cloud.sent(NAME), [Sent { group, deduplication_id, body, attributes }]);
}

/// What the engine's tests see in memory is what SQS would hold.
#[tokio::test]
async fn both_queues_keep_the_same() {
    let world = World::new().await;
    let (memory, sqs) = (MemoryQueue::default(), queues(&world));
    let attributes = (0..10).map(|number| (format!("tb.{number}"), "x".to_owned())).collect();
    let large = Message { body: "x".repeat(900 * 1024), deduplication_id: "x".repeat(128), ..message() };
    for sent in [message(), Message { attributes, ..message() }, large] {
        memory.send(&flow_queue(), sent.clone()).await.unwrap();
        sqs.send(&flow_queue(), sent).await.unwrap();
    }
    let kept = world.cloud.sent(NAME).into_iter().map(|sent| Message {
        group: sent.group,
        deduplication_id: sent.deduplication_id,
        body: sent.body,
        attributes: sent.attributes,
    });
    assert_eq!(memory.sent(&flow_queue()), kept.collect::<Vec<_>>());
}

/// Whole seconds are all that SQS takes; a message that comes back too early is hidden again, so they are rounded up.
#[tokio::test]
async fn a_delay_is_never_shorter_than_asked() {
    let world = World::new().await;
    let queues = queues(&world);
    let cases = [
        (SignedDuration::ZERO, 0),
        (SignedDuration::from_millis(1), 1),
        (SignedDuration::from_millis(1_438), 2),
        (SignedDuration::from_secs(60), 60),
        (SignedDuration::from_secs(-5), 0),
        // Twelve hours are the most.
        (SignedDuration::from_hours(12), 43_200),
        (SignedDuration::from_hours(13), 43_200),
        (SignedDuration::MAX, 43_200),
    ];
    for (after, _) in cases {
        queues.delay(&flow_queue(), "receipt", after).await.unwrap();
    }
    let expected =
        cases.map(|(_, seconds)| Hidden { queue: NAME.to_owned(), receipt: "receipt".to_owned(), seconds });
    assert_eq!(world.cloud.hidden(), expected);
}

#[tokio::test]
async fn a_queue_without_a_variable_and_one_that_is_not_there_are_told_apart() {
    let world = World::new().await;
    let error = queues(&world).send(&QueueName::DeadLetter, message()).await.unwrap_err();
    assert_eq!((error.class, &error.queue), (Class::NotFound, &QueueName::DeadLetter));
    assert!(
        error.to_string().contains("dead-letter") && error.to_string().contains("template.yaml"),
        "{error}"
    );

    let urls = BTreeMap::from([(flow_queue(), format!("{}/0/nowhere.fifo", world.cloud.endpoint()))]);
    let gone = Queues::new(&world.config, urls);
    for error in [
        gone.send(&flow_queue(), message()).await.unwrap_err(),
        gone.delay(&flow_queue(), "receipt", SignedDuration::ZERO).await.unwrap_err(),
    ] {
        assert_eq!(error.class, Class::NotFound);
        assert!(error.to_string().contains("order-to-cash"), "{error}");
    }
}

#[tokio::test]
async fn refusals_have_classes() {
    let cases = [
        (400, "RequestThrottled", Class::Throttled),
        (400, "ThrottlingException", Class::Throttled),
        (403, "AccessDeniedException", Class::Auth),
        (400, "KmsAccessDenied", Class::Auth),
        (400, "InvalidMessageContents", Class::Validation),
        (500, "InternalFailure", Class::Transient),
        (503, "ServiceUnavailable", Class::Transient),
    ];
    for (status, code, class) in cases {
        let world = World::new().await;
        let body = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "no" });
        world.cloud.fail_next("SendMessage", status, body);
        let error = queues(&world).send(&flow_queue(), message()).await.unwrap_err();
        assert_eq!(error.class, class, "{code}: {error}");
    }
    let world = World::new().await;
    let large = Message { body: "x".repeat(1024 * 1024 + 1), ..message() };
    assert_eq!(queues(&world).send(&flow_queue(), large).await.unwrap_err().class, Class::Validation);
}

/// The rules of ids are SQS's; whatever an event's id or entity is, what we make of it is taken.
#[tokio::test]
async fn whatever_an_event_is_about_its_message_is_taken() {
    let world = World::new().await;
    let queues = queues(&world);
    let ids = [
        "evt_1".to_owned(),
        "é \u{1F600}".to_owned(),
        "x".repeat(500),
        "a b\tc".to_owned(),
        "poll:order:7".to_owned(),
    ];
    for id in &ids {
        let sent = Message {
            group: flow::delivery::sqs_id(id.clone()),
            deduplication_id: flow::delivery::sqs_id(format!("{id}-r2")),
            ..message()
        };
        queues.send(&flow_queue(), sent).await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }
    assert_eq!(world.cloud.sent(NAME).len(), ids.len());
}

#[tokio::test]
async fn a_queue_is_looked_up_by_its_name() {
    let world = World::new().await;
    let url = world.cloud.create_queue(NAME);
    assert_eq!(queue_url(&world.config, NAME).await, Ok(url));
    let error = queue_url(&world.config, "tillbridge-test-dead-letter.fifo").await.unwrap_err();
    assert_eq!(error.class(), Class::NotFound);
    assert!(error.to_string().contains("tillbridge-test-dead-letter.fifo"), "{error}");
}
