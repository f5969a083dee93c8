//! What the owner of a claim may write. Every write is conditional on the fence: an owner who lost the lease is
//! refused, whatever it believes.

mod expiry;
mod moved;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::key::{execution_pk, step_key};
use super::row::EXPIRES_AT;
use super::{Begun, Execution, Link, Links, Parked, Status, StepPath, StepRecord, Waiting};
use crate::guard::{Lock, Stoppable};
use crate::{Condition, Item, Key, Ports, StoreError, Write};

/// Writes that one transaction takes.
const WRITES_MAX: usize = 100;
/// Outputs that go with one transaction: beside them are the head, a step, a stop and the links.
const OUTPUTS_MAX: usize = 60;

/// A claimed execution.
#[derive(Debug)]
pub struct Claimed {
    execution: Execution,
    records: BTreeMap<StepPath, StepRecord>,
    /// Finished steps that the table does not hold yet; they go with the next `begun`.
    unsaved: Vec<StepPath>,
    /// A begun write of which something was learned that the table does not hold yet.
    amended: Option<StepPath>,
    /// Steps that the table holds and that do not count any more: they run anew, or not at all.
    stale: Vec<StepPath>,
    links: Links,
    /// The order that it writes to, and until when it keeps the lock after the claim; `None`: no longer.
    lock: Option<(Lock, Option<Timestamp>)>,
    /// What operators have left beside the steps: it goes when the head goes.
    left: Vec<Key>,
}

/// What must hold in the transaction that begins a write.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// A stop that must not be there, and learns of the write.
    pub unless: Option<Stoppable>,
    /// What nobody else may write to meanwhile.
    pub lock: Option<Lock>,
}

/// Why a write was not begun. Nothing was sent.
#[derive(Debug)]
pub enum BeginError {
    /// [`Guards::unless`] is there.
    Stopped(Option<Item>),
    /// Somebody else has [`Guards::lock`].
    Locked(Option<Item>),
    /// The lease is lost, or the table cannot be used.
    Store(StoreError),
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
        let (unsaved, stale) = (Vec::new(), Vec::new());
        Self {
            execution,
            records,
            unsaved,
            amended: None,
            stale,
            links: Links::default(),
            lock: None,
            left: Vec::new(),
        }
    }

    /// Keeps only the records of which this holds.
    pub(super) fn retain(mut self, holds: impl Fn(&StepRecord) -> bool) -> Self {
        self.stale = self.records.extract_if(.., |_, record| !holds(record)).map(|(path, _)| path).collect();
        self
    }

    /// What operators have left, and a begun write of which the claim itself has learned something.
    pub(super) fn with(self, left: Vec<Key>, amended: Option<StepPath>) -> Self {
        Self { left, amended, ..self }
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
        let record = StepRecord { place: self.place(&path), fence: self.execution.fence, ..record };
        self.unsaved.push(path.clone());
        self.records.insert(path, record);
    }

    /// Adds a name of what the execution is about; it reaches the table with the next checkpoint.
    pub fn link(&mut self, kind: &str, id: String) {
        self.links.add(Link { kind: kind.to_owned(), id });
    }

    /// Notes what became of a begun write that has no checkpoint; it reaches the table when the claim ends.
    pub fn amend(&mut self, path: &StepPath, change: impl FnOnce(&mut Begun)) {
        if let Some(begun) = self.records.get_mut(path).and_then(|record| record.begun.as_mut()) {
            change(begun);
            self.amended = Some(path.clone());
        }
    }

    /// Whether any write below a path was begun.
    #[must_use]
    pub fn has_begun_below(&self, path: &str) -> bool {
        let below =
            |step: &StepPath| step.as_str().strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        self.records.iter().any(|(step, record)| record.is_begun() && below(step))
    }

    /// Whatever it was held up by is over: how long that took counts for nothing.
    pub fn resume(&mut self, now: Timestamp) {
        let Some(waiting) = self.execution.waiting.as_mut() else { return };
        let Some(held) = waiting.held.take() else { return };
        if let Some(missing) = waiting.missing.as_mut() {
            let lost = now.duration_since(held.since);
            missing.since = missing.since.checked_add(lost).unwrap_or(missing.since);
        }
    }

    /// A request of the begun write was given up and may still be under way: the lock stays until then.
    pub fn keep_lock(&mut self, given_up_at: Timestamp) {
        if let Some((lock, until)) = self.lock.as_mut() {
            *until = given_up_at.checked_add(lock.settle).ok();
        }
    }

    /// Records that a write is about to be sent, with the outputs that led to it, where the guards let it.
    ///
    /// # Errors
    /// It is stopped, or locked by another; the lease is lost; the table is unavailable.
    pub async fn begin(
        &mut self,
        ports: &Ports,
        path: &StepPath,
        action: &str,
        begun: Begun,
        guards: Guards,
    ) -> Result<(), BeginError> {
        self.unsaved.retain(|unsaved| unsaved != path);
        self.save_surplus(ports).await.map_err(BeginError::Store)?;
        let record = StepRecord {
            place: self.place(path),
            fence: self.execution.fence,
            action: action.to_owned(),
            begun: Some(begun),
            ..StepRecord::default()
        };
        let mut writes = vec![self.touched_head(ports)];
        writes.extend(self.outputs().map_err(BeginError::Store)?);
        writes.push(self.put(path, &record).map_err(BeginError::Store)?);
        let (mut stop_at, mut lock_at) = (None, None);
        if let Some(stoppable) = guards.unless {
            stop_at = Some(writes.len());
            writes.push(stoppable.begin(&step_key(&self.pk(), path), self.lease_until()));
        }
        if let Some(lock) = &guards.lock {
            lock_at = Some(writes.len());
            // As long as a request that is sent within the lease may be committing.
            let until = self.lease_until().checked_add(lock.settle).unwrap_or(Timestamp::MAX);
            writes.push(lock.take(ports.clock.now(), until));
        }
        match ports.store.write(writes).await {
            Err(StoreError::Refused { write, current }) if Some(write) == stop_at => {
                return Err(BeginError::Stopped(current));
            }
            Err(StoreError::Refused { write, current }) if Some(write) == lock_at => {
                return Err(BeginError::Locked(current));
            }
            written => written.map_err(BeginError::Store)?,
        }
        self.unsaved.clear();
        self.amended = None;
        self.lock = guards.lock.map(|lock| (lock, None));
        self.records.insert(path.clone(), record);
        Ok(())
    }

    /// Writes what belongs together and lets go of the lock, if one is held. A lock that is another's by now (the lease ran out,
    /// and nobody took the execution) is no reason not to write.
    async fn write_and_unlock(&mut self, ports: &Ports, mut writes: Vec<Write>) -> Result<(), StoreError> {
        let Some((lock, until)) = self.lock.take() else { return ports.store.write(writes).await };
        let lock_at = writes.len();
        let rest = writes.clone();
        writes.push(until.map_or_else(|| lock.give_back(), |until| lock.keep(until)));
        match ports.store.write(writes).await {
            Err(StoreError::Refused { write, .. }) if write == lock_at => ports.store.write(rest).await,
            written => written,
        }
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
        // A record that has moved here is not in the table yet.
        let is_new = self.unsaved.contains(path);
        let step = if is_new { self.put(path, &record)? } else { record.to_checkpoint(&self.pk(), path) };
        let mut writes = vec![self.touched_head(ports), step];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        self.write_and_unlock(ports, writes).await?;
        self.links.stored();
        self.amended = None;
        self.unsaved.retain(|unsaved| unsaved != path);
        self.records.insert(path.clone(), record);
        Ok(())
    }

    /// Ends the claim in order: the lease is given back and `starts` begins anew.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable: the lease runs out by itself.
    pub async fn end(&mut self, ports: &Ports, progress: Progress) -> Result<(), StoreError> {
        let now = ports.clock.now();
        let (status, waiting, skipped) = match progress {
            Progress::Done => (Status::Done, None, None),
            Progress::Skipped(reason) => (Status::Skipped, None, Some(reason)),
            Progress::Waiting(waiting) => (Status::Waiting, Some(waiting), None),
            Progress::Released => (Status::Waiting, self.execution.waiting.take(), None),
        };
        if status.is_final() {
            self.save_surplus(ports).await?;
        }
        self.release(status);
        self.execution.waiting = waiting;
        self.execution.skipped = skipped;
        self.execution.finished_at = status.is_final().then_some(now);
        let mut writes = vec![self.head(ports)?];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        writes.extend(self.amendment()?);
        if let Some(expires_at) = self.execution.expires_at() {
            writes.extend(self.outputs()?);
            writes.extend(self.expiries(expires_at));
        }
        // One place is the lock's.
        let surplus = writes.split_off(writes.len().min(WRITES_MAX - 1));
        self.write_and_unlock(ports, writes).await?;
        // Only times to live are left, and nothing depends on when they are written.
        for some in surplus.chunks(WRITES_MAX) {
            ports.store.write(some.to_vec()).await?;
        }
        Ok(())
    }

    /// Parks: the row first; the letter is the caller's next act.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable.
    pub async fn park(&mut self, ports: &Ports, parked: Parked) -> Result<(), StoreError> {
        self.save_surplus(ports).await?;
        self.set_parked(parked);
        let mut writes = vec![self.head(ports)?];
        writes.extend(self.links.writes(&self.execution.pair, &self.execution.entity));
        writes.extend(self.amendment()?);
        writes.extend(self.outputs()?);
        self.write_and_unlock(ports, writes).await
    }

    /// Parks by the head alone, where the table does not take what goes with it.
    ///
    /// # Errors
    /// Refused: the lease is lost. Unavailable.
    pub async fn park_bare(&mut self, ports: &Ports, parked: Parked) -> Result<(), StoreError> {
        self.set_parked(parked);
        let head = self.head(ports)?;
        self.write_and_unlock(ports, vec![head]).await
    }

    fn set_parked(&mut self, parked: Parked) {
        self.release(Status::Parked);
        // An end that the table refused is none: what is parked has no day on which it goes.
        (self.execution.finished_at, self.execution.skipped) = (None, None);
        (self.execution.parks, self.execution.parked) = (parked.n, Some(parked));
    }

    fn release(&mut self, status: Status) {
        self.execution.lease_owner = None;
        self.execution.lease_until = None;
        self.execution.starts = 0;
        self.execution.status = status;
    }

    /// Writes early what one transaction does not hold beside what belongs together.
    async fn save_surplus(&mut self, ports: &Ports) -> Result<(), StoreError> {
        while self.unsaved.len() > OUTPUTS_MAX {
            let rest = self.unsaved.split_off(OUTPUTS_MAX);
            let mut writes = vec![self.head(ports)?];
            writes.extend(self.outputs()?);
            ports.store.write(writes).await?;
            self.unsaved = rest;
        }
        Ok(())
    }

    /// What was learned of a begun write.
    fn amendment(&self) -> Result<Option<Write>, StoreError> {
        let amended = self.amended.as_ref().and_then(|path| Some((path, self.records.get(path)?)));
        amended.map(|(path, record)| self.put(path, record)).transpose()
    }

    fn put(&self, path: &StepPath, record: &StepRecord) -> Result<Write, StoreError> {
        let mut item = record.to_item(&self.pk(), path)?;
        if let Some(expires_at) = self.execution.expires_at() {
            item.attributes.insert(EXPIRES_AT.to_owned(), Value::from(expires_at));
        }
        Ok(Write::Put { item, when: Vec::new() })
    }

    /// Outputs of steps that wrote nothing. They go to the table with a `begun`, which a resume must see as it was,
    /// and at the end, for an operator; not with a retry, which reads again.
    fn outputs(&self) -> Result<Vec<Write>, StoreError> {
        let records = self.unsaved.iter().filter_map(|path| Some((path, self.records.get(path)?)));
        records.map(|(path, record)| self.put(path, record)).collect()
    }

    /// The place of a step among those that ran: its old one, or the next.
    fn place(&self, path: &StepPath) -> usize {
        // A write that is begun again after everything was read anew comes after what it was made of.
        let is_current = |record: &&StepRecord| record.fence >= self.execution.fresh_fence;
        let next = || self.records.values().map(|record| record.place + 1).max().unwrap_or(0);
        self.records.get(path).filter(is_current).map_or_else(next, |record| record.place)
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
}
