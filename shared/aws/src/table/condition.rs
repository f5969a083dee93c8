//! Conditions as DynamoDB's condition expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use flow::{Condition, StoreError};
use serde_json::Value;

use super::value::to_attribute;

/// An expression with its names and values, numbered so that they never clash.
#[derive(Debug, Default)]
pub(super) struct Expression {
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// A placeholder for an attribute's name.
    pub(super) fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// A placeholder for a value.
    pub(super) fn value(&mut self, value: Value) -> Result<String, StoreError> {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), to_attribute(value)?);
        Ok(placeholder)
    }

    /// The text of conditions that must all hold; `None` where there are none.
    pub(super) fn all(&mut self, conditions: Vec<Condition>) -> Result<Option<String>, StoreError> {
        let texts = conditions.into_iter().map(|one| self.condition(one)).collect::<Result<Vec<_>, _>>()?;
        Ok(if texts.is_empty() { None } else { Some(texts.join(" AND ")) })
    }

    fn condition(&mut self, condition: Condition) -> Result<String, StoreError> {
        Ok(match condition {
            Condition::Absent => "attribute_not_exists(pk)".to_owned(),
            Condition::Exists => "attribute_exists(pk)".to_owned(),
            Condition::Equals(name, value) => format!("{} = {}", self.name(name), self.value(value)?),
            Condition::Below(name, value) => format!("{} < {}", self.name(name), self.value(value)?),
            Condition::OneOf(name, values) => {
                let name = self.name(name);
                let values =
                    values.into_iter().map(|value| self.value(value)).collect::<Result<Vec<_>, _>>()?;
                format!("{name} IN ({})", values.join(", "))
            }
            Condition::Without(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Any(conditions) => {
                let any =
                    conditions.into_iter().map(|one| self.condition(one)).collect::<Result<Vec<_>, _>>()?;
                format!("({})", any.join(" OR "))
            }
        })
    }

    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        if self.names.is_empty() { None } else { Some(self.names.clone()) }
    }

    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        if self.values.is_empty() { None } else { Some(self.values.clone()) }
    }
}
