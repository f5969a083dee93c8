//! What the owner of a claim may write. Every write is conditional on the fence: an owner who lost the lease is
//! refused, whatever it believes.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::key::execution_pk;
use super::{Begun, Execution, Link, Links, Parked, Status, StepPath, StepRecord, Waiting};
use crate::{Condition, Key, Ports, StoreError, Write};

/// A claimed execution.
#[derive(Debug)]
pub struct Claimed {
    execution: Execution,
    records: BTreeMap<StepPath, StepRecord>,
    /// Finished steps that the table does not hold yet; they go with the next `begun`.
    unsaved: Vec<StepPath>,
    links: Links,
}

/// How a claim ends.
#[derive(Debug)]
pub enum Progress {
    /// Every step has its effect.
    Done,
    /// Nothing to do, and why.
    Skipped(String),
    /// Tried again later.
    Waiting(Waiting),
    /// The time was up between two steps; goes on at the next delivery.
    Released,
}

impl Claimed {
    pub(super) fn new(execution: Execution, records: BTreeMap<StepPath, StepRecord>) -> Self {
        Self { execution, records, unsaved: Vec::new(), links: Links::default() }
    }

    /// The head row as last written.
    #[must_use]
    pub fn execution(&self) -> &Execution {
        &self.execution
    }

    /// What is kept of a step.
    #[must_use]
    pub fn record(&self, path: &StepPath) -> Option<&StepRecord> {
        self.records.get(path)
    }

    /// No request may still be running then.
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        let until = self.execution.lease_until.and_then(|until| Timestamp::from_millisecond(until).ok());
        until.unwrap_or(Timestamp::MIN)
    }

    /// Keeps what a step that writes nothing outside came to. It reaches the table with the next `begun`.
    pub fn keep(&mut self, path: StepPath, record: StepRecord) {
        let record = StepRecord { place: self.place(&path), ..record };
        self.unsaved.push(path.clone());
        self.records.insert(path, record);
    }

    /// Adds a name of what the execution is about; it reaches the table with the next checkpoint.
    pub fn link(&mut self, kind: &str, id: String) {
        self.links.add(Link { kind: kind.to_owned(), id });
    }

    /// Records that a write is about to be sent, with the outputs that led to it. `unless` names an item that must
    /// not be there (a stop).
    ///
    /// # Errors
    /// Refused: the lease is lost (write 0), or `unless` is there (the last write). Unavailable.
    pub async fn begin(
        &mut self,
        ports: &Ports,
        path: &StepPath,
        action: &str,
        begun: Begun,
        unless: Option<Key>,
    ) -> Result<(), StoreError> {
        let pk = self.pk();
        let record = StepRecord {
            place: self.place(path),
            action: action.to_owned(),
            begun: Some(begun),
            ..StepRecord::default()
        };
        let mut writes = vec![self.touched_head(ports)];
        writes.extend(self.outputs()?);
        writes.push(Write::Put { item: record.to_item(&pk, path)?, when: Vec::new() });
        if let Some(key) = unless {
            writes.push(Write::Check { key, when: vec![Condition::Absent] });
        }
        self.write(ports, writes).await?;
        self.unsaved.clear();
        self.records.insert(path.clone(), record);
        Ok(())
    }

    /// Records what a write came to, with the links in the same transaction.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable.
    pub async fn checkpoint(
        &mut self,
        ports: &Ports,
        path: &StepPath,
        output: Arc<Value>,
        duration_ms: i64,
    ) -> Result<(), StoreError> {
        let mut record = self.records.get(path).cloned().unwrap_or_default();
        record.output = output;
        record.finished_at = Some(ports.clock.now());
        record.duration_ms = duration_ms;
        // The step has its effect: what it waited for is over.
        self.execution.waiting = None;
        let mut writes = vec![self.touched_head(ports), record.to_checkpoint(&self.pk(), path)];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        self.write(ports, writes).await?;
        self.links.stored();
        self.records.insert(path.clone(), record);
        Ok(())
    }

    /// Ends the claim in order: the lease is given back and `starts` begins anew.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable: the lease runs out by itself.
    pub async fn end(&mut self, ports: &Ports, progress: Progress) -> Result<(), StoreError> {
        let now = ports.clock.now();
        self.execution.lease_owner = None;
        self.execution.lease_until = None;
        self.execution.starts = 0;
        let (status, waiting, skipped) = match progress {
            Progress::Done => (Status::Done, None, None),
            Progress::Skipped(reason) => (Status::Skipped, None, Some(reason)),
            Progress::Waiting(waiting) => (Status::Waiting, Some(waiting), None),
            Progress::Released => (Status::Waiting, self.execution.waiting.take(), None),
        };
        self.execution.status = status;
        self.execution.waiting = waiting;
        self.execution.skipped = skipped;
        self.execution.finished_at = status.is_final().then_some(now);
        let mut writes = vec![self.head(ports)?];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        if status.is_final() {
            writes.extend(self.outputs()?);
        }
        self.write(ports, writes).await
    }

    /// Parks: the row first; the letter is the caller's next act.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable.
    pub async fn park(&mut self, ports: &Ports, parked: Parked) -> Result<(), StoreError> {
        self.execution.lease_owner = None;
        self.execution.lease_until = None;
        self.execution.starts = 0;
        self.execution.status = Status::Parked;
        self.execution.parks = parked.n;
        self.execution.parked = Some(parked);
        let mut writes = vec![self.head(ports)?];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        writes.extend(self.outputs()?);
        self.write(ports, writes).await
    }

    /// Outputs of steps that wrote nothing. They go to the table with a `begun`, which a resume must see as it was,
    /// and at the end, for an operator; not with a retry, which reads again.
    fn outputs(&self) -> Result<Vec<Write>, StoreError> {
        let pk = self.pk();
        let records = self.unsaved.iter().filter_map(|path| Some((path, self.records.get(path)?)));
        records
            .map(|(path, record)| Ok(Write::Put { item: record.to_item(&pk, path)?, when: Vec::new() }))
            .collect()
    }

    /// The place of a step among those that ran: its old one, or the next.
    fn place(&self, path: &StepPath) -> usize {
        self.records.get(path).map_or(self.records.len(), |record| record.place)
    }

    fn pk(&self) -> String {
        execution_pk(&self.execution.pair, &self.execution.flow, &self.execution.event)
    }

    /// The head row as it is to be, conditional on the fence.
    fn head(&mut self, ports: &Ports) -> Result<Write, StoreError> {
        self.execution.touch(ports.clock.now());
        Ok(Write::Put { item: self.execution.to_item()?, when: self.fenced() })
    }

    /// The head row between claim and end, conditional on the fence: only its age changes, and what it waited for may be over.
    fn touched_head(&mut self, ports: &Ports) -> Write {
        self.execution.touch(ports.clock.now());
        let over = self.execution.waiting.is_none().then(|| "waiting".to_owned());
        Write::Update {
            key: self.execution.key(),
            set: self.execution.age(),
            add: BTreeMap::new(),
            remove: over.into_iter().collect(),
            when: self.fenced(),
        }
    }

    fn fenced(&self) -> Vec<Condition> {
        vec![Condition::Equals("fence", Value::from(self.execution.fence))]
    }

    async fn write(&self, ports: &Ports, writes: Vec<Write>) -> Result<(), StoreError> {
        ports.store.write(writes).await
    }
}
