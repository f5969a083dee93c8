//! Looking into the queues, and doing what an operator does with a letter.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};

/// Most letters that one look reads.
const LETTERS_MAX: usize = 1_000;
/// How long a look keeps letters from others at most, in seconds.
const PEEK_S: i32 = 30;

/// A message of a queue, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its body.
    pub body: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Its group.
    pub group: String,
    /// What deletes it or changes its visibility.
    pub receipt: String,
}

/// The queues.
#[derive(Clone, Debug)]
pub struct Queues {
    client: aws_sdk_sqs::Client,
}

impl Queues {
    pub(crate) fn new(client: aws_sdk_sqs::Client) -> Self {
        Self { client }
    }

    /// How many messages a queue holds: waiting, in flight and delayed.
    ///
    /// # Errors
    /// The queue does not answer.
    pub async fn depth(&self, url: &str) -> Result<u64> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request =
            self.client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
        let found = request.send().await?.attributes.unwrap_or_default();
        names.iter().try_fold(0, |sum, name| {
            let count: u64 =
                found.get(name).with_context(|| format!("{url} does not say {name}"))?.parse()?;
            Ok(sum + count)
        })
    }

    /// What can be received, at most the first ten of each group; all of it can be received again afterwards.
    ///
    /// # Errors
    /// The queue does not answer, or holds more than a look reads.
    pub async fn peek(&self, url: &str) -> Result<Vec<Letter>> {
        let mut letters = Vec::new();
        loop {
            let request = self
                .client
                .receive_message()
                .queue_url(url)
                .max_number_of_messages(10)
                .visibility_timeout(PEEK_S)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All);
            let page = request.send().await?.messages.unwrap_or_default();
            if page.is_empty() {
                break;
            }
            letters.extend(page.into_iter().map(letter));
            if letters.len() > LETTERS_MAX {
                bail!("{url} holds more than {LETTERS_MAX} messages");
            }
        }
        for letter in &letters {
            let request =
                self.client.change_message_visibility().queue_url(url).receipt_handle(&letter.receipt);
            request.visibility_timeout(0).send().await?;
        }
        Ok(letters)
    }
}

impl Queues {
    /// Sends a message into a group.
    ///
    /// # Errors
    /// The queue does not take it.
    pub async fn send(&self, url: &str, message: &Letter, deduplication: &str) -> Result<()> {
        let mut request = self
            .client
            .send_message()
            .queue_url(url)
            .message_group_id(&message.group)
            .message_deduplication_id(deduplication)
            .message_body(&message.body);
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
            request = request.message_attributes(name, value);
        }
        request.send().await?;
        Ok(())
    }

    /// Throws away all that a queue holds.
    ///
    /// # Errors
    /// The queue does not answer.
    pub async fn purge(&self, url: &str) -> Result<()> {
        self.client.purge_queue().queue_url(url).send().await?;
        Ok(())
    }
}

fn letter(message: aws_sdk_sqs::types::Message) -> Letter {
    let attributes = message.message_attributes.unwrap_or_default();
    let system = message.attributes.unwrap_or_default();
    Letter {
        body: message.body.unwrap_or_default(),
        attributes: attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.string_value?)))
            .collect(),
        group: system.get(&MessageSystemAttributeName::MessageGroupId).cloned().unwrap_or_default(),
        receipt: message.receipt_handle.unwrap_or_default(),
    }
}
