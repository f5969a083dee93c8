//! The dead-letter queue on SQS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use flow::{Letter, Letters, QueueError, QueueName};
use jiff::SignedDuration;

use crate::error::classify;

/// Most messages that SQS gives at once.
const LETTERS_AT_ONCE: i32 = 10;

/// The dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: Client,
    url: String,
}

impl DeadLetters {
    /// The queue at this URL.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }
}

#[async_trait]
impl Letters for DeadLetters {
    async fn receive(&self, hidden: SignedDuration) -> Result<Vec<Letter>, QueueError> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(LETTERS_AT_ONCE)
            .visibility_timeout(i32::try_from(hidden.as_secs()).unwrap_or(i32::MAX))
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = request.send().await.map_err(|error| {
            let (class, message) = classify("ReceiveMessage", &error);
            QueueError { queue: QueueName::DeadLetter, class, message }
        })?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(letter).collect())
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt);
        request.send().await.map(drop).map_err(|error| {
            let (class, message) = classify("DeleteMessage", &error);
            QueueError { queue: QueueName::DeadLetter, class, message }
        })
    }
}

fn letter(message: Message) -> Letter {
    let texts = message.message_attributes.unwrap_or_default().into_iter();
    // SQS says where it took a message from that it gave up:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    let source = MessageSystemAttributeName::from("DeadLetterQueueSourceArn");
    let arn = message.attributes.and_then(|mut attributes| attributes.remove(&source));
    Letter {
        receipt: message.receipt_handle.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        attributes: texts.filter_map(|(name, value)| Some((name, value.string_value?))).collect(),
        from_queue: arn.and_then(|arn| arn.rsplit(':').next().map(str::to_owned)),
    }
}
