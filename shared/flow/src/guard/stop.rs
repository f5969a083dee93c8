//! Reasons not to ship an order. Who stops one writes the stop first and looks for a begun fulfilment then; the fulfilment's `begun` is
//! one transaction with the condition that there is no stop, and leaves a note in the stop's row. So one of the two always sees the
//! other, and who stops an order waits until what was under way has come to an end before it is called off.

use std::collections::BTreeMap;

use canonical::PairId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::stop_key;
use crate::{Condition, Key, Ports, Store, StoreError, Write};

/// What the reasons stand under, by name.
const REASONS: &str = "reasons";
/// What notes of begun writes begin with; the partition of the execution follows.
const BEGUN: &str = "begun#";
/// When the store may forget a row.
const EXPIRES_AT: &str = "expires_at";
/// Seconds that a row without a reason outlives its last note, until the store forgets it.
const KEPT_SECONDS: i64 = 24 * 3600;
/// How often a change is tried against others.
const RACES_MAX: u32 = 8;

/// A write that a stop forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stoppable {
    /// The stop's row.
    pub key: Key,
    /// The order, as people know it.
    pub order: String,
    /// How long the other side may still be committing a request that was given up.
    pub settle: SignedDuration,
}

impl Stoppable {
    /// Notes that the write of a step is begun, where there is no reason against it. Its request is over at `until` at the latest.
    pub(crate) fn begin(&self, step: &Key, until: Timestamp) -> Write {
        let until = until.checked_add(self.settle).unwrap_or(Timestamp::MAX);
        let note = json!({ "step": step.sk, "until": until.as_millisecond() });
        Write::Update {
            key: self.key.clone(),
            set: BTreeMap::from([
                (format!("{BEGUN}{}", step.pk), note),
                (EXPIRES_AT.to_owned(), Value::from(until.as_second().saturating_add(KEPT_SECONDS))),
            ]),
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: vec![Condition::Without(REASONS)],
        }
    }
}

/// Until when a write that began before the stop may still have an effect; `None` where all of them have come to an end.
///
/// # Errors
/// Unavailable.
pub async fn under_way(
    store: &dyn Store,
    pair: &PairId,
    order: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(row) = store.get(&stop_key(pair, order)).await? else { return Ok(None) };
    let mut last = None;
    for (name, note) in &row.attributes {
        let Some(pk) = name.strip_prefix(BEGUN) else { continue };
        let until = note["until"].as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let Some(until) = until.filter(|until| *until > now) else { continue };
        let step = store.get(&Key::new(pk, note["step"].as_str().unwrap_or_default())).await?;
        let is_over = step.is_some_and(|step| step.attributes.contains_key("finished_at"));
        if !is_over {
            last = last.max(Some(until));
        }
    }
    Ok(last)
}

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

/// Changes the reasons as one. Notes of begun writes stay: they only come where there is no reason.
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
            Condition::Without(REASONS)
        } else {
            Condition::Equals(REASONS, json!(before))
        };
        // A reason has no day on which it is forgotten.
        let (set, remove) = if after.is_empty() {
            (BTreeMap::new(), vec![REASONS.to_owned()])
        } else {
            (BTreeMap::from([(REASONS.to_owned(), json!(after))]), vec![EXPIRES_AT.to_owned()])
        };
        let write = Write::Update { key: key.clone(), set, add: BTreeMap::new(), remove, when: vec![when] };
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
