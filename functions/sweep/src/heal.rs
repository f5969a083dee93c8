//! Parked executions whose effect is there after all.

use flow::Fault;
use flow::operate::{Error, Healed, Wanted, list};

use crate::bring::{operated, table};
use crate::report::Report;
use crate::sweep::Round;

/// Parked executions that are listed and counted.
const PARKED_MAX: usize = 5_000;
/// Of these, how many a run looks into: each costs a find in another system.
const LOOKS_MAX: usize = 25;
/// Looks after which a run gives up on systems that do not answer.
const FAILURES_MAX: usize = 3;

/// Looks into some of the parked executions, others each time. A system that does not answer is said once, and holds up no execution
/// that is about another.
///
/// # Errors
/// The table, or systems that do not answer: the rest is looked into by another run. A row that cannot be read, after all others.
pub(crate) async fn look(round: &Round<'_>, report: &mut Report) -> Result<(), Fault> {
    let wanted = Wanted { limit: PARKED_MAX, ..Wanted::parked(round.pair.clone()) };
    let listed = list(round.ports.store.as_ref(), &wanted).await.map_err(table)?;
    let unreadable = listed.unreadable.into_iter().next().map(table);
    let mut parked = listed.executions;
    report.parked += parked.len();
    report.uncounted -= 1;
    if parked.is_empty() {
        return unreadable.map_or(Ok(()), Err);
    }
    let count = u64::try_from(parked.len()).unwrap_or(u64::MAX);
    let first = usize::try_from(round.ports.clock.random() % count).unwrap_or_default();
    parked.rotate_left(first);
    let mut failures = Vec::new();
    for execution in parked.iter().take(LOOKS_MAX) {
        if round.is_over() {
            report.is_cut_short = true;
            return Ok(());
        }
        let by = crate::letters::by()?;
        match flow::operate::heal(round.ports, round.connected, execution, round.deadline, &by).await {
            Ok(Healed::Healed(_)) => {
                report.healed += 1;
                tracing::info!(
                    flow = %execution.flow, pair = %execution.pair, event.id = %execution.event,
                    entity.id = %execution.entity, trace.id = %execution.trace_id,
                    "{} of {} goes on: what it failed at is there", execution.flow, execution.event
                );
            }
            // The last two: somebody acts on it at this moment.
            Ok(Healed::NotYet | Healed::NotHealable)
            | Err(Error::NotParked { .. } | Error::Changed { .. }) => {}
            // What is found is not what was meant: it stays with the person whose it is.
            Err(Error::Fault(fault)) if fault.is_of_one_thing() => {}
            Err(Error::Fault(fault)) if fault.is_of_the_system() && failures.len() + 1 < FAILURES_MAX => {
                failures.push(fault);
            }
            Err(error) => return Err(operated(error)),
        }
    }
    failures.into_iter().next().or(unreadable).map_or(Ok(()), Err)
}
