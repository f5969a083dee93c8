//! A batch: groups in order, a failure ends only its own group, and what cannot be read holds up nothing.

use std::sync::Arc;

use async_trait::async_trait;
use flow::execution::{Status, execution_by_event};
use flow::memory::MemoryQueue;
use flow::{Class, Message, Queue, QueueError, QueueName};
use jiff::SignedDuration;
use sandbox::Seed;
use serde_json::{Value, json};

use crate::world::{FLOW, World, delivery, failed, record};

/// The queues, of which some calls are refused.
struct Refusing {
    queue: Arc<MemoryQueue>,
    sends: bool,
    delays: bool,
}

fn refused(queue: &QueueName) -> QueueError {
    QueueError { queue: queue.clone(), class: Class::Transient, message: "it does not answer".to_owned() }
}

#[async_trait]
impl Queue for Refusing {
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError> {
        if self.sends { Err(refused(to)) } else { self.queue.send(to, message).await }
    }

    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError> {
        if self.delays { Err(refused(queue)) } else { self.queue.delay(queue, receipt, after).await }
    }
}

/// The same event of the same payment, under another id.
fn later(event: &Value, id: &str) -> Value {
    let mut event = event.clone();
    event["id"] = json!(id);
    event
}

/// Letters of all flows lie in one queue, and SQS's own redrive moves them all.
#[tokio::test]
async fn a_letter_of_another_flow_goes_back_and_starts_nothing() {
    let world = World::new().await;
    let order = world.seed("simple");
    let letter = delivery(&order.event, world.clock_now()).to_letter(&"refunds".parse().unwrap(), 1);
    let consumer = world.consumer().await;
    let response = world.hand(&consumer, std::slice::from_ref(&letter), 1).await;
    assert_eq!(failed(&response), [""; 0]);
    let back = world.queue.sent(&QueueName::DeadLetter);
    assert_eq!((back.len(), &back[0].body, &back[0].attributes), (1, &letter.body, &letter.attributes));
    assert!(world.store.items().is_empty());
}

#[tokio::test]
async fn a_failure_ends_only_its_own_group() {
    let world = World::new().await;
    let absent = world.sandbox.seed(&Seed { without_order: true, ..Seed::default() }).unwrap();
    let present = world.seed("simple");
    let now = world.clock_now();
    let message = |event: &Value| delivery(event, now).to_message();
    let batch = [
        message(&absent.event),
        message(&present.event),
        message(&later(&absent.event, "evt_behind")),
        message(&later(&present.event, "evt_again")),
    ];
    let consumer = world.consumer().await;
    let response = world.hand(&consumer, &batch, 1).await;
    assert_eq!(failed(&response), ["message-0", "message-2"]);
    assert_eq!(world.execution(&batch[1]).await.status, Status::Done);
    assert_eq!(world.execution(&batch[3]).await.status, Status::Done);

    // What stands behind the failed one was not touched, and is hidden no longer than what it waits for.
    let (pair, flow) = ("main".parse().unwrap(), FLOW.parse().unwrap());
    let behind = "evt_behind".parse().unwrap();
    assert_eq!(execution_by_event(world.store.as_ref(), &pair, &flow, &behind).await.unwrap(), None);
    let waiting = world.execution(&batch[0]).await.waiting.unwrap();
    let queue = QueueName::Flow(flow);
    let asked = waiting.retry_at.duration_since(now);
    assert_eq!(
        world.queue.delays(),
        [
            (queue.clone(), "receipt-0".to_owned(), asked),
            (queue, "receipt-2".to_owned(), SignedDuration::ZERO)
        ]
    );
    assert!(asked >= SignedDuration::from_secs(1));
}

#[tokio::test]
async fn a_message_that_cannot_be_read_goes_to_the_dead_letters_as_it_is() {
    let world = World::new().await;
    let consumer = world.consumer().await;
    let mut foreign = world.message(&world.seed("simple"));
    // As many as SQS takes.
    foreign.attributes = (0..10).map(|number| (format!("another.{number}"), "theirs".to_owned())).collect();
    foreign.body = "no JSON \u{1F600}".to_owned();
    let response = world.hand(&consumer, std::slice::from_ref(&foreign), 1).await;
    assert!(response.batch_item_failures.is_empty());
    let [letter] = world.letters().try_into().unwrap();
    assert_eq!(letter.body, foreign.body);
    assert_eq!(letter.attributes["tb.flow"], FLOW, "a redrive must know where it came from");
    assert_eq!(letter.attributes.len(), 10);
    assert!(
        letter
            .attributes
            .iter()
            .all(|(name, value)| { name == "tb.flow" || foreign.attributes.get(name) == Some(value) })
    );
    assert!(world.store.items().iter().all(|item| !item.key.pk.starts_with("X#")), "it has no row");
}

/// Lambda hands over what SQS holds, whoever sent it.
#[tokio::test]
async fn nothing_in_a_message_stops_the_batch() {
    let world = World::new().await;
    let good = world.message(&world.seed("simple"));
    let records = json!([
        {},
        { "messageId": "bare", "receiptHandle": "r", "body": "" },
        { "messageId": "odd", "body": null, "attributes": { "ApproximateReceiveCount": "many" },
          "messageAttributes": { "tb.version": { "dataType": "Binary", "binaryValue": "AA==" } } },
        record(3, &good, 1),
    ]);
    let consumer = world.consumer().await;
    let response = world.hand_records(&consumer, records).await;
    assert_eq!(failed(&response), Vec::<&str>::new());
    assert_eq!(world.letters().len(), 3);
    assert_eq!(world.execution(&good).await.status, Status::Done);
}

#[tokio::test]
async fn what_can_neither_be_read_nor_moved_is_tried_again() {
    let world = World::new().await;
    let queue = Refusing { queue: world.queue.clone(), sends: true, delays: false };
    let consumer = world.consumer_over(Arc::new(queue), |_| {}).await;
    let mut foreign = world.message(&world.seed("simple"));
    foreign.attributes.clear();
    let response = world.hand(&consumer, &[foreign], 1).await;
    assert_eq!(failed(&response), ["message-0"]);
    let (_, receipt, after) = world.queue.delays().remove(0);
    assert_eq!((receipt.as_str(), after), ("receipt-0", SignedDuration::from_secs(60)));
}

#[tokio::test]
async fn a_queue_that_does_not_hear_a_delay_still_keeps_the_message() {
    let world = World::new().await;
    let queue = Refusing { queue: world.queue.clone(), sends: false, delays: true };
    let consumer = world.consumer_over(Arc::new(queue), |_| {}).await;
    let seeded = world.sandbox.seed(&Seed { without_order: true, ..Seed::default() }).unwrap();
    let response = world.hand(&consumer, &[world.message(&seeded)], 1).await;
    assert_eq!(failed(&response), ["message-0"]);
}

/// The row is the truth; the letter that points to it is sent by whoever finds it missing.
#[tokio::test]
async fn a_letter_that_could_not_be_sent_is_sent_at_the_next_delivery() {
    let world = World::new().await;
    let seeded = world.seed("amount_mismatch");
    let message = world.message(&seeded);
    let queue = Refusing { queue: world.queue.clone(), sends: true, delays: false };
    let deaf = world.consumer_over(Arc::new(queue), |_| {}).await;
    let response = world.hand(&deaf, std::slice::from_ref(&message), 1).await;
    assert_eq!(failed(&response), ["message-0"]);
    assert_eq!(world.execution(&message).await.status, Status::Parked);

    let execution = world.settle(&message).await;
    assert_eq!((execution.status, execution.parks), (Status::Parked, 1));
    let [letter] = world.letters().try_into().unwrap();
    assert_eq!((letter.attributes["tb.park"].as_str(), &letter.body), ("1", &message.body));
}

/// An operator's redrive is the letter itself: it carries the number of the parking, and the execution starts anew.
#[tokio::test]
async fn a_letter_put_back_onto_the_queue_goes_on_where_it_stopped() {
    let world = World::new().await;
    let seeded = world.seed("holded");
    let message = world.message(&seeded);
    assert_eq!(world.settle(&message).await.status, Status::Parked);
    let mut order = seeded.order.clone();
    order["entity_id"] = json!(seeded.entity_id);
    (order["state"], order["status"]) = (json!("new"), json!("pending"));
    let _id = world.sandbox.put_order(order);
    let [letter] = world.letters().try_into().unwrap();
    let execution = world.settle(&letter).await;
    assert_eq!((execution.status, execution.parks), (Status::Done, 1), "{execution:?}");
}
