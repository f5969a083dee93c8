//! Taking an execution: new, or one whose lease has run out; never a finished one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::event::event_items;
use super::kept::counts;
use super::key::{execution_pk, head_key};
use super::operated;
use super::{Claimed, Execution, Status, StepRecord};
use crate::{Condition, Delivery, FlowName, Ports, StoreError, Write};

/// A claim adds 1 to `starts`, an orderly end sets it to 0; at this many it is parked without running.
pub const STARTS_MAX: u32 = 3;
/// How often a claim is tried against others that claim at the same time.
const RACES_MAX: u32 = 4;

/// What came of a claim.
#[derive(Debug)]
pub enum Claim {
    /// Ours until the lease ends.
    Claimed(Box<Claimed>),
    /// Nothing more is to be done for this event.
    Finished(Status),
    /// It waits for a person; its letter may not have been sent.
    Parked(Box<Execution>),
    /// Somebody has it until then.
    Busy(Timestamp),
}

/// Claims the execution of a delivery.
///
/// # Errors
/// The table cannot be used: nothing is known of the claim; the lease, if it was taken, runs out.
pub async fn claim(
    ports: &Ports,
    flow: &FlowName,
    document: &str,
    delivery: &Delivery,
    lease: SignedDuration,
) -> Result<Claim, StoreError> {
    let key = head_key(&delivery.pair, flow, &delivery.event);
    let owner = format!("{:016x}", ports.clock.random());
    let mut known = None;
    if delivery.receive_count <= 1 && delivery.replay.is_none() && delivery.park.is_none() {
        let fresh = fresh(ports, flow, document, delivery, &owner, lease);
        match ports.store.write(creation(&fresh, delivery)?).await {
            Ok(()) => return Ok(Claim::Claimed(Box::new(Claimed::new(fresh, BTreeMap::new())))),
            Err(StoreError::Refused { current, .. }) => known = current,
            Err(error) => return Err(error),
        }
    }
    let mut left = None;
    for _ in 0..RACES_MAX {
        let current = match known.take() {
            Some(item) => Some(Execution::from_item(&item)?),
            None => ports.store.get(&key).await?.as_ref().map(Execution::from_item).transpose()?,
        };
        if let Some(ours) = current.as_ref().filter(|row| row.lease_owner.as_ref() == Some(&owner)) {
            // The claim went through and its answer was lost.
            return claimed(ports, ours.clone(), left.as_ref()).await;
        }
        let (next, writes) = match &current {
            None => {
                let fresh = fresh(ports, flow, document, delivery, &owner, lease);
                let writes = creation(&fresh, delivery)?;
                (fresh, writes)
            }
            Some(current) => match taken_over(ports, current, document, delivery, &owner, lease)? {
                Ok((next, writes)) => (next, writes),
                Err(claim) => return Ok(claim),
            },
        };
        match ports.store.write(writes).await {
            Ok(()) => return claimed(ports, next, current.as_ref()).await,
            Err(StoreError::Refused { .. }) => left = current,
            Err(error) => return Err(error),
        }
    }
    Ok(Claim::Busy(ports.clock.now()))
}

/// Our claim, with what the table keeps of its steps. `before` is the row as its last owner left it.
async fn claimed(ports: &Ports, now: Execution, before: Option<&Execution>) -> Result<Claim, StoreError> {
    let items = ports.store.partition(&execution_pk(&now.pair, &now.flow, &now.event)).await?;
    let mut records = StepRecord::all_of(&items)?;
    let mut amended = None;
    if let Some(before) = before.filter(|before| before.status == Status::Running) {
        // Its process stopped somewhere: a request may have been under way as long as the lease was.
        let lease_end = before.lease_until.and_then(|until| Timestamp::from_millisecond(until).ok());
        let open = records.iter_mut().filter(|(_, record)| !record.is_finished());
        for (path, begun) in open.filter_map(|(path, record)| Some((path, record.begun.as_mut()?))) {
            begun.given_up_at = begun.given_up_at.max(lease_end);
            // This claim may come to nothing, and the next one finds a row that is not running.
            amended = Some(path.clone());
        }
    }
    // What was read before a person asked for it anew is read again, but for what led to a write.
    let counts = counts(&now, &records);
    let left =
        items.iter().filter(|item| operated::is_left(&item.key)).map(|item| item.key.clone()).collect();
    Ok(Claim::Claimed(Box::new(Claimed::new(now, records).retain(counts).with(left, amended))))
}

/// The next state of a row that exists, or why it cannot be taken.
fn taken_over(
    ports: &Ports,
    current: &Execution,
    document: &str,
    delivery: &Delivery,
    owner: &str,
    lease: SignedDuration,
) -> Result<Result<(Execution, Vec<Write>), Claim>, StoreError> {
    let now = ports.clock.now();
    let redriven = current.status == Status::Parked
        && current.parked.as_ref().is_some_and(|parked| delivery.park == Some(parked.n));
    if current.status.is_final() {
        return Ok(Err(Claim::Finished(current.status)));
    }
    if current.status == Status::Parked && !redriven {
        return Ok(Err(Claim::Parked(Box::new(current.clone()))));
    }
    if current.leased_at(now) {
        let until =
            current.lease_until.and_then(|until| Timestamp::from_millisecond(until).ok()).unwrap_or(now);
        return Ok(Err(Claim::Busy(until)));
    }
    let anew = redriven || current.status == Status::Queued;
    let mut next = Execution {
        status: Status::Running,
        fence: current.fence + 1,
        version: current.version + 1,
        starts: if anew { 1 } else { current.starts + 1 },
        attempts: current.attempts + 1,
        updated_at: now,
        parked: None,
        ..current.clone()
    };
    if anew {
        next.waiting = None;
        next.replayed_at = Some(now);
        next.replay_fence = next.fence;
    }
    if next.document.is_empty() {
        // Its row was made of a letter: nothing of it has run.
        document.clone_into(&mut next.document);
    }
    take(&mut next, now, owner, lease);
    let when = vec![Condition::Equals("version", Value::from(current.version))];
    let writes = vec![Write::Put { item: next.to_item()?, when }];
    Ok(Ok((next, writes)))
}

fn take(execution: &mut Execution, now: Timestamp, owner: &str, lease: SignedDuration) {
    execution.lease_owner = Some(owner.to_owned());
    execution.lease_until = now.checked_add(lease).ok().map(Timestamp::as_millisecond);
}

pub(crate) fn fresh(
    ports: &Ports,
    flow: &FlowName,
    document: &str,
    delivery: &Delivery,
    owner: &str,
    lease: SignedDuration,
) -> Execution {
    let now = ports.clock.now();
    let mut execution = Execution {
        pair: delivery.pair.clone(),
        flow: flow.clone(),
        event: delivery.event.clone(),
        event_type: delivery.event_type.clone(),
        source: delivery.source.clone(),
        entity: delivery.entity.clone(),
        trace_id: delivery.trace_id.clone(),
        status: Status::Running,
        fence: 1,
        version: 1,
        lease_owner: None,
        lease_until: None,
        starts: 1,
        attempts: 1,
        document: document.to_owned(),
        event_chunks: event_items("", &delivery.body).len(),
        parks: 0,
        parked: None,
        waiting: None,
        skipped: None,
        received_at: delivery.received_at,
        replayed_at: None,
        replay_fence: 0,
        replays: 0,
        event_corrected: false,
        fresh_fence: 0,
        corrected_fence: 0,
        created_at: now,
        updated_at: now,
        finished_at: None,
    };
    take(&mut execution, now, owner, lease);
    execution
}

/// The head and the event, in one transaction.
pub(crate) fn creation(execution: &Execution, delivery: &Delivery) -> Result<Vec<Write>, StoreError> {
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let mut writes = vec![Write::Put { item: execution.to_item()?, when: vec![Condition::Absent] }];
    let parts = event_items(&pk, &delivery.body).into_iter();
    writes.extend(parts.map(|item| Write::Put { item, when: Vec::new() }));
    Ok(writes)
}
