//! The queues on SQS.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use flow::{Class, Message, Queue, QueueError, QueueName};
use jiff::SignedDuration;

use crate::Error;
use crate::error::classify;

/// Longest visibility timeout that SQS takes.
const VISIBILITY_MAX: SignedDuration = SignedDuration::from_hours(12);

/// The queues that a function may use, by name.
#[derive(Clone, Debug)]
pub struct Queues {
    client: Client,
    urls: BTreeMap<QueueName, String>,
}

impl Queues {
    /// Queues at these URLs.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, urls: BTreeMap<QueueName, String>) -> Self {
        Self { client: Client::new(config), urls }
    }

    fn url(&self, queue: &QueueName) -> Result<&str, QueueError> {
        self.urls.get(queue).map(String::as_str).ok_or_else(|| QueueError {
            queue: queue.clone(),
            class: Class::NotFound,
            message: "its URL is not among the function's variables; add it to template.yaml".to_owned(),
        })
    }
}

/// The URL of a queue, by its name in the account.
///
/// # Errors
/// It is not there, or may not or cannot be looked up.
pub async fn queue_url(config: &aws_config::SdkConfig, name: &str) -> Result<String, Error> {
    let failed = |class: Class, message: String| Error::Queue { name: name.to_owned(), class, message };
    let answer =
        Client::new(config).get_queue_url().queue_name(name).send().await.map_err(|error| match classify(
            "GetQueueUrl",
            &error,
        ) {
            (Class::NotFound, _) => failed(Class::NotFound, "it is missing; deploy the stack".to_owned()),
            (class, message) => failed(class, message),
        })?;
    Ok(answer.queue_url.unwrap_or_default())
}

#[async_trait]
impl Queue for Queues {
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError> {
        let failed = |class: Class, message: String| QueueError { queue: to.clone(), class, message };
        let mut request = self
            .client
            .send_message()
            .queue_url(self.url(to)?)
            .message_group_id(message.group)
            .message_deduplication_id(message.deduplication_id)
            .message_body(message.body);
        for (name, value) in message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| failed(Class::Validation, error.to_string()))?;
            request = request.message_attributes(name, value);
        }
        request.send().await.map(drop).map_err(|error| {
            let (class, message) = classify("SendMessage", &error);
            failed(class, message)
        })
    }

    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError> {
        let after = after.clamp(SignedDuration::ZERO, VISIBILITY_MAX);
        // Rounded up: what comes back too early is hidden again.
        let seconds = after.as_secs() + i64::from(after.subsec_nanos() > 0);
        let request = self
            .client
            .change_message_visibility()
            .queue_url(self.url(queue)?)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        request.send().await.map(drop).map_err(|error| {
            let (class, message) = classify("ChangeMessageVisibility", &error);
            QueueError { queue: queue.clone(), class, message }
        })
    }
}
