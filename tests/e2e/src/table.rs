//! Looking into the table, as an operator would.

use std::collections::HashMap;

use anyhow::{Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value};

/// Most items that one look reads.
const ITEMS_MAX: usize = 20_000;

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
