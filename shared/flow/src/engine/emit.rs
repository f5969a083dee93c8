//! Events of our own: a write to the queues of the flows that listen, begun and checkpointed like any other.

use std::sync::Arc;

use canonical::{EventId, NaturalKey};
use serde_json::{Value, json};

use super::ending::{Ending, park};
use super::run::Run;
use crate::execution::{Guards, StepPath};
use crate::route::sqs_text;
use crate::{Class, Delivery, Fault, QueueName};

/// The source of events that we make, as triggers name it.
const SOURCE: &str = "tillbridge";

impl Run<'_> {
    /// Sends an event of our own to the flows that listen to it. Its id comes from the execution and the step, and its
    /// body is recorded before it is sent: sending it twice is one event.
    pub(super) async fn emit(
        &mut self,
        path: &StepPath,
        event: &str,
        entity: String,
        body: Value,
    ) -> Result<Arc<Value>, Ending> {
        let id = format!("emit:{}:{}:{path}", self.engine.plan.flow, self.delivery.event);
        let malformed = |error: canonical::Error| {
            park(path, Fault::new(Class::Validation, "malformed_event_id", error.to_string()))
        };
        let key: NaturalKey = id.parse().map_err(malformed)?;
        let id: EventId = id.parse().map_err(malformed)?;
        let started = self.engine.ports.clock.now();
        let earlier = self.claimed.record(path).and_then(|record| record.begun.clone());
        let begun = earlier.unwrap_or_else(|| self.begun(key, json!({ "entity": entity, "data": body }), 0));
        self.begin(path, "emit", begun.clone(), Guards::default()).await?;
        let said = |name: &str| begun.body.get(name).cloned().unwrap_or_default();
        let mut sent = Vec::new();
        let interested = self.engine.routes.iter().filter(|(_, triggers)| {
            triggers.iter().any(|trigger| trigger.source == SOURCE && trigger.event == event)
        });
        for (flow, _) in interested {
            let delivery = Delivery {
                pair: self.delivery.pair.clone(),
                source: SOURCE.to_owned(),
                event: id.clone(),
                event_type: event.to_owned(),
                entity: said("entity").as_str().unwrap_or_default().to_owned(),
                received_at: begun.first_at,
                trace_id: self.delivery.trace_id.clone(),
                replay: None,
                park: None,
                receive_count: 0,
                body: sqs_text(&said("data").to_string()).into_owned(),
            };
            let queue = QueueName::Flow(flow.clone());
            if let Err(error) = self.engine.ports.queue.send(&queue, delivery.to_message()).await {
                return Err(self.fault(path, Fault::new(error.class, "queue", error.to_string()), None));
            }
            sent.push(flow.to_string());
        }
        self.checkpoint(path, json!({ "event": id, "flows": sent }), started).await
    }
}
