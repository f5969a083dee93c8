//! The table on DynamoDB.

mod condition;
mod value;
mod write;

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::AttributeValue;
use flow::{Class, Index, Item, Key, Page, Store, StoreError, Write};

use crate::error::classify;

/// The table, as `template.yaml` makes it: `pk`, `sk`, and the indexes `GSI1` and `GSI2`.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table of this name.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: impl Into<String>) -> Self {
        Self { client: Client::new(config), name: name.into() }
    }

    /// Whether the table is there and can be read.
    ///
    /// # Errors
    /// It is not, and what to look at.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.get(&Key::new("probe", "-")).await.map(drop)
    }

    fn unavailable<E: ProvideErrorMetadata>(
        &self,
        error: &aws_sdk_dynamodb::error::SdkError<E, aws_sdk_dynamodb::config::http::HttpResponse>,
    ) -> StoreError {
        let (class, message) = classify(&format!("table {}", self.name), error);
        StoreError::Unavailable { class, message }
    }
}

#[async_trait]
impl Store for Table {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let request =
            self.client.get_item().table_name(&self.name).set_key(Some(key_of(key))).consistent_read(true);
        let answer = request.send().await.map_err(|error| self.unavailable(&error))?;
        answer.item.map(value::to_item).transpose()
    }

    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let request = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .consistent_read(true)
                .set_exclusive_start_key(from.take());
            let answer = request.send().await.map_err(|error| self.unavailable(&error))?;
            for item in answer.items.unwrap_or_default() {
                items.push(value::to_item(item)?);
            }
            match answer.last_evaluated_key {
                Some(last) if !last.is_empty() => from = Some(last),
                _ => return Ok(items),
            }
        }
    }

    async fn index(&self, index: Index, pk: &str, from: Option<Key>, limit: u32) -> Result<Page, StoreError> {
        let (pk_name, sk_name) = index.attributes();
        let start = from.map(|place| start(index, pk, &place)).transpose()?;
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(match index {
                Index::ByStatus => "GSI1",
                Index::ByEntity => "GSI2",
            })
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", pk_name)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .limit(i32::try_from(limit.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = request.send().await.map_err(|error| self.unavailable(&error))?;
        let items: Vec<Item> =
            answer.items.unwrap_or_default().into_iter().map(value::to_item).collect::<Result<_, _>>()?;
        let more = answer.last_evaluated_key.is_some_and(|last| !last.is_empty());
        let next = if more { items.last().and_then(|item| place(sk_name, item)) } else { None };
        Ok(Page { items, next })
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        match <[Write; 1]>::try_from(writes) {
            Ok([write]) => self.write_one(write).await,
            Err(writes) if writes.is_empty() => Ok(()),
            Err(writes) => self.transact(writes).await,
        }
    }
}

impl Table {
    async fn transact(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let items = writes
            .into_iter()
            .map(|write| write::to_transaction(&self.name, write))
            .collect::<Result<Vec<_>, _>>()?;
        let sent = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let Err(error) = sent else { return Ok(()) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        {
            let reasons = canceled.cancellation_reasons();
            for (number, reason) in reasons.iter().enumerate() {
                if reason.code() == Some("ConditionalCheckFailed") {
                    let current = reason.item().filter(|item| !item.is_empty()).cloned();
                    let current = current.map(value::to_item).transpose()?;
                    return Err(StoreError::Refused { write: number, current });
                }
            }
            let codes: Vec<&str> =
                reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").collect();
            let class = if codes.iter().all(|code| *code == "ValidationError") && !codes.is_empty() {
                Class::Validation
            } else {
                Class::Transient
            };
            let message = format!("table {}: a transaction was cancelled: {}", self.name, codes.join(", "));
            return Err(StoreError::Unavailable { class, message });
        }
        Err(self.unavailable(&error))
    }
}

/// Stands between an item's own sort key and the index's in the place where a page ended. No key of ours holds it.
const BETWEEN: char = '\u{0}';

/// Where a page of an index ended. With the index's sort key, which the item may have changed when the next page is read.
fn place(sk_name: &str, item: &Item) -> Option<Key> {
    let in_index = item.attributes.get(sk_name)?.as_str()?;
    Some(Key::new(item.key.pk.clone(), format!("{}{BETWEEN}{in_index}", item.key.sk)))
}

/// The place as DynamoDB takes it: the index's own keys beside the table's.
fn start(index: Index, pk: &str, place: &Key) -> Result<HashMap<String, AttributeValue>, StoreError> {
    let (pk_name, sk_name) = index.attributes();
    let (sk, in_index) = place.sk.split_once(BETWEEN).ok_or_else(|| StoreError::Unavailable {
        class: Class::Validation,
        message: format!("`{place}` is not where a page of an index ended"),
    })?;
    let mut start = key_of(&Key::new(place.pk.clone(), sk));
    for (name, text) in [(pk_name, pk), (sk_name, in_index)] {
        start.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
    }
    Ok(start)
}

/// A key as DynamoDB takes it.
fn key_of(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}
