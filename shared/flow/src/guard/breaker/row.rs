//! The breakers' rows: read, and changed from what was read, so that of several processes one wins.

use canonical::PairId;
use jiff::Timestamp;
use serde_json::Value;

use super::{Breaker, ByHand};
use crate::guard::breaker_key;
use crate::{Condition, Item, Ports, Store, StoreError, System, Write};

/// How often a change is tried against others.
const RACES_MAX: u32 = 6;

/// The breaker of a system; closed where nothing ever happened.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn read(store: &dyn Store, pair: &PairId, system: &System) -> Result<Breaker, StoreError> {
    let key = breaker_key(pair, system);
    let Some(item) = store.get(&key).await? else { return Ok(Breaker::default()) };
    let fields = item.attributes.into_iter().collect();
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| StoreError::Malformed { key: key.to_string(), message: error.to_string() })
}

/// Changes a breaker as `change` says, against whoever changes it at the same time; gives it as it is then. A change that changes
/// nothing writes nothing.
///
/// # Errors
/// Unavailable: it may have happened. Refused: others changed it again and again.
pub async fn change(
    store: &dyn Store,
    pair: &PairId,
    system: &System,
    change: impl Fn(&mut Breaker) + Send + Sync,
) -> Result<Breaker, StoreError> {
    let mut raced = None;
    for _ in 0..RACES_MAX {
        let before = read(store, pair, system).await?;
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(after);
        }
        after.version = before.version + 1;
        match store.write(vec![put(pair, system, &before, &after)?]).await {
            Ok(()) => return Ok(after),
            Err(refused @ StoreError::Refused { .. }) => raced = Some(refused),
            Err(error) => return Err(error),
        }
    }
    Err(raced.unwrap_or(StoreError::Refused { write: 0, current: None }))
}

/// Becomes the one that asks: only from the row as it was read, so that one of several wins. Whether it is.
///
/// # Errors
/// Unavailable: it may have happened, and shows when it is read again.
pub async fn win_probe(
    store: &dyn Store,
    pair: &PairId,
    system: &System,
    read: &Breaker,
    execution: &str,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let mut after = read.clone();
    after.probed(execution, until);
    after.version = read.version + 1;
    match store.write(vec![put(pair, system, read, &after)?]).await {
        Ok(()) => Ok(true),
        Err(StoreError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Every breaker of these systems that is not closed, or counts failures.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn troubled(
    store: &dyn Store,
    pair: &PairId,
    systems: &[System],
) -> Result<Vec<(System, Breaker)>, StoreError> {
    let mut troubled = Vec::new();
    for system in systems {
        let breaker = read(store, pair, system).await?;
        if !breaker.is_untroubled() {
            troubled.push((system.clone(), breaker));
        }
    }
    Ok(troubled)
}

/// A person says that the system is well. Gives the breaker as it was.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn close(
    ports: &Ports,
    pair: &PairId,
    system: &System,
    who: &str,
    why: &str,
) -> Result<Breaker, StoreError> {
    let store = ports.store.as_ref();
    let before = read(store, pair, system).await?;
    let by_hand = ByHand { who: who.to_owned(), at: ports.clock.now(), why: why.to_owned() };
    change(store, pair, system, |breaker| {
        breaker.succeeded();
        breaker.closed_by_hand = Some(by_hand.clone());
    })
    .await?;
    Ok(before)
}

fn put(pair: &PairId, system: &System, before: &Breaker, after: &Breaker) -> Result<Write, StoreError> {
    let key = breaker_key(pair, system);
    let malformed = |message: String| StoreError::Malformed { key: key.to_string(), message };
    let Value::Object(fields) = serde_json::to_value(after).map_err(|error| malformed(error.to_string()))?
    else {
        return Err(malformed("is not an object".to_owned()));
    };
    let when = match before.version {
        0 => vec![Condition::Absent],
        version => vec![Condition::Equals("version", Value::from(version))],
    };
    let item = Item { key, attributes: fields.into_iter().collect() };
    Ok(Write::Put { item, when })
}
