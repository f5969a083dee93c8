//! The table on DynamoDB.

mod condition;
mod value;
mod write;

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use flow::{Class, Cursor, Index, Item, Key, Page, Store, StoreError, Write};

use crate::error::classify;

/// Pauses, with as much again by chance, before a transaction that met another on the same item is tried again.
const CONFLICT_PAUSES_MS: [u64; 3] = [20, 60, 180];

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

    fn unavailable<E: ProvideErrorMetadata + std::error::Error + 'static>(
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

    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let start = from.map(|Cursor(keys)| {
            keys.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect()
        });
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(match index {
                Index::ByStatus => "GSI1",
                Index::ByEntity => "GSI2",
            })
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", index.attributes().0)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = request.send().await.map_err(|error| self.unavailable(&error))?;
        let items: Vec<Item> =
            answer.items.unwrap_or_default().into_iter().map(value::to_item).collect::<Result<_, _>>()?;
        // All keys of the table and its indexes are text.
        let text = |(name, value): (String, AttributeValue)| Some((name, value.as_s().ok()?.clone()));
        let last = answer.last_evaluated_key.filter(|last| !last.is_empty());
        Ok(Page { items, next: last.map(|last| Cursor(last.into_iter().filter_map(text).collect())) })
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
        // Two executions that learn a name of one order meet at its row. What may follow an outside write is not left to
        // the end of a lease for that.
        for pause_ms in CONFLICT_PAUSES_MS {
            match self.transact_once(items.clone()).await {
                Err(StoreError::Unavailable { class: Class::Conflict, .. }) => {
                    tokio::time::sleep(Duration::from_millis(pause_ms + fastrand::u64(..pause_ms))).await;
                }
                outcome => return outcome,
            }
        }
        self.transact_once(items).await
    }

    async fn transact_once(&self, items: Vec<TransactWriteItem>) -> Result<(), StoreError> {
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
            } else if codes.contains(&"TransactionConflict") {
                Class::Conflict
            } else {
                Class::Transient
            };
            let message = format!("table {}: a transaction was cancelled: {}", self.name, codes.join(", "));
            return Err(StoreError::Unavailable { class, message });
        }
        Err(self.unavailable(&error))
    }
}

/// A key as DynamoDB takes it.
fn key_of(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}
