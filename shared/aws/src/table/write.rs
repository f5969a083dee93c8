//! Writes: one by itself, several as a transaction.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure as Returned, TransactWriteItem, Update,
};
use flow::{Attributes, StoreError, Write};
use serde_json::Value;

use super::condition::Expression;
use super::{Table, key_of, value};

impl Table {
    /// One write by itself: half the price of a transaction of one.
    pub(super) async fn write_one(&self, write: Write) -> Result<(), StoreError> {
        match write {
            Write::Put { item, when } => {
                let mut expression = Expression::default();
                let condition = expression.all(when)?;
                let request = self
                    .client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(value::to_attributes(item)?))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .return_values_on_condition_check_failure(Returned::AllOld);
                let refused = |error: &aws_sdk_dynamodb::operation::put_item::PutItemError| match error {
                    aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                        failed,
                    ) => Some(failed.item.clone()),
                    _ => None,
                };
                self.outcome(request.send().await.map(drop), refused)
            }
            // Rare beside puts: a transaction of one says the same.
            other => self.transact(vec![other]).await,
        }
    }

    fn outcome<E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        sent: Result<(), SdkError<E, aws_sdk_dynamodb::config::http::HttpResponse>>,
        refused: impl Fn(&E) -> Option<Option<std::collections::HashMap<String, AttributeValue>>>,
    ) -> Result<(), StoreError> {
        let Err(error) = sent else { return Ok(()) };
        match error.as_service_error().and_then(refused) {
            Some(current) => {
                let current = current.filter(|item| !item.is_empty()).map(value::to_item).transpose()?;
                Err(StoreError::Refused { write: 0, current })
            }
            None => Err(self.unavailable(&error)),
        }
    }
}

/// A write as a part of a transaction.
pub(super) fn to_transaction(table: &str, write: Write) -> Result<TransactWriteItem, StoreError> {
    let mut expression = Expression::default();
    let built = match write {
        Write::Put { item, when } => {
            let condition = expression.all(when)?;
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(value::to_attributes(item)?))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(Returned::AllOld)
                .build();
            put.map(|put| TransactWriteItem::builder().put(put).build())
        }
        Write::Update { key, set, add, remove, when } => {
            let condition = expression.all(when)?;
            let text = update_text(&mut expression, set, add, &remove)?;
            let update = Update::builder()
                .table_name(table)
                .set_key(Some(key_of(&key)))
                .update_expression(text)
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(Returned::AllOld)
                .build();
            update.map(|update| TransactWriteItem::builder().update(update).build())
        }
        Write::Delete { key, when } => {
            let condition = expression.all(when)?;
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(key_of(&key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(Returned::AllOld)
                .build();
            delete.map(|delete| TransactWriteItem::builder().delete(delete).build())
        }
    };
    built.map_err(|error| StoreError::Unavailable {
        class: flow::Class::Validation,
        message: error.to_string(),
    })
}

/// `SET … ADD … REMOVE …`.
fn update_text(
    expression: &mut Expression,
    set: Attributes,
    add: BTreeMap<String, i64>,
    remove: &[String],
) -> Result<String, StoreError> {
    let mut clauses = Vec::new();
    let mut sets = Vec::new();
    for (name, value) in set {
        sets.push(format!("{} = {}", expression.name(&name), expression.value(value)?));
    }
    let mut adds = Vec::new();
    for (name, by) in add {
        adds.push(format!("{} {}", expression.name(&name), expression.value(Value::from(by))?));
    }
    let removes: Vec<String> = remove.iter().map(|name| expression.name(name)).collect();
    for (verb, parts) in [("SET", sets), ("ADD", adds), ("REMOVE", removes)] {
        if !parts.is_empty() {
            clauses.push(format!("{verb} {}", parts.join(", ")));
        }
    }
    Ok(clauses.join(" "))
}
