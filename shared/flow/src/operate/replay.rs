//! Trying an execution again: its row first, then its message. A row whose message was not sent is sent for by the sweep.

use futures::StreamExt;

use super::{Act, By, Deed, Error};
use crate::execution::{self, Execution, Status, read_event};
use crate::{Delivery, Ports, QueueError, QueueName, Store, Write};

/// Replays under way at the same time.
const AT_ONCE: usize = 16;

/// How an execution is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// From the step that failed: what led to a write that was made stays as it was read.
    FromFailedStep,
    /// Everything is read and computed anew. What was written stays written, and is known by action and natural key.
    Fresh,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// It is on its way, as replay `n`.
    Queued(u32),
    /// Its row is queued and its message could not be sent; the sweep sends it, or the same command again.
    NotSent(u32, QueueError),
    /// Nothing was to be done: it is finished, or on its way already.
    Unchanged(Status),
}

/// Has a parked execution tried again. One that is finished, or on its way, is left as it is; for one that is queued the message is
/// sent once more.
///
/// # Errors
/// It is not in the table, somebody else was faster, or the table is unavailable.
pub async fn replay(ports: &Ports, execution: &Execution, how: Replay, by: &By) -> Result<Replayed, Error> {
    let deed = match how {
        Replay::FromFailedStep => Deed::Replayed,
        Replay::Fresh => Deed::ReplayedFresh,
    };
    replay_as(ports, execution, Queue { how, deed, with: None }, by).await
}

/// How a row becomes queued.
pub(super) struct Queue {
    pub(super) how: Replay,
    pub(super) deed: Deed,
    /// What changes with it. The row must be as it was given.
    pub(super) with: Option<Write>,
}

pub(super) async fn replay_as(
    ports: &Ports,
    execution: &Execution,
    queue: Queue,
    by: &By,
) -> Result<Replayed, Error> {
    let current = current(ports.store.as_ref(), execution).await?;
    match current.status {
        Status::Parked => {}
        Status::Queued => return resend(ports, &current).await,
        status => return Ok(Replayed::Unchanged(status)),
    }
    if queue.with.is_some() && current.version != execution.version {
        return Err(Error::Changed { execution: super::error::name(&current) });
    }
    let mut next = current.clone();
    next.touch(ports.clock.now());
    next.status = Status::Queued;
    next.replays += 1;
    next.waiting = None;
    if queue.how == Replay::Fresh {
        next.fresh_fence = current.fence + 1;
    }
    let about = next.parked.take().map(|parked| format!("{} at step {}", parked.reason, parked.step));
    let act = Act::new(next.updated_at, by, queue.deed, about);
    let mut writes = Vec::from(act.writes(&current, &next)?);
    writes.extend(queue.with);
    ports.store.write(writes).await.map_err(|error| Error::of_write(&current, error))?;
    resend(ports, &next).await
}

/// Replays many, each by itself: what came of one does not concern the next. In the order asked for.
pub async fn replay_all(
    ports: &Ports,
    executions: &[Execution],
    how: Replay,
    by: &By,
) -> Vec<Result<Replayed, Error>> {
    let replays = executions.iter().map(|execution| replay(ports, execution, how, by));
    futures::stream::iter(replays).buffered(AT_ONCE).collect().await
}

/// Sends the message of a queued execution, again where it was sent before: whoever takes the second finds it taken.
///
/// # Errors
/// The event cannot be read.
pub async fn resend(ports: &Ports, execution: &Execution) -> Result<Replayed, Error> {
    let delivery = delivery(ports.store.as_ref(), execution).await?;
    let queue = QueueName::Flow(execution.flow.clone());
    Ok(match ports.queue.send(&queue, delivery.to_message()).await {
        Ok(()) => Replayed::Queued(execution.replays),
        Err(error) => Replayed::NotSent(execution.replays, error),
    })
}

/// The delivery of an execution, from what the table keeps of it.
pub(super) async fn delivery(store: &dyn Store, execution: &Execution) -> Result<Delivery, Error> {
    Ok(Delivery {
        pair: execution.pair.clone(),
        source: execution.source.clone(),
        event: execution.event.clone(),
        event_type: execution.event_type.clone(),
        entity: execution.entity.clone(),
        received_at: execution.received_at,
        trace_id: execution.trace_id.clone(),
        replay: Some(execution.replays),
        park: None,
        receive_count: 0,
        body: read_event(store, execution).await?,
    })
}

/// The row as it is now.
pub(super) async fn current(store: &dyn Store, execution: &Execution) -> Result<Execution, Error> {
    let found =
        execution::execution_by_event(store, &execution.pair, &execution.flow, &execution.event).await?;
    found.ok_or_else(|| {
        Error::Invalid(format!("{} is not in the table any more", super::error::name(execution)))
    })
}
