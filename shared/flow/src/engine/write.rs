//! Writes: begin, send, checkpoint; and after a begin without a checkpoint: settle, find twice, only then send again.

use std::sync::Arc;

use canonical::EventId;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::run::{Ending, Run, park, text};
use crate::execution::{Begun, StepPath, stop_key};
use crate::plan::Use;
use crate::{ActionName, Class, Connector, Delivery, Fault, QueueName, StoreError};

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
    ) -> Result<Arc<Value>, Ending> {
        let action = &uses.action;
        let stop = match &uses.unless_stopped {
            Some(order) => Some(text(&self.evaluated(path, order.evaluate(&self.scope))?)),
            None => None,
        };
        let started = self.engine.ports.clock.now();
        let earlier = self.claimed.record(path).and_then(|record| record.begun.clone());
        let begun = match earlier {
            Some(begun) => match self.found(path, uses, connector, &begun, settle).await? {
                Some(output) => return self.checkpoint(path, output, started).await,
                None => self.next_generation(begun),
            },
            None => {
                let body = self.evaluated(path, uses.with.evaluate(&self.scope))?;
                let key = connector
                    .natural_key(action, &body)
                    .map_err(|fault| self.fault(path, fault, Some(uses)))?;
                let now = self.engine.ports.clock.now();
                let fence = self.claimed.execution().fence;
                Begun { key, body: Arc::new(body), at: now, first_at: now, generation: 0, fence }
            }
        };
        self.begin(path, action, begun.clone(), stop).await?;
        let call = self.call(begun.generation);
        match connector.run(action, &call, Value::clone(&begun.body)).await {
            Ok(output) => self.checkpoint(path, output, started).await,
            Err(fault) if fault.class == Class::Duplicate => {
                match connector.find(action, &call, Arc::unwrap_or_clone(begun.body)).await {
                    Ok(Some(output)) => self.checkpoint(path, output, started).await,
                    Ok(None) => Err(self.fault(path, fault, Some(uses))),
                    Err(fault) => Err(self.fault(path, fault, Some(uses))),
                }
            }
            Err(fault) => Err(self.fault(path, fault, Some(uses))),
        }
    }

    /// Looks for the effect of a write that may have been sent: after the settle time, twice.
    async fn found(
        &self,
        path: &StepPath,
        uses: &Use,
        connector: &dyn Connector,
        begun: &Begun,
        settle: SignedDuration,
    ) -> Result<Option<Value>, Ending> {
        let action = &uses.action;
        let clock = &self.engine.ports.clock;
        let rest = settle - clock.now().duration_since(begun.at);
        if rest > SETTLE_IN_PLACE_MAX {
            return Err(Ending::ComeBack(rest));
        }
        clock.sleep(rest).await;
        let call = self.call(begun.generation);
        let find = || connector.find(action, &call, Value::clone(&begun.body));
        if let Some(output) = find().await.map_err(|fault| self.fault(path, fault, Some(uses)))? {
            return Ok(Some(output));
        }
        clock.sleep(BETWEEN_FINDS).await;
        find().await.map_err(|fault| self.fault(path, fault, Some(uses)))
    }

    /// The begun of a repeat: the same bytes, and a new idempotency key only where the old one is of no use.
    fn next_generation(&self, begun: Begun) -> Begun {
        let now = self.engine.ports.clock.now();
        let stored =
            self.claimed.execution().waiting.as_ref().is_some_and(|waiting| waiting.answer_is_stored);
        let burnt = stored || now.duration_since(begun.first_at) > KEY_AGE_MAX;
        let generation = if burnt { begun.generation + 1 } else { begun.generation };
        let first_at = if burnt { now } else { begun.first_at };
        Begun { at: now, first_at, generation, fence: self.claimed.execution().fence, ..begun }
    }

    async fn begin(
        &mut self,
        path: &StepPath,
        action: &ActionName,
        begun: Begun,
        stop: Option<String>,
    ) -> Result<(), Ending> {
        let ports = self.engine.ports.clone();
        let unless = stop.as_ref().map(|order| stop_key(&self.delivery.pair, order));
        match self.claimed.begin(&ports, path, action.as_str(), begun, unless.clone()).await {
            Err(StoreError::Refused { write, current }) if write > 0 && unless.is_some() => {
                let reasons =
                    current.and_then(|item| item.attributes.get("reasons").cloned()).unwrap_or_default();
                let message = format!(
                    "order {} is stopped: {reasons}; lift the stop, then replay",
                    stop.unwrap_or_default()
                );
                let fault = Fault::new(Class::Validation, "stopped", message);
                Err(park(path, fault))
            }
            result => result.map_err(Ending::from),
        }
    }

    async fn checkpoint(
        &mut self,
        path: &StepPath,
        output: Value,
        started: jiff::Timestamp,
    ) -> Result<Arc<Value>, Ending> {
        let ports = self.engine.ports.clone();
        let duration_ms = self.since_ms(started);
        let output = Arc::new(output);
        self.claimed.checkpoint(&ports, path, Arc::clone(&output), duration_ms).await?;
        Ok(output)
    }

    /// Sends an event of our own to the flows that listen to it. Its id comes from the execution and the step, so
    /// that sending it twice is one event.
    pub(super) async fn emit(
        &mut self,
        path: &StepPath,
        event: &str,
        entity: String,
        body: &Value,
    ) -> Result<Value, Ending> {
        let id = format!("emit:{}:{}:{path}", self.engine.plan.flow, self.delivery.event);
        let malformed = |why: String| park(path, Fault::new(Class::Validation, "malformed_event_id", why));
        let id: EventId = id.parse().map_err(|error: canonical::Error| malformed(error.to_string()))?;
        let mut sent = Vec::new();
        let interested = self.engine.routes.iter().filter(|(_, triggers)| {
            triggers.iter().any(|trigger| trigger.source == "tillbridge" && trigger.event == event)
        });
        for (flow, _) in interested {
            let delivery = Delivery {
                pair: self.delivery.pair.clone(),
                source: "tillbridge".to_owned(),
                event: id.clone(),
                event_type: event.to_owned(),
                entity: entity.clone(),
                received_at: self.engine.ports.clock.now(),
                trace_id: self.delivery.trace_id.clone(),
                replay: None,
                park: None,
                receive_count: 0,
                body: body.to_string(),
            };
            let queue = QueueName::Flow(flow.clone());
            if let Err(error) = self.engine.ports.queue.send(&queue, delivery.to_message()).await {
                let fault = Fault::new(error.class, "queue", error.to_string());
                return Err(self.fault(path, fault, None));
            }
            sent.push(flow.to_string());
        }
        Ok(json!({ "event": id, "flows": sent }))
    }
}
