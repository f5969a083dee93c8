//! Keys of the table.

use canonical::{EventId, PairId};

use crate::{FlowName, Key};

/// `sk` of the head row.
const HEAD: &str = "-";
/// Bytes of the event's text that one item holds: DynamoDB takes 400 KB an item, and one character may be 4 bytes.
pub(super) const EVENT_CHUNK_BYTES_MAX: usize = 350_000;

/// Partition of an execution and its parts.
#[must_use]
pub fn execution_pk(pair: &PairId, flow: &FlowName, event: &EventId) -> String {
    format!("X#{pair}#{flow}#{event}")
}

/// The head row of an execution.
#[must_use]
pub fn head_key(pair: &PairId, flow: &FlowName, event: &EventId) -> Key {
    Key::new(execution_pk(pair, flow, event), HEAD)
}

/// Where the event's text stands: one item, more where it is long.
#[must_use]
pub fn event_keys(pk: &str, chunks: usize) -> Vec<Key> {
    (0..chunks)
        .map(|n| Key::new(pk, if n == 0 { "event".to_owned() } else { format!("event#{n}") }))
        .collect()
}

/// Where a step's begun and checkpoint stand.
#[must_use]
pub fn step_key(pk: &str, path: &super::StepPath) -> Key {
    Key::new(pk, format!("step#{path}"))
}

/// What one thing is called across systems.
#[must_use]
pub fn link_key(pair: &PairId, kind: &str, id: &str) -> Key {
    Key::new(format!("K#{pair}#{kind}#{id}"), HEAD)
}

/// A flow document, by its hash.
#[must_use]
pub fn document_key(hash: &str) -> Key {
    Key::new(format!("F#{hash}"), HEAD)
}

/// Whether a key is that of a head row.
pub(crate) fn is_head(key: &Key) -> bool {
    key.sk == HEAD
}

/// GSI1's partition.
pub(crate) fn status_partition(pair: &PairId, status: super::Status) -> String {
    format!("{pair}#{}", status.as_str())
}

/// GSI2's partition.
pub(super) fn entity_partition(pair: &PairId, entity: &str) -> String {
    format!("{pair}#{entity}")
}
