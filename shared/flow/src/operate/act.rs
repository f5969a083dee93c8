//! The record of an act.

use std::fmt;
use std::str::FromStr;

use canonical::redact;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Change;
use crate::execution::{Execution, execution_pk, operated};
use crate::{Attributes, Condition, Item, StoreError, Write};

/// Characters of a reason that are kept.
const WHY_CHARS_MAX: usize = 500;
/// Characters of a name.
const WHO_CHARS_MAX: usize = 200;

/// Who acts: a name, a login or an ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Who(String);

/// A name under which nobody could be found later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("who acts is said in 1 to {WHO_CHARS_MAX} characters without line breaks")]
pub struct MalformedName;

impl Who {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Who {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= WHO_CHARS_MAX;
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedName)
        }
    }
}

impl TryFrom<String> for Who {
    type Error = MalformedName;

    fn try_from(text: String) -> Result<Self, MalformedName> {
        text.parse()
    }
}

impl From<Who> for String {
    fn from(who: Who) -> Self {
        who.0
    }
}

/// Who acts, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub who: Who,
    /// Why, where it was said.
    pub why: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Data was corrected; the original is kept.
    Corrected,
    /// It was asked to be tried again.
    Replayed,
    /// The same, and everything is to be read anew.
    ReplayedFresh,
    /// It was given up.
    Discarded,
    /// Its effect was found, so it is tried again by itself.
    Healed,
    /// Its row was made, or parked, because of a letter in the dead-letter queue.
    Adopted,
}

impl Deed {
    /// The word for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Replayed => "replayed",
            Self::ReplayedFresh => "replayed fresh",
            Self::Discarded => "discarded",
            Self::Healed => "healed",
            Self::Adopted => "adopted",
        }
    }
}

/// An act, as it is kept beside the execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// What.
    pub what: Deed,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it was about: `event`, `step sales_order`, or the reason that it was parked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What was corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// The attribute that holds [`Act::changes`], as text: the table takes no number that is no integer.
const CHANGES: &str = "changes";

impl Act {
    /// An act that corrects nothing.
    pub(super) fn new(at: Timestamp, by: &By, what: Deed, about: Option<String>) -> Self {
        let why = by.why.as_deref().map(str::trim).filter(|why| !why.is_empty());
        let why = why.map(|why| redact(why, WHY_CHARS_MAX));
        Self { at, who: by.who.clone(), what, why, about, changes: Vec::new() }
    }

    /// The act and the row that it makes of `before`, which must be as it was looked at.
    pub(super) fn writes(&self, before: &Execution, next: &Execution) -> Result<[Write; 2], StoreError> {
        let pk = execution_pk(&next.pair, &next.flow, &next.event);
        let key = operated::act_key(&pk, self.at, next.version);
        let malformed = |message: String| StoreError::Malformed { key: key.to_string(), message };
        let fields = serde_json::to_value(self).map_err(|error| malformed(error.to_string()))?;
        let Value::Object(fields) = fields else { return Err(malformed("is no object".to_owned())) };
        let mut attributes: Attributes = fields.into_iter().collect();
        if let Some(changes) = attributes.get_mut(CHANGES) {
            *changes = Value::from(changes.to_string());
        }
        if let Some(expires_at) = next.expires_at() {
            attributes.insert(crate::execution::EXPIRES_AT.to_owned(), Value::from(expires_at));
        }
        let unchanged = vec![Condition::Equals("version", Value::from(before.version))];
        Ok([
            Write::Put { item: next.to_item()?, when: unchanged },
            Write::Put { item: Item { key, attributes }, when: vec![Condition::Absent] },
        ])
    }

    /// The acts among the items of a partition, oldest first.
    pub(super) fn all_of(items: &[Item]) -> Result<Vec<Self>, StoreError> {
        items
            .iter()
            .filter(|item| item.key.sk.starts_with(operated::ACT_PREFIX))
            .map(Self::from_item)
            .collect()
    }

    fn from_item(item: &Item) -> Result<Self, StoreError> {
        let mut attributes = item.attributes.clone();
        let malformed = |error: serde_json::Error| StoreError::Malformed {
            key: item.key.to_string(),
            message: error.to_string(),
        };
        if let Some(Value::String(text)) = attributes.get(CHANGES) {
            let changes = serde_json::from_str(text).map_err(malformed)?;
            attributes.insert(CHANGES.to_owned(), changes);
        }
        serde_json::from_value(Value::Object(attributes.into_iter().collect())).map_err(malformed)
    }
}
