//! Nothing of an execution outlives its head.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Claimed;
use crate::Write;
use crate::execution::StepPath;
use crate::execution::key::{event_keys, step_key};
use crate::execution::row::EXPIRES_AT;

impl Claimed {
    /// Times to live of the event and of the steps: they hold names and addresses, and go when the head goes.
    pub(super) fn expiries(&self, expires_at: i64) -> Vec<Write> {
        let pk = self.pk();
        let written = |path: &&StepPath| self.unsaved.contains(path) || self.amended.as_ref() == Some(*path);
        let saved = self.records.keys().filter(|path| !written(path));
        let stale = self.stale.iter().filter(|path| !self.records.contains_key(*path));
        let steps = saved.chain(stale).map(|path| step_key(&pk, path));
        let event = event_keys(&pk, self.execution.event_chunks).into_iter();
        let keys = event.chain(steps).chain(self.left.iter().cloned());
        keys.map(|key| Write::Update {
            key,
            set: BTreeMap::from([(EXPIRES_AT.to_owned(), Value::from(expires_at))]),
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: Vec::new(),
        })
        .collect()
    }
}
