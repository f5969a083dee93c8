//! What is asked of the dead-letter queue.

use std::collections::BTreeMap;

use aws::{DeadLetters, Queues};
use flow::{Class, Letters, Message, Queue, QueueName};
use jiff::SignedDuration;
use serde_json::json;

use crate::world::World;

const NAME: &str = "tillbridge-test-dead-letter.fifo";
const HIDDEN: SignedDuration = SignedDuration::from_secs(60);

fn letter(n: usize) -> Message {
    Message {
        group: format!("main:payment_intent:pi_{n}"),
        deduplication_id: format!("evt_{n}"),
        body: format!("{{\"id\": \"evt_{n}\"}}"),
        attributes: BTreeMap::from([("tb.event".to_owned(), format!("evt_{n}"))]),
    }
}

#[tokio::test]
async fn letters_come_with_all_that_travels_beside_them_until_there_are_none() {
    let world = World::new().await;
    let url = world.cloud.create_queue(NAME);
    let queues = Queues::new(&world.config, BTreeMap::from([(QueueName::DeadLetter, url.clone())]));
    for n in 0..12 {
        queues.send(&QueueName::DeadLetter, letter(n)).await.unwrap();
    }
    world.cloud.set_source(NAME, "tillbridge-test-flow-order-to-cash.fifo");
    let letters = DeadLetters::new(&world.config, url);
    let first = letters.receive(HIDDEN).await.unwrap();
    assert_eq!(first.len(), 10);
    assert_eq!((&first[0].body, &first[0].attributes), (&letter(0).body, &letter(0).attributes));
    assert_eq!(first[0].from_queue.as_deref(), Some("tillbridge-test-flow-order-to-cash.fifo"));
    assert_eq!(letters.receive(HIDDEN).await.unwrap().len(), 2);
    assert_eq!(letters.receive(HIDDEN).await.unwrap(), []);
    let asked = world.cloud.asked_to("ReceiveMessage");
    assert_eq!((asked.len(), &asked[0]["VisibilityTimeout"]), (3, &json!(60)));
    letters.delete(&first[0].receipt).await.unwrap();
    assert_eq!(world.cloud.asked_to("DeleteMessage")[0]["ReceiptHandle"], json!(first[0].receipt));
}

#[tokio::test]
async fn a_queue_that_is_gone_says_so() {
    let world = World::new().await;
    let url = world.cloud.create_queue(NAME);
    world.cloud.delete_queue(NAME);
    let letters = DeadLetters::new(&world.config, url);
    assert_eq!(letters.receive(HIDDEN).await.unwrap_err().class, Class::NotFound);
    assert_eq!(letters.delete("receipt").await.unwrap_err().class, Class::NotFound);
}
