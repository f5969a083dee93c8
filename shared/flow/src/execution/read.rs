//! What operators look at.

use std::collections::BTreeMap;

use canonical::{EventId, PairId};
use serde_json::Value;

use super::key::{entity_partition, event_keys, execution_pk, head_key, is_head, link_key, status_partition};
use super::link::ENTITY_PREFIX;
use super::{Execution, Status, StepPath, StepRecord};
use crate::{Cursor, FlowName, Index, Item, Page, Store, StoreError};

/// One execution with its steps, in the order that they ran.
#[derive(Clone, Debug)]
pub struct History {
    /// The head.
    pub execution: Execution,
    /// The steps, in the order that they ran.
    pub steps: Vec<(StepPath, StepRecord)>,
}

/// Which executions to list.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The pair.
    pub pair: PairId,
    /// The status.
    pub status: Status,
    /// The flow, or all.
    pub flow: Option<FlowName>,
    /// How many at most.
    pub limit: u32,
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

/// Executions of a status: those that changed last, the oldest change first.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn by_status(store: &dyn Store, filter: &Filter) -> Result<Vec<Execution>, StoreError> {
    let pk = status_partition(&filter.pair, filter.status);
    let wanted = |execution: &Execution| filter.flow.as_ref().is_none_or(|flow| *flow == execution.flow);
    collect(store, Index::ByStatus, &pk, filter.limit, wanted).await
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
    collect(store, Index::ByEntity, &entity_partition(pair, entity), limit, |_| true).await
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

/// Items that one request to an index asks for.
const PAGE_ITEMS: u32 = 100;

async fn collect(
    store: &dyn Store,
    index: Index,
    pk: &str,
    limit: u32,
    wanted: impl Fn(&Execution) -> bool,
) -> Result<Vec<Execution>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut from: Option<Cursor> = None;
    loop {
        let Page { items, next } = store.index(index, pk, from.take(), PAGE_ITEMS).await?;
        for item in items.iter().filter(|item| is_head(&item.key)) {
            let execution = Execution::from_item(item)?;
            if wanted(&execution) && found.len() < limit {
                found.push(execution);
            }
        }
        if next.is_none() || found.len() >= limit {
            found.reverse();
            return Ok(found);
        }
        from = next;
    }
}
