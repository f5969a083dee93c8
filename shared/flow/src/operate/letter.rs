//! Letters that the queue itself has sent: a message that never reached a claim has no row, and nobody would see it.

use jiff::SignedDuration;

use super::still::{STANDS_STILL, due};
use super::{Act, By, Deed, Error};
use crate::execution::{self, Execution, MendedBy, Parked, Status, creation, fresh, head_key};
use crate::{Class, Delivery, FlowName, Ports, QueueName};

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// Its row was made, or parked: a letter that points to it has been sent, and this one may be deleted.
    Parked(Box<Execution>),
    /// Its row is parked and has a letter of its own, which was sent again: this one may be deleted.
    Known,
    /// Its execution is finished: the letter may be deleted.
    Finished(Status),
    /// It is the letter of a parked execution: it stays where it is.
    Points,
    /// Its execution is on its way, or may be: look again later.
    Moving,
}

/// Gives a letter without a row its row, parked, and a letter that points to it; and parks the execution of a letter that the queue
/// has sent because it was delivered too often. `letter` is as it was read from the dead-letter queue, `flow` the flow of the queue
/// that it comes from (its attribute `tb.flow`, or SQS's `DeadLetterQueueSourceArn`). An orphan has no flow document yet: it gets
/// that of the day on which it is replayed.
///
/// # Errors
/// Somebody else was faster, or the table or the queue is unavailable: nothing is lost, the letter is still there.
pub async fn adopt_letter(
    ports: &Ports,
    flow: &FlowName,
    letter: &Delivery,
    by: &By,
) -> Result<Adopted, Error> {
    let key = head_key(&letter.pair, flow, &letter.event);
    let row = ports.store.get(&key).await?.as_ref().map(Execution::from_item).transpose()?;
    let Some(row) = row else { return orphan(ports, flow, letter, by).await };
    if row.status.is_final() {
        return Ok(Adopted::Finished(row.status));
    }
    if row.status == Status::Parked {
        if letter.park == Some(row.parks) {
            return Ok(Adopted::Points);
        }
        send(ports, flow, letter, row.parks).await?;
        return Ok(Adopted::Known);
    }
    let now = ports.clock.now();
    // A letter of an earlier parking says nothing of what came after it.
    if letter.park.is_some() || now.duration_since(due(&row)) < STANDS_STILL {
        return Ok(Adopted::Moving);
    }
    let mut next = row.clone();
    next.touch(now);
    next.status = Status::Parked;
    next.lease_owner = None;
    next.lease_until = None;
    next.starts = 0;
    let message = "the queue gave its message up; look at the function's log of that time, then replay";
    next.parked = Some(parked("given_up_by_queue", row.parks + 1, message, now));
    next.parks = row.parks + 1;
    let act = Act::new(now, by, Deed::Adopted, Some("given_up_by_queue".to_owned()));
    let writes = act.writes(&row, &next)?;
    ports.store.write(writes.into()).await.map_err(|error| Error::of_write(&row, error))?;
    send(ports, flow, letter, next.parks).await?;
    Ok(Adopted::Parked(Box::new(next)))
}

async fn orphan(ports: &Ports, flow: &FlowName, letter: &Delivery, by: &By) -> Result<Adopted, Error> {
    let now = ports.clock.now();
    let message = "its message never reached the flow; look at the function's log of that time, then replay";
    let row = Execution {
        status: Status::Parked,
        lease_owner: None,
        lease_until: None,
        starts: 0,
        attempts: 0,
        parks: 1,
        parked: Some(parked("never_started", 1, message, now)),
        ..fresh(ports, flow, "", letter, "", SignedDuration::ZERO)
    };
    let act = Act::new(now, by, Deed::Adopted, Some("never_started".to_owned()));
    let [_, record] = act.writes(&row, &row)?;
    let mut writes = creation(&row, letter)?;
    writes.push(record);
    ports.store.write(writes).await.map_err(|error| Error::of_write(&row, error))?;
    send(ports, flow, letter, row.parks).await?;
    Ok(Adopted::Parked(Box::new(row)))
}

fn parked(reason: &str, n: u32, message: &str, at: jiff::Timestamp) -> Parked {
    Parked {
        n,
        class: Class::Transient,
        reason: reason.to_owned(),
        step: execution::NO_STEP.to_owned(),
        message: message.to_owned(),
        mended_by: MendedBy::of(Class::Transient),
        at,
    }
}

async fn send(ports: &Ports, flow: &FlowName, letter: &Delivery, n: u32) -> Result<(), Error> {
    ports.queue.send(&QueueName::DeadLetter, letter.to_letter(flow, n)).await?;
    Ok(())
}
