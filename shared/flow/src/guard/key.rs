//! Keys of what guards.

use canonical::PairId;

use crate::{Key, System};

/// `sk` of an item that is alone in its partition.
const ALONE: &str = "-";

/// Whether a system of a pair is asked at all.
#[must_use]
pub fn breaker_key(pair: &PairId, system: &System) -> Key {
    Key::new(format!("B#{pair}#{system}"), ALONE)
}

/// Who may write to an order of the shop.
#[must_use]
pub fn lock_key(pair: &PairId, order: &str) -> Key {
    Key::new(format!("L#{pair}#order#{order}"), ALONE)
}

/// The reasons not to ship an order.
#[must_use]
pub fn stop_key(pair: &PairId, order: &str) -> Key {
    Key::new(format!("S#{pair}#order#{order}"), ALONE)
}

/// The requests that one second took.
pub(super) fn second_key(pair: &PairId, system: &System, second: i64) -> Key {
    Key::new(format!("R#{pair}#{system}#{second}"), ALONE)
}

/// Until when a system takes only half of what it mostly takes.
pub(super) fn pace_key(pair: &PairId, system: &System) -> Key {
    Key::new(format!("R#{pair}#{system}"), ALONE)
}
