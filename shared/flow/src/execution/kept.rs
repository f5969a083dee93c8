//! Which of the kept steps count when an execution is claimed.

use std::collections::BTreeMap;

use super::{Execution, StepPath, StepRecord};

/// The kind of steps that only compute.
const SET: &str = "set";

/// Says of a step whether it counts, or runs anew. `records` are all that the table keeps.
///
/// - What was begun always counts: it may have its effect.
/// - What led to a begun write stays as it was, so that a check is not run against our own effect.
/// - What was read before a person asked for it anew is read again; with `--fresh`, also what led to a write.
/// - What a person has corrected stays, and what is computed is computed anew of it.
pub(crate) fn counts(
    now: &Execution,
    records: &BTreeMap<StepPath, StepRecord>,
) -> impl Fn(&StepRecord) -> bool + use<> {
    let last = records.values().filter(|record| record.is_begun()).map(|record| record.place).max();
    let (replay, fresh, corrected) = (now.replay_fence, now.fresh_fence, now.corrected_fence);
    move |record| {
        if record.is_begun() {
            return true;
        }
        if record.fence < fresh {
            return false;
        }
        if record.action == SET && record.fence < corrected && !record.corrected {
            return false;
        }
        let led_to_a_write = last.is_some_and(|last| record.place <= last);
        led_to_a_write || record.corrected || record.fence >= replay
    }
}
