//! Enqueuing what has no execution.

use flow::execution::execution_by_event;
use flow::{Class, Delivery, Fault, FlowName, Ports, QueueError, QueueName, StoreError, operate};

/// Sends each delivery whose event has no execution in its flow; gives how many. A message that is on its way and has no row yet is
/// sent twice, and the second finds the execution of the first.
///
/// # Errors
/// The table or a queue is unavailable: some may have been sent.
pub(crate) async fn bring(ports: &Ports, deliveries: Vec<(FlowName, Delivery)>) -> Result<usize, Fault> {
    let mut sent = 0;
    for (flow, delivery) in deliveries {
        let known = execution_by_event(ports.store.as_ref(), &delivery.pair, &flow, &delivery.event).await;
        if known.map_err(table)?.is_some() {
            continue;
        }
        let (event, entity, trace) = (&delivery.event, &delivery.entity, &delivery.trace_id);
        ports.queue.send(&QueueName::Flow(flow.clone()), delivery.to_message()).await.map_err(queue)?;
        tracing::info!(
            flow = %flow, pair = %delivery.pair, event.id = %event, event.type = %delivery.event_type,
            entity.id = %entity, trace.id = %trace,
            "Brought {event} for {entity} to {flow}: nothing else had"
        );
        sent += 1;
    }
    Ok(sent)
}

/// The table's fault.
pub(crate) fn table(error: StoreError) -> Fault {
    let class = match &error {
        StoreError::Unavailable { class, .. } => *class,
        StoreError::Refused { .. } => Class::Conflict,
        StoreError::Malformed { .. } => Class::Validation,
    };
    Fault::new(class, "table", error.to_string())
}

/// A queue's fault.
pub(crate) fn queue(error: QueueError) -> Fault {
    Fault::new(error.class, "queue", error.to_string())
}

/// The fault of an act on an execution.
pub(crate) fn operated(error: operate::Error) -> Fault {
    match error {
        operate::Error::Fault(fault) => fault,
        operate::Error::Store(error) => table(error),
        operate::Error::Queue(error) => queue(error),
        operate::Error::NotParked { .. } | operate::Error::Changed { .. } => {
            Fault::new(Class::Conflict, "changed", error.to_string())
        }
        operate::Error::Invalid(message) => Fault::new(Class::Validation, "not_operable", message),
    }
}
