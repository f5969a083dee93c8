//! The head row of an execution.

use canonical::{EventId, PairId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::key::{entity_partition, head_key, is_head, status_partition};
use crate::{Attributes, Class, FlowName, Item, Key, StoreError};

/// An execution: one event in one flow of one pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The pair.
    pub pair: PairId,
    /// The flow.
    pub flow: FlowName,
    /// The event.
    pub event: EventId,
    /// Its type, as the source names it.
    pub event_type: String,
    /// Who sent it.
    pub source: String,
    /// `<kind>:<id>` of what it is about.
    pub entity: String,
    /// One id from ingest to the last step.
    pub trace_id: String,
    /// Where it stands.
    pub status: Status,
    /// Rises with each claim; the owner's writes are conditional on it.
    pub fence: u64,
    /// Rises with each write; a claim is conditional on it.
    pub version: u64,
    /// Who has it, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// Until when, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    /// Claims since the last orderly end.
    pub starts: u32,
    /// Claims in all.
    pub attempts: u32,
    /// The flow document that it began with, and ends with.
    pub document: String,
    /// How many items hold the event.
    pub event_chunks: usize,
    /// How often it has been parked.
    pub parks: u32,
    /// Why a person must look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked: Option<Parked>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// When ingest took the event.
    pub received_at: Timestamp,
    /// When a person last had it tried again: from then on it is as patient as on its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_at: Option<Timestamp>,
    /// The fence of the claim that began it anew: what was read under a lower one may be out of date.
    #[serde(default)]
    pub replay_fence: u64,
    /// How often a person, or the sweep, has asked for it to be tried again: `r<n>` of its message.
    #[serde(default)]
    pub replays: u32,
    /// The event is no longer as it came: what the table holds counts, whatever a message says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub event_corrected: bool,
    /// The fence of the claim that reads everything anew: what was read under a lower one does not count.
    #[serde(default)]
    pub fresh_fence: u64,
    /// The fence of the first claim after a correction: what was computed under a lower one is computed anew.
    #[serde(default)]
    pub corrected_fence: u64,
    /// First claim.
    pub created_at: Timestamp,
    /// Last write.
    pub updated_at: Timestamp,
    /// Done, skipped or discarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody has it.
    Running,
    /// It is tried again later.
    Waiting,
    /// A person must look.
    Parked,
    /// A person has asked to try it again; the message is on its way.
    Queued,
    /// Every step has its effect.
    Done,
    /// Not ours, other mode, nothing to do.
    Skipped,
    /// A person gave it up.
    Discarded,
}

impl Status {
    /// All of them, in the order an operator reads them.
    pub const ALL: [Self; 7] = [
        Self::Parked,
        Self::Waiting,
        Self::Running,
        Self::Queued,
        Self::Done,
        Self::Skipped,
        Self::Discarded,
    ];

    /// The word that tables, logs and screens use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Parked => "parked",
            Self::Queued => "queued",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Discarded => "discarded",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Discarded)
    }
}

/// What stands in the place of a step where no step was to blame.
pub const NO_STEP: &str = "-";

/// Why a person must look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Which parking of the execution; its letter carries the number.
    pub n: u32,
    /// The class of the fault.
    pub class: Class,
    /// The reason in snake case (`amount_mismatch`).
    pub reason: String,
    /// The step, or `-` where no step was to blame.
    pub step: String,
    /// What happened, redacted.
    pub message: String,
    /// Who can mend it.
    pub mended_by: MendedBy,
    /// When.
    pub at: Timestamp,
}

/// Who can mend a parked execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MendedBy {
    /// Whoever gives the integration its rights and keys.
    Administrator,
    /// Whoever owns the data: the order, the SKU, the mapping.
    Merchant,
    /// Whoever runs tillbridge.
    Operator,
}

impl MendedBy {
    /// Who can mend a fault of this class.
    #[must_use]
    pub const fn of(class: Class) -> Self {
        match class {
            Class::Auth | Class::Permission => Self::Administrator,
            Class::Validation | Class::NotFound | Class::Duplicate => Self::Merchant,
            Class::Throttled | Class::Transient | Class::UnknownOutcome | Class::Conflict => Self::Operator,
        }
    }
}

/// What an execution waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The step that is tried again.
    pub step: String,
    /// How often it was tried and counted.
    pub tries: u32,
    /// Next try.
    pub retry_at: Timestamp,
    /// The class of the last fault.
    pub class: Class,
    /// Its code.
    pub code: String,
    /// What happened, redacted.
    pub message: String,
    /// What has not come yet. It stays while other steps, which run before it, meet faults of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Since when a system that it needs is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// An execution that waits for a breaker to close. The time counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it was first held up.
    pub since: Timestamp,
    /// How often it has come back since.
    pub waits: u32,
}

/// A thing that a step looks for and that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The step that looks for it.
    pub step: String,
    /// When it was first found missing: `retry_for` runs from here.
    pub since: Timestamp,
    /// How often it was looked for.
    pub looks: u32,
}

impl Execution {
    /// Its row's key.
    #[must_use]
    pub fn key(&self) -> Key {
        head_key(&self.pair, &self.flow, &self.event)
    }

    /// Its row, with the indexes and the time to live.
    ///
    /// # Errors
    /// It cannot be written as JSON (a fault of ours).
    pub(crate) fn to_item(&self) -> Result<Item, StoreError> {
        let key = self.key();
        let malformed = |message: String| StoreError::Malformed { key: key.to_string(), message };
        let Value::Object(fields) =
            serde_json::to_value(self).map_err(|error| malformed(error.to_string()))?
        else {
            return Err(malformed("is not an object".to_owned()));
        };
        let mut attributes: Attributes = fields.into_iter().collect();
        let mut index = |name: &str, value: String| attributes.insert(name.to_owned(), Value::from(value));
        index("gsi1pk", status_partition(&self.pair, self.status));
        index("gsi1sk", self.status_sort());
        index("gsi2pk", entity_partition(&self.pair, &self.entity));
        index("gsi2sk", format!("{}#{}#{}", self.created_at, self.flow, self.event));
        if let Some(expires_at) = self.expires_at() {
            attributes.insert(EXPIRES_AT.to_owned(), Value::from(expires_at));
        }
        Ok(Item { key, attributes })
    }

    /// Counts a write.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// The attributes that each write changes.
    pub(super) fn age(&self) -> Attributes {
        Attributes::from([
            ("version".to_owned(), Value::from(self.version)),
            ("updated_at".to_owned(), Value::from(self.updated_at.to_string())),
            ("gsi1sk".to_owned(), Value::from(self.status_sort())),
        ])
    }

    /// GSI1's sort attribute: the oldest change first.
    fn status_sort(&self) -> String {
        format!("{}#{}", self.updated_at, self.event)
    }

    /// Reads a row.
    ///
    /// # Errors
    /// It is not of the form that we write.
    pub fn from_item(item: &Item) -> Result<Self, StoreError> {
        let malformed = |message: String| StoreError::Malformed { key: item.key.to_string(), message };
        if !is_head(&item.key) {
            return Err(malformed("is not the head of an execution".to_owned()));
        }
        let fields = item.attributes.clone().into_iter().collect();
        serde_json::from_value(Value::Object(fields)).map_err(|error| malformed(error.to_string()))
    }

    /// Since when it is waited for: its receipt, or its last replay.
    #[must_use]
    pub fn waits_since(&self) -> Timestamp {
        self.replayed_at.map_or(self.received_at, |replayed_at| replayed_at.max(self.received_at))
    }

    /// When the store may forget it and its parts; `None` while it is not finished.
    #[must_use]
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.finished_at.map(|at| at.as_second().saturating_add(KEPT_SECONDS))
    }

    /// Whether somebody has it at `now`.
    #[must_use]
    pub fn leased_at(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now.as_millisecond())
    }
}

/// The attribute by which the store forgets an item.
pub(crate) const EXPIRES_AT: &str = "expires_at";
/// How long finished executions stay: Stripe can resend an event for 30 days, a merchant asks after 60.
const KEPT_SECONDS: i64 = 90 * 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_changes_the_attributes_of_its_age_and_no_other() {
        let at = "2026-03-02T09:14:07Z";
        let execution = serde_json::json!({
            "pair": "main", "flow": "demo", "event": "evt_1", "event_type": "charge.succeeded", "source": "stripe",
            "entity": "charge:ch_1", "trace_id": "t", "status": "running", "fence": 1, "version": 1, "starts": 1,
            "attempts": 1, "document": "hash", "event_chunks": 1, "parks": 0, "received_at": at, "created_at": at,
            "updated_at": at,
        });
        let mut execution: Execution = serde_json::from_value(execution).unwrap();
        let mut item = execution.to_item().unwrap();
        execution.touch("2026-03-02T09:14:08.5Z".parse().unwrap());
        item.attributes.extend(execution.age());
        assert_eq!(item, execution.to_item().unwrap());
    }
}
