//! A replay that reads everything anew: what was written before is known by what it is, not by where it stood.

use super::run::Run;
use crate::Effect;
use crate::execution::{Begun, StepPath};
use crate::plan::{Step, StepKind};

impl Run<'_> {
    /// Finds the record of a write by action and natural key, where a round or a branch may stand elsewhere by now. What
    /// cannot be said anew keeps the record that its place has.
    pub(super) fn match_write(&mut self, step: &Step, path: &StepPath) {
        if self.claimed.execution().fresh_fence == 0 {
            return;
        }
        let StepKind::Use(uses) = &step.kind else { return };
        let record = self.claimed.record(path);
        let is_corrected = |begun: &Begun| begun.corrected;
        if record.is_some_and(|record| record.begun.as_ref().is_some_and(is_corrected)) {
            return;
        }
        let Some((connector, spec)) = self.connected.connector(&uses.action) else { return };
        if spec.effect == Effect::Read {
            return;
        }
        let Ok(body) = uses.with.evaluate(&self.scope) else { return };
        let Ok(key) = connector.natural_key(&uses.action, &body) else { return };
        self.claimed.match_write(path, uses.action.as_str(), &key);
    }
}
