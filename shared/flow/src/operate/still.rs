//! Executions that stand still: their message is lost, and nobody else takes them up.

use canonical::PairId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::replay::{current, delivery};
use super::{Error, Wanted, list};
use crate::delivery::sqs_id;
use crate::execution::{Execution, Status};
use crate::{Condition, Ports, QueueName, StoreError, Write};

/// An execution that has not moved for so long has lost its message: a message is hidden for an hour and a little at most.
pub const STANDS_STILL: SignedDuration = SignedDuration::from_hours(2);
/// The message of a queued execution is sent right behind its row.
pub const QUEUED_STANDS_STILL: SignedDuration = SignedDuration::from_mins(5);
/// Which ones can stand still, and after how long they do.
const STILL: [(Status, SignedDuration); 3] =
    [(Status::Queued, QUEUED_STANDS_STILL), (Status::Waiting, STANDS_STILL), (Status::Running, STANDS_STILL)];

/// What was found, and what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Still {
    /// Executions that stood still.
    pub found: usize,
    /// Of these, those whose message was sent again.
    pub sent: usize,
}

/// Sends the messages of executions that stand still again, at most `limit` of each status. A message that was not lost is one too
/// many, and does nothing: the claim decides. Each row says that it was looked after, so that the next look leaves it alone for as
/// long again, however long a consumer is down.
///
/// # Errors
/// The table is unavailable; or a message could not be sent or a row not be read, after all others were tried.
pub async fn resend_still(ports: &Ports, pair: &PairId, limit: usize) -> Result<Still, Error> {
    let now = ports.clock.now();
    let (mut still, mut failed) = (Still::default(), None);
    for (status, standing) in STILL {
        // Each is looked at exactly below.
        let until = now.checked_sub(standing - SignedDuration::from_secs(1)).ok();
        let wanted = Wanted { status, until, limit, ..Wanted::parked(pair.clone()) };
        let listed = list(ports.store.as_ref(), &wanted).await?;
        failed = failed.or(listed.unreadable.into_iter().next().map(Error::from));
        for execution in listed.executions {
            match one(ports, &execution, standing, now).await {
                Ok(None) => {}
                Ok(Some(())) => {
                    still.found += 1;
                    still.sent += 1;
                }
                Err(error) => {
                    still.found += 1;
                    failed = Some(error);
                }
            }
        }
    }
    failed.map_or(Ok(still), Err)
}

/// Since when an execution could have moved.
pub(super) fn due(execution: &Execution) -> Timestamp {
    let lease = execution.lease_until.and_then(|until| Timestamp::from_millisecond(until).ok());
    let retry = execution.waiting.as_ref().map(|waiting| waiting.retry_at);
    [lease, retry].into_iter().flatten().fold(execution.updated_at, Timestamp::max)
}

async fn one(
    ports: &Ports,
    listed: &Execution,
    standing: SignedDuration,
    now: Timestamp,
) -> Result<Option<()>, Error> {
    // The index may be behind.
    let execution = current(ports.store.as_ref(), listed).await?;
    if execution.status != listed.status || now.duration_since(due(&execution)) < standing {
        return Ok(None);
    }
    let mut message = delivery(ports.store.as_ref(), &execution).await?.to_message();
    // Another than that of the message that may be lost, and the same for two who find it at once.
    message.deduplication_id = sqs_id(format!("{}-s{}", execution.event, execution.version));
    ports.queue.send(&QueueName::Flow(execution.flow.clone()), message).await?;
    let mut next = execution.clone();
    next.touch(now);
    let unchanged = vec![Condition::Equals("version", Value::from(execution.version))];
    match ports.store.write(vec![Write::Put { item: next.to_item()?, when: unchanged }]).await {
        // Somebody has it already.
        Ok(()) | Err(StoreError::Refused { .. }) => Ok(Some(())),
        Err(error) => Err(error.into()),
    }
}
