//! FIFO queues, asked directly.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use e2e::{Stack, WAIT, wait_until};

use super::{BLAME, unique};

/// A queue of the test's own, deleted at the end.
struct Queue {
    sqs: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    async fn new(name: &str, visibility_s: u32, redrive: Option<(&Queue, u32)>) -> Self {
        let sqs = Stack::from_env().unwrap().sqs;
        let mut request = sqs
            .create_queue()
            .queue_name(format!("{}.fifo", unique(name)))
            .attributes(Name::FifoQueue, "true")
            .attributes(Name::DeduplicationScope, "messageGroup")
            .attributes(Name::FifoThroughputLimit, "perMessageGroupId")
            .attributes(Name::VisibilityTimeout, visibility_s.to_string());
        if let Some((dead, count)) = redrive {
            let found = sqs
                .get_queue_attributes()
                .queue_url(&dead.url)
                .attribute_names(Name::QueueArn)
                .send()
                .await
                .unwrap();
            let arn = &found.attributes.unwrap()[&Name::QueueArn];
            let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{count}}}"#);
            request = request.attributes(Name::RedrivePolicy, policy);
        }
        let url = request.send().await.unwrap().queue_url.unwrap();
        Self { sqs, url }
    }

    async fn send(&self, group: &str, deduplication: &str, body: &str) {
        let request = self.sqs.send_message().queue_url(&self.url).message_group_id(group);
        request.message_deduplication_id(deduplication).message_body(body).send().await.unwrap();
    }

    /// (body, receipt) of what can be received now.
    async fn receive(&self) -> Vec<(String, String)> {
        self.receive_at_most(10).await
    }

    async fn receive_at_most(&self, count: i32) -> Vec<(String, String)> {
        let request = self.sqs.receive_message().queue_url(&self.url).max_number_of_messages(count);
        let messages = request.send().await.unwrap().messages.unwrap_or_default();
        messages.into_iter().map(|message| (message.body.unwrap(), message.receipt_handle.unwrap())).collect()
    }

    async fn hide(&self, receipt: &str, seconds: i32) {
        let request = self.sqs.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        request.visibility_timeout(seconds).send().await.unwrap();
    }

    async fn delete(&self, receipt: &str) {
        self.sqs.delete_message().queue_url(&self.url).receipt_handle(receipt).send().await.unwrap();
    }

    async fn end(self) {
        self.sqs.delete_queue().queue_url(&self.url).send().await.unwrap();
    }
}

fn bodies(messages: &[(String, String)]) -> Vec<&str> {
    messages.iter().map(|(body, _)| body.as_str()).collect()
}

#[tokio::test]
async fn a_duplicate_id_is_dropped() {
    let queue = Queue::new("duplicate", 60, None).await;
    queue.send("a", "1", "first").await;
    queue.send("a", "1", "again").await;
    queue.send("a", "2", "second").await;
    let received = queue.receive().await;
    assert_eq!(bodies(&received), ["first", "second"], "{BLAME}: deduplication");
    queue.end().await;
}

#[tokio::test]
async fn an_invisible_head_hides_its_group_and_no_other() {
    let queue = Queue::new("head", 60, None).await;
    queue.send("a", "1", "a1").await;
    let head = queue.receive().await;
    assert_eq!(bodies(&head), ["a1"], "{BLAME}: a message that was sent is not received");
    queue.send("a", "2", "a2").await;
    queue.send("b", "3", "b1").await;
    assert_eq!(bodies(&queue.receive().await), ["b1"], "{BLAME}: a2 must wait for a1, b1 must not");
    queue.delete(&head[0].1).await;
    assert_eq!(bodies(&queue.receive().await), ["a2"], "{BLAME}: a1 is deleted, a2 is next");
    queue.end().await;
}

#[tokio::test]
async fn a_changed_visibility_is_honoured() {
    // Without the change the message would be hidden for ten minutes.
    let queue = Queue::new("visibility", 600, None).await;
    queue.send("a", "1", "a1").await;
    let first = queue.receive().await;
    queue.hide(&first[0].1, 1).await;
    assert_eq!(
        bodies(&queue.receive().await),
        Vec::<&str>::new(),
        "{BLAME}: hidden for a second, but received at once"
    );
    let again = wait_until("the redelivery", Duration::from_secs(30), async || {
        let received = queue.receive().await;
        Ok((!received.is_empty()).then_some(received))
    });
    assert_eq!(bodies(&again.await.expect(BLAME)), ["a1"], "{BLAME}: another message came");
    queue.end().await;
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters_and_its_group_goes_on() {
    let dead = Queue::new("dead", 60, None).await;
    let queue = Queue::new("redrive", 600, Some((&dead, 2))).await;
    queue.send("a", "1", "poison").await;
    queue.send("a", "2", "next").await;
    for receive in 1..=2 {
        // One at a time: what is received beside it is counted too.
        let received = queue.receive_at_most(1).await;
        assert_eq!(bodies(&received), ["poison"], "{BLAME}: receive {receive}");
        queue.hide(&received[0].1, 0).await;
    }
    let next = wait_until("the next message of the group", WAIT, async || {
        let received = queue.receive().await;
        Ok((!received.is_empty()).then_some(received))
    });
    assert_eq!(bodies(&next.await.expect(BLAME)), ["next"], "{BLAME}: redrive after two receives");
    assert_eq!(bodies(&dead.receive().await), ["poison"], "{BLAME}: the dead letter is missing");
    queue.end().await;
    dead.end().await;
}
