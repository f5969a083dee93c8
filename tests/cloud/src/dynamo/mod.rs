//! DynamoDB: one table with two indexes, conditional writes, transactions that are all or nothing.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>

mod expression;
mod query;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::cloud::State;
use crate::refusal::Refusal;
use expression::Expression;

/// Attributes by name, each `{"S": …}` and the like.
pub(crate) type Item = Map<String, Value>;

/// Largest item, bytes.
const ITEM_BYTES_MAX: usize = 400 * 1024;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// By partition and sort key.
    items: BTreeMap<(String, String), Item>,
    /// Tokens of transactions that went through.
    tokens: BTreeSet<String>,
    pub(crate) page_items_max: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { items: BTreeMap::new(), tokens: BTreeSet::new(), page_items_max: usize::MAX }
    }
}

pub(crate) fn answer(state: &mut State, operation: &str, body: &Value) -> Result<Value, Refusal> {
    match operation {
        "GetItem" => {
            let key = key(&body["Key"])?;
            let item = table(state, body)?.items.get(&key);
            Ok(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
        }
        "Query" => query::query(table(state, body)?, body),
        "PutItem" => write::put(table(state, body)?, body),
        "TransactWriteItems" => write::transact(state, body),
        _ => Err(Refusal::new("UnknownOperationException", format!("no `{operation}` here"))),
    }
}

fn table<'a>(state: &'a mut State, body: &Value) -> Result<&'a mut Table, Refusal> {
    let name = body["TableName"].as_str().unwrap_or_default();
    state.tables.get_mut(name).ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", "Requested resource not found: Table not found")
    })
}

/// The two texts of a key: exactly those, neither of them empty.
fn key(value: &Value) -> Result<(String, String), Refusal> {
    let text = |name: &str| value[name]["S"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match (text("pk"), text("sk")) {
        (Some(pk), Some(sk)) => Ok((pk, sk)),
        _ => {
            Err(Refusal::invalid("One or more parameter values were invalid: the key is incomplete or empty"))
        }
    }
}

/// A whole item: its key, its size, and texts where an index needs them.
fn item(value: &Value) -> Result<((String, String), Item), Refusal> {
    let key = key(value)?;
    let item = value.as_object().cloned().unwrap_or_default();
    check(&item)?;
    Ok((key, item))
}

fn check(item: &Item) -> Result<(), Refusal> {
    let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
    if bytes > ITEM_BYTES_MAX {
        return Err(Refusal::invalid("Item size has exceeded the maximum allowed size"));
    }
    for name in ["gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"] {
        if item.get(name).is_some_and(|value| value["S"].as_str().is_none_or(str::is_empty)) {
            return Err(Refusal::invalid(format!("the index key {name} is no text or empty")));
        }
    }
    Ok(())
}

/// About what DynamoDB counts.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 3,
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// Whether a condition holds of what is there.
fn holds(body: &Value, current: Option<&Item>) -> Result<bool, Refusal> {
    let mut expression = Expression::of(body);
    let held = match body["ConditionExpression"].as_str() {
        None => true,
        Some(text) => expression.holds(text, current)?,
    };
    // An update counts its own use of the names and values.
    if body.get("UpdateExpression").is_none() {
        expression.check_all_used()?;
    }
    Ok(held)
}
