//! Records of writes whose step stands elsewhere since everything was read anew.

use canonical::NaturalKey;

use super::Claimed;
use crate::execution::{StepPath, StepRecord};

impl Claimed {
    /// Puts the record of a write where it is asked for: when everything was read anew, another step may say what this one
    /// said. A checkpoint is never lost by it: whose place is taken is kept aside, and found again by its natural key.
    pub fn match_write(&mut self, path: &StepPath, action: &str, key: &NaturalKey) {
        let is_it = |record: &StepRecord| {
            record.action == action && record.begun.as_ref().is_some_and(|begun| begun.key == *key)
        };
        if self.records.get(path).is_some_and(is_it) {
            return;
        }
        let twins = self.records.values().filter(|record| is_it(record));
        let twin = twins.max_by_key(|record| record.is_finished()).cloned();
        if let Some(other) = self.records.remove(path) {
            let aside = path.aside(self.execution.fence);
            self.unsaved.push(aside.clone());
            self.records.insert(aside, other);
        }
        if let Some(twin) = twin {
            self.records.insert(path.clone(), twin);
            self.unsaved.push(path.clone());
        }
    }
}
