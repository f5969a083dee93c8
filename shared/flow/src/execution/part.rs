//! What is kept of a step.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use canonical::NaturalKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::key::step_key;
use crate::{Attributes, Item, StepId, StoreError, Write};

/// Where a step stands: its id, within a `for_each` behind the rounds it is in (`parcels.2.track`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepPath(String);

impl std::str::FromStr for StepPath {
    type Err = std::convert::Infallible;

    /// Any text may be asked for; whether there is such a step is seen in the table.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl StepPath {
    /// A step of the flow itself, or of a round.
    #[must_use]
    pub fn new(round: Option<&str>, id: &StepId) -> Self {
        Self(round.map_or_else(|| id.to_string(), |round| format!("{round}.{id}")))
    }

    /// Round `n` of a `for_each` at this path.
    #[must_use]
    pub fn round(&self, n: usize) -> String {
        format!("{self}.{n}")
    }

    /// Where a checkpoint is kept whose place another write has taken in the claim of this fence.
    pub(super) fn aside(&self, fence: u64) -> Self {
        Self(format!("{self}~{fence}"))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept of a step: for writes `begun` first, then the output; for all others the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its place among the steps that ran, from 0.
    #[serde(default)]
    pub place: usize,
    /// The fence of the claim in which it ran.
    #[serde(default)]
    pub fence: u64,
    /// The action, or the kind of step.
    pub action: String,
    /// Set before a write is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// Set after it answered. `output` may be null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// What later steps see.
    #[serde(default, with = "shared", skip_serializing_if = "is_null")]
    pub output: Arc<Value>,
    /// How long the step took, milliseconds.
    #[serde(default)]
    pub duration_ms: i64,
    /// A person has corrected the output: it is not read again until everything is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

/// A write that may have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// What names the effect in the system that holds it.
    pub key: NaturalKey,
    /// The step's input, so that a repeat sends the same.
    #[serde(with = "shared")]
    pub body: Arc<Value>,
    /// When it was last begun.
    pub at: Timestamp,
    /// When the request was given up: its answer was lost, or its process stopped. The other side may be committing from
    /// here on for its settle time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up_at: Option<Timestamp>,
    /// When it was first begun with this generation.
    pub first_at: Timestamp,
    /// Of the idempotency key.
    pub generation: u32,
    /// The fence of whoever began it.
    pub fence: u64,
    /// The other side stores its answer for this generation's key: only a new generation helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answer_is_stored: bool,
    /// It was refused for what it says, and parked: a replay says it anew, from settings and data as they are then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// A person has corrected the body: it is sent as it is here, and not made anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

impl StepRecord {
    /// Whether the step has its effect.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.finished_at.is_some()
    }

    /// Whether a write was begun, whatever came of it.
    #[must_use]
    pub const fn is_begun(&self) -> bool {
        self.begun.is_some()
    }

    pub(crate) fn to_item(&self, pk: &str, path: &StepPath) -> Result<Item, StoreError> {
        let key = step_key(pk, path);
        let Ok(Value::Object(fields)) = serde_json::to_value(self.without_data()) else {
            let message = "cannot be written as JSON".into();
            return Err(StoreError::Malformed { key: key.to_string(), message });
        };
        let mut attributes: Attributes = fields.into_iter().collect();
        if !is_null(&self.output) {
            attributes.insert("output".to_owned(), Value::clone(&self.output));
        }
        if let (Some(begun), Some(Value::Object(fields))) = (&self.begun, attributes.get_mut("begun")) {
            fields.insert("body".to_owned(), Value::clone(&begun.body));
        }
        Ok(Item { key, attributes })
    }

    /// All but the output and the body. Those are JSON already; to write them as JSON once more costs more than all else.
    fn without_data(&self) -> Self {
        let begun = self.begun.as_ref().map(|begun| Begun { body: Arc::default(), ..begun.clone() });
        Self { output: Arc::default(), begun, action: self.action.clone(), ..*self }
    }

    /// What a checkpoint adds to the item that `begin` has put.
    pub(super) fn to_checkpoint(&self, pk: &str, path: &StepPath) -> Write {
        let mut set = Attributes::from([("duration_ms".to_owned(), Value::from(self.duration_ms))]);
        if let Some(at) = self.finished_at {
            set.insert("finished_at".to_owned(), Value::from(at.to_string()));
        }
        if !is_null(&self.output) {
            set.insert("output".to_owned(), Value::clone(&self.output));
        }
        Write::Update {
            key: step_key(pk, path),
            set,
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: Vec::new(),
        }
    }

    /// Reads the steps among the items of a partition.
    pub(crate) fn all_of(items: &[Item]) -> Result<BTreeMap<StepPath, Self>, StoreError> {
        items
            .iter()
            .filter_map(|item| Some((item, item.key.sk.strip_prefix("step#")?)))
            .map(|(item, path)| {
                let fields = item.attributes.clone().into_iter().collect();
                let record = serde_json::from_value(Value::Object(fields)).map_err(|error| {
                    StoreError::Malformed { key: item.key.to_string(), message: error.to_string() }
                })?;
                Ok((StepPath(path.to_owned()), record))
            })
            .collect()
    }
}

fn is_null(value: &Arc<Value>) -> bool {
    value.is_null()
}

/// JSON that the engine and its scope hold together.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(value: &Arc<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Value>, D::Error> {
        Value::deserialize(deserializer).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_checkpoint_completes_the_item_that_begin_has_put() {
        let at = "2026-03-02T09:14:07.25Z";
        let begun = json!({
            "key": "tb:acct_1:charge:ch_1", "body": { "order": 42 }, "at": at, "first_at": at, "generation": 1, "fence": 3,
        });
        let record = json!({ "place": 4, "action": "a.b.c", "begun": begun });
        let record: StepRecord = serde_json::from_value(record).unwrap();
        let path = StepPath("paid".to_owned());
        for output in [json!({ "id": 7 }), Value::Null] {
            let finished_at = Some(at.parse().unwrap());
            let finished =
                StepRecord { output: Arc::new(output), finished_at, duration_ms: 12, ..record.clone() };
            let mut item = record.to_item("X", &path).unwrap();
            let Write::Update { key, set, .. } = finished.to_checkpoint("X", &path) else {
                panic!("not an update")
            };
            assert_eq!(key, item.key);
            item.attributes.extend(set);
            assert_eq!(item, finished.to_item("X", &path).unwrap());
            assert_eq!(StepRecord::all_of(&[item]).unwrap(), [(path.clone(), finished)].into());
        }
    }
}
