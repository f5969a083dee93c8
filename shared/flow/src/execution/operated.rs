//! Keys of what operators leave beside an execution: their acts, and what was there before they corrected it.

use jiff::Timestamp;

use super::StepPath;
use crate::Key;

/// `sk` of acts begins with this.
pub(crate) const ACT_PREFIX: &str = "act#";
/// `sk` of originals begins with this; what follows is the `sk` of what was corrected.
pub(crate) const ORIGINAL_PREFIX: &str = "original#";

/// Where an act stands: by time, and by the version of the row that it made.
pub(crate) fn act_key(pk: &str, at: Timestamp, version: u64) -> Key {
    Key::new(pk, format!("{ACT_PREFIX}{at:.6}#{version:08}"))
}

/// Where the original of an item stands.
pub(crate) fn original_key(key: &Key) -> Key {
    Key::new(&key.pk, format!("{ORIGINAL_PREFIX}{}", key.sk))
}

/// The path of the step that an `sk` is about.
pub(crate) fn path_of(sk: &str) -> Option<StepPath> {
    sk.strip_prefix("step#").and_then(|path| path.parse().ok())
}

/// Whether an item was left by an operator.
pub(crate) fn is_left(key: &Key) -> bool {
    key.sk.starts_with(ACT_PREFIX) || key.sk.starts_with(ORIGINAL_PREFIX)
}
