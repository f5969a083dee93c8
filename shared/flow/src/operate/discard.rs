//! Giving an execution up.

use serde_json::Value;

use super::replay::current;
use super::{Act, By, Deed, Error};
use crate::execution::{EXPIRES_AT, Execution, Status, execution_pk, is_head};
use crate::{Item, Ports, Write};

/// Writes of one transaction.
const WRITES_MAX: usize = 100;

/// Gives a parked execution up: nothing more happens for its event, whatever comes. What it has done stays done. Letters of it are
/// harmless from then on: a redelivery finds it finished.
///
/// # Errors
/// It is not parked, no reason is given, somebody else was faster, or the table is unavailable.
pub async fn discard(ports: &Ports, execution: &Execution, by: &By) -> Result<Execution, Error> {
    if by.why.as_deref().is_none_or(|why| why.trim().is_empty()) {
        return Err(Error::Invalid("say why it is given up: nobody else will know".to_owned()));
    }
    let current = current(ports.store.as_ref(), execution).await?;
    if current.status != Status::Parked {
        return Err(Error::not_parked(&current));
    }
    let mut next = current.clone();
    next.touch(ports.clock.now());
    next.status = Status::Discarded;
    next.finished_at = Some(next.updated_at);
    let about = next.parked.as_ref().map(|parked| format!("{} at step {}", parked.reason, parked.step));
    let act = Act::new(next.updated_at, by, Deed::Discarded, about);
    let mut writes = Vec::from(act.writes(&current, &next)?);
    let pk = execution_pk(&next.pair, &next.flow, &next.event);
    let parts = ports.store.partition(&pk).await?;
    let expires_at = next.expires_at();
    writes.extend(expires_at.into_iter().flat_map(|expires_at| expiries(&parts, expires_at)));
    let surplus = writes.split_off(writes.len().min(WRITES_MAX));
    ports.store.write(writes).await.map_err(|error| Error::of_write(&current, error))?;
    // Only times to live are left, and nothing depends on when they are written.
    for some in surplus.chunks(WRITES_MAX) {
        ports.store.write(some.to_vec()).await?;
    }
    Ok(next)
}

/// The event, the steps and earlier acts go when the head goes.
fn expiries(parts: &[Item], expires_at: i64) -> impl Iterator<Item = Write> {
    parts.iter().filter(|part| !is_head(&part.key)).map(move |part| Write::Update {
        key: part.key.clone(),
        set: [(EXPIRES_AT.to_owned(), Value::from(expires_at))].into(),
        add: [].into(),
        remove: Vec::new(),
        when: Vec::new(),
    })
}
