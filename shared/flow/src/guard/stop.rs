//! Reasons not to ship an order. Who stops one writes the stop first and looks for a begun fulfilment then; the fulfilment's `begun` is
//! one transaction with the condition that there is no stop. So one of the two always sees the other.

use std::collections::BTreeMap;

use canonical::PairId;
use serde_json::{Value, json};

use super::stop_key;
use crate::{Condition, Ports, Store, StoreError, Write};

/// What the reasons stand under, by name.
const REASONS: &str = "reasons";
/// How often a change is tried against others.
const RACES_MAX: u32 = 8;

/// Why an order is not to be shipped (`disputed`, `fraud`, …), by reason: who said so and when.
///
/// # Errors
/// Unavailable.
pub async fn reasons(
    store: &dyn Store,
    pair: &PairId,
    order: &str,
) -> Result<BTreeMap<String, Value>, StoreError> {
    let row = store.get(&stop_key(pair, order)).await?;
    let reasons = row.and_then(|mut row| row.attributes.remove(REASONS));
    Ok(match reasons {
        Some(Value::Object(reasons)) => reasons.into_iter().collect(),
        _ => BTreeMap::new(),
    })
}

/// Stops an order for a reason. Twice is once.
///
/// # Errors
/// Unavailable: it may have happened; do it again.
pub async fn stop(
    ports: &Ports,
    pair: &PairId,
    order: &str,
    reason: &str,
    who: &str,
) -> Result<(), StoreError> {
    let entry = json!({ "who": who, "at": ports.clock.now().to_string() });
    change(ports.store.as_ref(), pair, order, |reasons| {
        reasons.entry(reason.to_owned()).or_insert_with(|| entry.clone());
    })
    .await
}

/// Takes a reason back. Whether the order may be shipped now.
///
/// # Errors
/// Unavailable: it may have happened; do it again.
pub async fn lift(ports: &Ports, pair: &PairId, order: &str, reason: &str) -> Result<bool, StoreError> {
    change(ports.store.as_ref(), pair, order, |reasons| {
        reasons.remove(reason);
    })
    .await?;
    Ok(reasons(ports.store.as_ref(), pair, order).await?.is_empty())
}

/// Changes the reasons as one; a stop without a reason is none, and its row goes.
async fn change(
    store: &dyn Store,
    pair: &PairId,
    order: &str,
    change: impl Fn(&mut BTreeMap<String, Value>),
) -> Result<(), StoreError> {
    let key = stop_key(pair, order);
    let mut raced = None;
    for _ in 0..RACES_MAX {
        let before = reasons(store, pair, order).await?;
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        let when = if before.is_empty() {
            vec![Condition::Absent]
        } else {
            vec![Condition::Equals(REASONS, json!(before))]
        };
        let write = if after.is_empty() {
            Write::Delete { key: key.clone(), when }
        } else {
            let attributes = BTreeMap::from([(REASONS.to_owned(), json!(after))]);
            Write::Put { item: crate::Item { key: key.clone(), attributes }, when }
        };
        match store.write(vec![write]).await {
            Err(refused @ StoreError::Refused { .. }) => raced = Some(refused),
            done => return done,
        }
    }
    Err(raced.unwrap_or(StoreError::Unavailable {
        class: crate::Class::Conflict,
        message: format!("the stop of order {order} is being changed by others; try again"),
    }))
}
