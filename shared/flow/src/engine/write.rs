//! Writes: begin, send, checkpoint; and after a begin without a checkpoint: settle, find twice, only then send again.

use std::sync::Arc;

use canonical::NaturalKey;
use jiff::SignedDuration;
use serde_json::Value;

use super::ending::{Ending, park};
use super::run::Run;
use crate::execution::{BeginError, Begun, Guards, StepPath, execution_pk};
use crate::expression::Expression;
use crate::guard::{Lock, Stoppable, lock, lock_key, stop_key};
use crate::plan::Use;
use crate::{Class, Connector, Fault};

/// Between the two finds that precede a repeated write: the first may have met a request that was still committing.
const BETWEEN_FINDS: SignedDuration = SignedDuration::from_secs(2);
/// A settle time up to here is waited for in place; a longer one gives the message back.
const SETTLE_IN_PLACE_MAX: SignedDuration = SignedDuration::from_secs(6);
/// Stripe keeps an idempotency key for 24 h at least; after this a find decides and a new key is used.
const KEY_AGE_MAX: SignedDuration = SignedDuration::from_hours(20);

impl Run<'_> {
    /// Brings a write about; its output is checkpointed.
    pub(super) async fn write(
        &mut self,
        path: &StepPath,
        uses: &Use,
        connector: &dyn Connector,
        settle: SignedDuration,
        locks: Option<&'static str>,
    ) -> Result<Arc<Value>, Ending> {
        let action = &uses.action;
        let unless = match &uses.unless_stopped {
            Some(order) => Some(self.stop_of(path, order, settle)?),
            None => None,
        };
        let started = self.engine.ports.clock.now();
        let earlier = self.claimed.record(path).and_then(|record| record.begun.clone());
        let begun = match earlier {
            None => self.first(path, uses, connector, 0)?,
            Some(begun) if begun.refused && begun.corrected => self.corrected(begun),
            Some(begun) if begun.refused => self.first(path, uses, connector, begun.generation + 1)?,
            Some(begun) => match self.found(path, uses, connector, &begun, settle).await? {
                Some(output) => return self.checkpoint(path, output, started).await,
                None => self.next_generation(begun),
            },
        };
        let lock = match locks {
            Some(order) => Some(self.lock_of(path, uses, &begun.body, order, settle)?),
            None => None,
        };
        self.begin(path, action.as_str(), begun.clone(), Guards { unless, lock }).await?;
        let call = self.call(begun.generation);
        let answer = connector.run(action, &call, Value::clone(&begun.body)).await;
        let fault = match self.asked(uses, answer).await {
            Ok(output) => return self.checkpoint(path, output, started).await,
            Err(fault) if fault.class == Class::Duplicate => {
                let found = connector.find(action, &call, Arc::unwrap_or_clone(begun.body)).await;
                match self.asked(uses, found).await {
                    Ok(Some(output)) => return self.checkpoint(path, output, started).await,
                    Ok(None) => fault,
                    Err(fault) => fault,
                }
            }
            Err(fault) => fault,
        };
        let ending = self.fault(path, fault.clone(), Some(uses));
        let given_up_at = self.engine.ports.clock.now();
        if fault.is_open() {
            self.claimed.keep_lock(given_up_at);
        }
        let refused = matches!(ending, Ending::Park { .. }) && fault.refuses_content();
        self.claimed.amend(path, |begun| {
            begun.given_up_at = Some(given_up_at);
            begun.answer_is_stored = fault.answer_is_stored;
            begun.refused = refused;
        });
        Err(ending)
    }

    /// A write that is said for the first time, or anew.
    fn first(
        &self,
        path: &StepPath,
        uses: &Use,
        connector: &dyn Connector,
        generation: u32,
    ) -> Result<Begun, Ending> {
        let body = self.evaluated(path, uses.with.evaluate(&self.scope))?;
        let key = connector
            .natural_key(&uses.action, &body)
            .map_err(|fault| self.fault(path, fault, Some(uses)))?;
        Ok(self.begun(key, body, generation))
    }

    /// A write that was refused, as a person has corrected it.
    fn corrected(&self, begun: Begun) -> Begun {
        let said = self.begun(begun.key, Value::Null, begun.generation + 1);
        Begun { body: begun.body, corrected: true, ..said }
    }

    /// What is recorded before a write is sent.
    pub(super) fn begun(&self, key: NaturalKey, body: Value, generation: u32) -> Begun {
        let now = self.engine.ports.clock.now();
        let fence = self.claimed.execution().fence;
        let (answer_is_stored, refused, corrected) = (false, false, false);
        Begun {
            key,
            body: Arc::new(body),
            at: now,
            given_up_at: None,
            first_at: now,
            generation,
            fence,
            answer_is_stored,
            refused,
            corrected,
        }
    }

    /// The order whose stop forbids the write. Nothing in its place would be an order that nobody ever stops.
    fn stop_of(
        &self,
        path: &StepPath,
        order: &Expression,
        settle: SignedDuration,
    ) -> Result<Stoppable, Ending> {
        let order = match self.evaluated(path, order.evaluate(&self.scope))? {
            Value::String(order) if !order.is_empty() => order,
            Value::Number(order) => order.to_string(),
            other => {
                let message =
                    format!("`unless_stopped` names no order but {other}; correct the flow document");
                return Err(park(path, Fault::new(Class::Validation, "malformed_stop", message)));
            }
        };
        Ok(Stoppable { key: stop_key(&self.delivery.pair, &order), order, settle })
    }

    /// The lock of the order that the write is about.
    fn lock_of(
        &self,
        path: &StepPath,
        uses: &Use,
        body: &Value,
        order: &str,
        settle: SignedDuration,
    ) -> Result<Lock, Ending> {
        let order = match body.pointer(order) {
            Some(Value::String(order)) if !order.is_empty() => order.clone(),
            Some(Value::Number(order)) => order.to_string(),
            _ => {
                let message =
                    format!("`{}` names no order at {order}; correct the flow document", uses.action);
                return Err(park(path, Fault::new(Class::Validation, "malformed_lock", message)));
            }
        };
        let execution = self.claimed.execution();
        let owner = execution_pk(&execution.pair, &execution.flow, &execution.event);
        Ok(Lock { key: lock_key(&execution.pair, &order), owner, settle })
    }

    /// Looks for the effect of a write that may have been sent: after the settle time, twice.
    async fn found(
        &mut self,
        path: &StepPath,
        uses: &Use,
        connector: &dyn Connector,
        begun: &Begun,
        settle: SignedDuration,
    ) -> Result<Option<Value>, Ending> {
        let clock = Arc::clone(&self.engine.ports.clock);
        let rest = settle - clock.now().duration_since(begun.given_up_at.unwrap_or(begun.at));
        if rest > SETTLE_IN_PLACE_MAX {
            return Err(Ending::ComeBack(rest));
        }
        clock.sleep(rest).await;
        if let Some(output) = self.find(path, uses, connector, begun).await? {
            return Ok(Some(output));
        }
        clock.sleep(BETWEEN_FINDS).await;
        self.find(path, uses, connector, begun).await
    }

    async fn find(
        &mut self,
        path: &StepPath,
        uses: &Use,
        connector: &dyn Connector,
        begun: &Begun,
    ) -> Result<Option<Value>, Ending> {
        let call = self.call(begun.generation);
        let found = connector.find(&uses.action, &call, Value::clone(&begun.body)).await;
        let found = self.asked(uses, found).await;
        found.map_err(|fault| self.fault(path, fault, Some(uses)))
    }

    /// The begun of a repeat: the same bytes, and a new idempotency key only where the old one is of no use.
    fn next_generation(&self, begun: Begun) -> Begun {
        let now = self.engine.ports.clock.now();
        let burnt = begun.answer_is_stored || now.duration_since(begun.first_at) > KEY_AGE_MAX;
        let generation = if burnt { begun.generation + 1 } else { begun.generation };
        let first_at = if burnt { now } else { begun.first_at };
        let fence = self.claimed.execution().fence;
        Begun { at: now, given_up_at: None, first_at, generation, fence, answer_is_stored: false, ..begun }
    }

    pub(super) async fn begin(
        &mut self,
        path: &StepPath,
        action: &str,
        begun: Begun,
        guards: Guards,
    ) -> Result<(), Ending> {
        let ports = self.engine.ports.clone();
        let order = guards.unless.as_ref().map(|stoppable| stoppable.order.clone());
        match self.claimed.begin(&ports, path, action, begun, guards).await {
            Ok(()) => Ok(()),
            Err(BeginError::Locked(row)) => {
                // Another flow writes to the order: nothing is wrong, and it is soon through.
                let rest = lock::until(row.as_ref()).map(|until| until.duration_since(ports.clock.now()));
                let soon = SignedDuration::from_secs(1);
                let after = self.uncounted_delay().min(rest.unwrap_or(soon)).max(soon);
                Err(self.come_back(path, after, "found the order being written to by another flow"))
            }
            Err(BeginError::Stopped(current)) => {
                let reasons =
                    current.and_then(|item| item.attributes.get("reasons").cloned()).unwrap_or_default();
                let message = format!(
                    "order {} is stopped: {reasons}; lift the stop, then replay",
                    order.unwrap_or_default()
                );
                let fault = Fault::new(Class::Validation, "stopped", message);
                Err(park(path, fault))
            }
            Err(BeginError::Store(error)) => Err(Ending::from(error)),
        }
    }

    pub(super) async fn checkpoint(
        &mut self,
        path: &StepPath,
        output: Value,
        started: jiff::Timestamp,
    ) -> Result<Arc<Value>, Ending> {
        let ports = self.engine.ports.clone();
        let duration_ms = self.since_ms(started);
        let output = Arc::new(output);
        self.claimed.checkpoint(&ports, path, Arc::clone(&output), duration_ms).await?;
        self.has_written = true;
        Ok(output)
    }
}
