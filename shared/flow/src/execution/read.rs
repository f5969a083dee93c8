//! What operators look at.

use std::collections::BTreeMap;

use canonical::{EventId, PairId};
use serde_json::Value;

use super::key::{entity_partition, event_keys, execution_pk, head_key, is_head, link_key};
use super::link::ENTITY_PREFIX;
use super::{Execution, StepPath, StepRecord};
use crate::{Cursor, FlowName, Index, Item, Page, Store, StoreError};

/// Items that one request to an index asks for.
const PAGE_ITEMS: u32 = 100;

/// One execution with its steps, in the order that they ran.
#[derive(Clone, Debug)]
pub struct History {
    /// The head.
    pub execution: Execution,
    /// The steps, in the order that they ran.
    pub steps: Vec<(StepPath, StepRecord)>,
}

/// The execution of an event in a flow.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn execution_by_event(
    store: &dyn Store,
    pair: &PairId,
    flow: &FlowName,
    event: &EventId,
) -> Result<Option<Execution>, StoreError> {
    store.get(&head_key(pair, flow, event)).await?.as_ref().map(Execution::from_item).transpose()
}

/// An execution with its steps.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn history(store: &dyn Store, execution: &Execution) -> Result<History, StoreError> {
    let items = store.partition(&execution_pk(&execution.pair, &execution.flow, &execution.event)).await?;
    let head = items.iter().find(|item| is_head(&item.key)).map(Execution::from_item).transpose()?;
    let mut steps: Vec<(StepPath, StepRecord)> = StepRecord::all_of(&items)?.into_iter().collect();
    steps.sort_by_key(|(_, record)| record.place);
    Ok(History { execution: head.unwrap_or_else(|| execution.clone()), steps })
}

/// The event as it came.
///
/// # Errors
/// Unavailable, or a part is missing.
pub async fn read_event(store: &dyn Store, execution: &Execution) -> Result<String, StoreError> {
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let mut body = String::new();
    for key in event_keys(&pk, execution.event_chunks) {
        let missing =
            || StoreError::Malformed { key: key.to_string(), message: "the event is missing".to_owned() };
        let item = store.get(&key).await?.ok_or_else(missing)?;
        body.push_str(item.attributes.get("body").and_then(Value::as_str).ok_or_else(missing)?);
    }
    Ok(body)
}

/// What happened to an entity (`payment_intent:pi_1`) last, oldest first.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn by_entity(
    store: &dyn Store,
    pair: &PairId,
    entity: &str,
    limit: u32,
) -> Result<Vec<Execution>, StoreError> {
    let (pk, limit) = (entity_partition(pair, entity), usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = Vec::new();
    let mut from: Option<Cursor> = None;
    loop {
        let Page { items, next } = store.index(Index::ByEntity, &pk, from.take(), PAGE_ITEMS).await?;
        let heads = items.iter().filter(|item| is_head(&item.key)).take(limit - found.len());
        found.extend(heads.map(Execution::from_item).collect::<Result<Vec<_>, _>>()?);
        if next.is_none() || found.len() >= limit {
            found.reverse();
            return Ok(found);
        }
        from = next;
    }
}

/// What a thing is called elsewhere, by kind.
///
/// # Errors
/// Unavailable.
pub async fn linked(
    store: &dyn Store,
    pair: &PairId,
    kind: &str,
    id: &str,
) -> Result<Option<BTreeMap<String, String>>, StoreError> {
    let item = store.get(&link_key(pair, kind, id)).await?;
    Ok(item.map(|item| texts(item).filter(|(name, _)| !name.starts_with(ENTITY_PREFIX)).collect()))
}

/// The entities that met a thing, whose executions ([`by_entity`]) tell its story.
///
/// # Errors
/// Unavailable.
pub async fn entities(
    store: &dyn Store,
    pair: &PairId,
    kind: &str,
    id: &str,
) -> Result<Vec<String>, StoreError> {
    let item = store.get(&link_key(pair, kind, id)).await?;
    let names = item.into_iter().flat_map(texts);
    Ok(names.filter(|(name, _)| name.starts_with(ENTITY_PREFIX)).map(|(_, entity)| entity).collect())
}

fn texts(item: Item) -> impl Iterator<Item = (String, String)> {
    let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    item.attributes.into_iter().filter_map(text)
}
