//! Closing what has closed itself: the effect of a parked write is there after all.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::replay::{Queue, replay_as};
use super::{By, Deed, Error, Replay, Replayed, Shown, show};
use crate::engine::Connected;
use crate::execution::{Begun, Execution, Status, StepPath, StepRecord, execution_pk};
use crate::{ActionName, Call, Effect, Ports, Write};

/// Beyond the longest request of an action: a find may make several.
const SPARE: SignedDuration = SignedDuration::from_secs(10);

/// What came of a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Healed {
    /// The effect is there: the execution is tried again, and goes on behind that step.
    Healed(Replayed),
    /// The effect is not there.
    NotYet,
    /// It did not fail at a write that was begun, or is not parked any more: nothing that is found elsewhere closes it.
    NotHealable,
}

/// Looks for the effect of the write that a parked execution failed at, by that write's own natural key and request. Where it is
/// there, has the execution tried again. Another success of the same order, or another event's, closes nothing. No request is sent that
/// could still be running at `until`.
///
/// # Errors
/// As the system answers; somebody else was faster; or the table is unavailable.
pub async fn heal(
    ports: &Ports,
    connected: &Connected,
    execution: &Execution,
    until: Timestamp,
    by: &By,
) -> Result<Healed, Error> {
    let shown = show(ports.store.as_ref(), execution).await?;
    let Some((path, record, begun)) = failed_write(&shown) else { return Ok(Healed::NotHealable) };
    let Ok(name) = record.action.parse::<ActionName>() else { return Ok(Healed::NotHealable) };
    let Some((connector, spec)) = connected.connector(&name) else { return Ok(Healed::NotHealable) };
    if spec.effect == Effect::Read {
        return Ok(Healed::NotHealable);
    }
    let now = ports.clock.now();
    let call = Call {
        pair: execution.pair.clone(),
        deadline: now.checked_add(spec.timeout + SPARE).unwrap_or(now).min(until),
        generation: begun.generation,
        trace_id: execution.trace_id.clone(),
    };
    if connector.find(&name, &call, Value::clone(&begun.body)).await?.is_none() {
        return Ok(Healed::NotYet);
    }
    // A request that was refused would be said anew. This one is there: it is looked for, as if its answer had been lost.
    let begun =
        Begun { refused: false, answer_is_stored: begun.answer_is_stored || begun.refused, ..begun.clone() };
    let record = StepRecord { begun: Some(begun), ..record.clone() };
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let step = Write::Put { item: record.to_item(&pk, &path)?, when: Vec::new() };
    let queued = Queue { how: Replay::FromFailedStep, deed: Deed::Healed, with: Some(step) };
    Ok(Healed::Healed(replay_as(ports, &shown.execution, queued, by).await?))
}

/// The write that it failed at, where its request was begun.
fn failed_write(shown: &Shown) -> Option<(StepPath, &StepRecord, &Begun)> {
    if shown.execution.status != Status::Parked {
        return None;
    }
    let (path, record) = shown.failed()?;
    let record = record.filter(|record| !record.is_finished())?;
    Some((path, record, record.begun.as_ref()?))
}
