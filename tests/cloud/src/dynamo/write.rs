//! `PutItem` and `TransactWriteItems`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::expression::Expression;
use super::{Item, Table, check, holds, item, key, size, table};
use crate::cloud::State;
use crate::refusal::Refusal;

/// Most writes of a transaction.
const WRITES_MAX: usize = 100;
/// Most bytes of a transaction.
const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(super) fn put(table: &mut Table, body: &Value) -> Result<Value, Refusal> {
    let (key, item) = item(&body["Item"])?;
    let current = table.items.get(&key);
    if !holds(body, current)? {
        let refusal = Refusal::new("ConditionalCheckFailedException", "The conditional request failed");
        return Err(match current {
            Some(current) if wants_old(body) => refusal.with("Item", json!(current)),
            _ => refusal,
        });
    }
    table.items.insert(key, item);
    Ok(json!({}))
}

fn wants_old(body: &Value) -> bool {
    body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
}

/// What a write of a transaction leaves: nothing where it only checks, `None` where it deletes.
type Left = Option<Option<Item>>;

pub(super) fn transact(state: &mut State, body: &Value) -> Result<Value, Refusal> {
    let writes = body["TransactItems"].as_array().cloned().unwrap_or_default();
    if writes.is_empty() || writes.len() > WRITES_MAX {
        return Err(Refusal::invalid(format!("{} writes; 1 to {WRITES_MAX} are allowed", writes.len())));
    }
    if writes.iter().map(size).sum::<usize>() > TRANSACTION_BYTES_MAX {
        return Err(Refusal::invalid("Transaction payload size cannot exceed 4 MB"));
    }
    let token = body["ClientRequestToken"].as_str().unwrap_or_default().to_owned();
    let mut seen = BTreeSet::new();
    let mut reasons = Vec::new();
    let mut effects = Vec::new();
    for write in &writes {
        let Some((verb, write)) = write.as_object().and_then(|write| write.iter().next()) else {
            return Err(Refusal::invalid("a write that is nothing"));
        };
        let place = if verb == "Put" { key(&write["Item"])? } else { key(&write["Key"])? };
        let name = write["TableName"].as_str().unwrap_or_default().to_owned();
        if !seen.insert((name.clone(), place.clone())) {
            let message = "Transaction request cannot include multiple operations on one item";
            return Err(Refusal::invalid(message));
        }
        let table = table(state, write)?;
        // The same request again has been done: it is not done twice, and is no failure.
        if !token.is_empty() && table.tokens.contains(&token) {
            return Ok(json!({}));
        }
        let current = table.items.get(&place);
        if holds(write, current)? {
            reasons.push(json!({ "Code": "None" }));
            effects.push((name, place.clone(), left(verb, write, current, &place)?));
        } else {
            let mut reason =
                json!({ "Code": "ConditionalCheckFailed", "Message": "The conditional request failed" });
            if let Some(current) = current.filter(|_| wants_old(write)) {
                reason["Item"] = json!(current);
            }
            reasons.push(reason);
        }
    }
    if effects.len() < writes.len() {
        let message = "Transaction cancelled, please refer cancellation reasons for specific reasons";
        return Err(
            Refusal::new("TransactionCanceledException", message).with("CancellationReasons", json!(reasons))
        );
    }
    for (name, place, left) in effects {
        let Some(table) = state.tables.get_mut(&name) else { continue };
        table.tokens.insert(token.clone());
        match left {
            None => {}
            Some(None) => {
                table.items.remove(&place);
            }
            Some(Some(item)) => {
                table.items.insert(place, item);
            }
        }
    }
    Ok(json!({}))
}

/// What a write leaves.
fn left(
    verb: &str,
    write: &Value,
    current: Option<&Item>,
    place: &(String, String),
) -> Result<Left, Refusal> {
    Ok(match verb {
        "Put" => Some(Some(item(&write["Item"])?.1)),
        "Delete" => Some(None),
        "ConditionCheck" if write["ConditionExpression"].is_string() => None,
        "Update" => {
            let key = json!({ "pk": { "S": place.0 }, "sk": { "S": place.1 } });
            let mut item = current.cloned().or_else(|| key.as_object().cloned()).unwrap_or_default();
            let mut expression = Expression::of(write);
            if let Some(condition) = write["ConditionExpression"].as_str() {
                expression.holds(condition, current)?;
            }
            expression.update(write["UpdateExpression"].as_str().unwrap_or_default(), &mut item)?;
            expression.check_all_used()?;
            check(&item)?;
            Some(Some(item))
        }
        _ => return Err(Refusal::invalid(format!("`{verb}` is no write that can be done here"))),
    })
}
