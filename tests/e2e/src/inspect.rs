//! Looking into table and queues, as an operator would.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use serde_json::{Map, Value};

/// Most items that one look reads.
const ITEMS_MAX: usize = 20_000;
/// Most letters that one look reads.
const LETTERS_MAX: usize = 1_000;
/// How long a look keeps letters from others at most, in seconds.
const PEEK_S: i32 = 30;

/// An item of the table, as JSON: numbers as text, so that none is rounded.
pub type Item = Map<String, Value>;

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    name: String,
}

impl Table {
    pub(crate) fn new(client: aws_sdk_dynamodb::Client, name: String) -> Self {
        Self { client, name }
    }

    /// Items of one partition, in order.
    ///
    /// # Errors
    /// The table does not answer, or holds more than a look reads.
    pub async fn partition(&self, pk: &str) -> Result<Vec<Item>> {
        self.collect(
            |start| {
                self.client
                    .query()
                    .table_name(&self.name)
                    .consistent_read(true)
                    .key_condition_expression("pk = :pk")
                    .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                    .set_exclusive_start_key(start)
                    .send()
            },
            |page| (page.items.unwrap_or_default(), page.last_evaluated_key),
        )
        .await
    }

    /// Every item.
    ///
    /// # Errors
    /// The table does not answer, or holds more than a look reads.
    pub async fn all(&self) -> Result<Vec<Item>> {
        self.collect(
            |start| {
                self.client
                    .scan()
                    .table_name(&self.name)
                    .consistent_read(true)
                    .set_exclusive_start_key(start)
                    .send()
            },
            |page| (page.items.unwrap_or_default(), page.last_evaluated_key),
        )
        .await
    }

    /// Head rows of all executions of an event, over all flows.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub async fn executions(&self, event: &str) -> Result<Vec<Item>> {
        let end = format!("#{event}");
        let mut items = self.all().await?;
        items.retain(|item| {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            text("pk").starts_with("X#") && text("pk").ends_with(&end) && text("sk") == "-"
        });
        Ok(items)
    }

    async fn collect<P, E, F>(
        &self,
        page_from: impl Fn(Option<HashMap<String, AttributeValue>>) -> F,
        split: impl Fn(P) -> (Vec<HashMap<String, AttributeValue>>, Option<HashMap<String, AttributeValue>>),
    ) -> Result<Vec<Item>>
    where
        F: Future<Output = Result<P, E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let (page, next) = split(page_from(start).await?);
            items.extend(page.into_iter().map(to_json));
            if items.len() > ITEMS_MAX {
                bail!("{} holds more than {ITEMS_MAX} items", self.name);
            }
            if next.is_none() {
                return Ok(items);
            }
            start = next;
        }
    }
}

fn to_json(item: HashMap<String, AttributeValue>) -> Item {
    item.into_iter().map(|(name, value)| (name, value_to_json(value))).collect()
}

fn value_to_json(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => Value::String(text),
        AttributeValue::Bool(bool) => Value::Bool(bool),
        AttributeValue::L(list) => list.into_iter().map(value_to_json).collect(),
        AttributeValue::M(map) => Value::Object(to_json(map)),
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => set.into_iter().map(Value::String).collect(),
        AttributeValue::B(blob) => Value::String(String::from_utf8_lossy(blob.as_ref()).into_owned()),
        _ => Value::Null,
    }
}

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
