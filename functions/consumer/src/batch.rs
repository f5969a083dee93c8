//! A batch of messages: groups in order, a failure ends only its own group.

use std::collections::{BTreeMap, BTreeSet};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsMessage};
use flow::engine::Outcome;
use flow::{Delivery, Message, QueueName, delivery::attribute};
use jiff::{SignedDuration, Timestamp};

use crate::consumer::Consumer;
use crate::telemetry;

/// How long a message that cannot be read is left alone when it cannot be moved to the dead-letter queue either.
const UNREADABLE_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// Takes messages in the order they came; answers with those that are to be delivered again.
pub(crate) async fn handle(
    consumer: &Consumer,
    messages: Vec<SqsMessage>,
    deadline: Timestamp,
) -> SqsBatchResponse {
    let mut failed_groups = BTreeSet::new();
    let mut response = SqsBatchResponse::default();
    for message in messages {
        let group = message.attributes.get("MessageGroupId").cloned().unwrap_or_default();
        let done = if failed_groups.contains(&group) {
            // FIFO: what stands behind a failed message of its group waits for it, and no longer: while it is hidden
            // itself, the group's first is not delivered either.
            delay(consumer, &message, SignedDuration::ZERO).await;
            false
        } else {
            one(consumer, &message, deadline).await
        };
        if !done {
            failed_groups.insert(group);
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Takes one message. Whether the queue may forget it.
async fn one(consumer: &Consumer, message: &SqsMessage, deadline: Timestamp) -> bool {
    let attributes: BTreeMap<String, String> = message
        .message_attributes
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.string_value.clone()?)))
        .collect();
    let count =
        message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    let body = message.body.clone().unwrap_or_default();
    let flow = consumer.engine.flow().as_str();
    if let Some(other) = attributes.get(attribute::FLOW).filter(|other| *other != flow) {
        tracing::error!(
            message.id = message.message_id,
            trace.id = trace_id(message),
            flow = other,
            "A letter of another flow was moved here; it goes back to the dead-letter queue: redrive each letter to its own flow"
        );
        return set_aside(consumer, message, attributes).await;
    }
    match Delivery::from_message(body, &attributes, count) {
        Ok(delivery) => deliver(consumer, message, &delivery, deadline).await,
        Err(error) => {
            tracing::error!(
                message.id = message.message_id, trace.id = trace_id(message), fault.message = %error,
                "A message cannot be read and goes to the dead-letter queue as it is"
            );
            set_aside(consumer, message, attributes).await
        }
    }
}

async fn deliver(
    consumer: &Consumer,
    message: &SqsMessage,
    delivery: &Delivery,
    deadline: Timestamp,
) -> bool {
    let connected = consumer.connections.get(&delivery.pair).await;
    let connected = connected.as_ref().map(AsRef::as_ref).map_err(Clone::clone);
    let report = consumer.engine.deliver(connected, delivery, deadline).await;
    telemetry::report(consumer.stage(), consumer.engine.flow(), delivery, &report);
    let Outcome::RetryAfter(after) = report.outcome else { return true };
    delay(consumer, message, after).await;
    false
}

/// What ingest called the event's way, where the message says it.
fn trace_id(message: &SqsMessage) -> Option<&str> {
    message.message_attributes.get(attribute::TRACE)?.string_value.as_deref()
}

/// Asks the queue to deliver a message again after a while. Where it does not hear, the visibility timeout decides.
async fn delay(consumer: &Consumer, message: &SqsMessage, after: SignedDuration) {
    let Some(receipt) = &message.receipt_handle else { return };
    if let Err(error) = consumer.queue.delay(&consumer.queue_name, receipt, after).await {
        tracing::warn!(
            message.id = message.message_id, trace.id = trace_id(message), fault.message = %error,
            "The queue did not take a delay; the message comes back later"
        );
    }
}

/// Moves a message that no ingest of ours sent to the dead-letter queue, untouched, so that it holds up nothing.
async fn set_aside(
    consumer: &Consumer,
    message: &SqsMessage,
    mut attributes: BTreeMap<String, String>,
) -> bool {
    let id = message.message_id.clone().unwrap_or_default();
    if !attributes.contains_key(attribute::FLOW) {
        while attributes.len() >= ATTRIBUTES_MAX {
            attributes.pop_last();
        }
        // A redrive must know which queue it came from.
        attributes.insert(attribute::FLOW.to_owned(), consumer.engine.flow().to_string());
    }
    let letter = Message {
        group: "unreadable".to_owned(),
        deduplication_id: flow::delivery::sqs_id(format!("unreadable-{id}")),
        body: message.body.clone().filter(|body| !body.is_empty()).unwrap_or_else(|| "(empty)".to_owned()),
        attributes,
    };
    match consumer.queue.send(&QueueName::DeadLetter, letter).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(
                message.id = message.message_id, trace.id = trace_id(message), fault.message = %error,
                "An unreadable message cannot be moved; it is tried again"
            );
            delay(consumer, message, UNREADABLE_PAUSE).await;
            false
        }
    }
}

/// Attributes that SQS takes with a message.
const ATTRIBUTES_MAX: usize = 10;
