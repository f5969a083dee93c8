//! Everything that a person needs to see of one execution.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Act, Error};
use crate::execution::{
    Execution, StepPath, StepRecord, counts, event_keys, execution_pk, is_head, linked, operated,
};
use crate::{Item, Store, StoreError};

/// One execution with all that is kept of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The head.
    pub execution: Execution,
    /// The event's text.
    pub event: String,
    /// The steps with their outputs, in the order that they ran.
    pub steps: Vec<(StepPath, StepRecord)>,
    /// What people did, oldest first.
    pub acts: Vec<Act>,
    /// What was there before it was corrected: `event`, or the path of a step, and its data.
    pub originals: Vec<(String, Value)>,
    /// What the thing that it is about is called elsewhere, by kind.
    pub names: BTreeMap<String, String>,
}

/// Reads everything of an execution.
///
/// # Errors
/// Unavailable, or a malformed row.
pub async fn show(store: &dyn Store, execution: &Execution) -> Result<Shown, StoreError> {
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let items = store.partition(&pk).await?;
    let head = items.iter().find(|item| is_head(&item.key)).map(Execution::from_item).transpose()?;
    let execution = head.unwrap_or_else(|| execution.clone());
    let mut steps: Vec<_> = StepRecord::all_of(&items)?.into_iter().collect();
    steps.sort_by_key(|(_, record)| record.place);
    let (kind, id) = execution.entity.split_once(':').unwrap_or(("entity", &execution.entity));
    let names = linked(store, &execution.pair, kind, id).await?.unwrap_or_default();
    let event = event_of(&items, &pk, execution.event_chunks)?;
    Ok(Shown { acts: Act::all_of(&items)?, originals: originals(&items), execution, event, steps, names })
}

fn event_of(items: &[Item], pk: &str, chunks: usize) -> Result<String, StoreError> {
    let text = |key: crate::Key| {
        let item = items.iter().find(|item| item.key == key);
        let body = item.and_then(|item| item.attributes.get("body")).and_then(Value::as_str);
        body.ok_or_else(|| StoreError::Malformed {
            key: key.to_string(),
            message: "the event is missing".to_owned(),
        })
    };
    event_keys(pk, chunks).into_iter().map(text).collect()
}

fn originals(items: &[Item]) -> Vec<(String, Value)> {
    let mut event = String::new();
    let mut found = Vec::new();
    for item in items {
        let Some(sk) = item.key.sk.strip_prefix(operated::ORIGINAL_PREFIX) else { continue };
        match operated::path_of(sk) {
            Some(path) => {
                let fields = item.attributes.clone().into_iter().collect();
                found.push((path.to_string(), Value::Object(fields)));
            }
            None => event.push_str(item.attributes.get("body").and_then(Value::as_str).unwrap_or_default()),
        }
    }
    if !event.is_empty() {
        found.insert(0, ("event".to_owned(), json_or_text(&event)));
    }
    found
}

fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

impl Shown {
    /// What is kept of a step.
    #[must_use]
    pub fn step(&self, path: &StepPath) -> Option<&StepRecord> {
        self.steps.iter().find(|(known, _)| known == path).map(|(_, record)| record)
    }

    /// The step that it was parked at, with what is kept of it: nothing where it never began a write.
    #[must_use]
    pub fn failed(&self) -> Option<(StepPath, Option<&StepRecord>)> {
        let path: StepPath = self.execution.parked.as_ref()?.step.parse().ok()?;
        let record = self.step(&path);
        Some((path, record))
    }

    /// The event as JSON, where it is any.
    #[must_use]
    pub fn event_json(&self) -> Value {
        json_or_text(&self.event)
    }

    /// The steps that count when it is tried again, by path.
    pub(super) fn counting(&self) -> BTreeMap<StepPath, &StepRecord> {
        let all = self.steps.iter().cloned().collect();
        let counts = counts(&self.execution, &all);
        self.steps
            .iter()
            .filter(|(_, record)| counts(record))
            .map(|(path, record)| (path.clone(), record))
            .collect()
    }

    /// The execution, where it is parked.
    pub(super) fn parked(&self) -> Result<&Execution, Error> {
        match self.execution.status {
            crate::execution::Status::Parked => Ok(&self.execution),
            _ => Err(Error::not_parked(&self.execution)),
        }
    }
}
