//! The sweep on its schedule: each run is a process of its own that stops, sleeps and is out of time as others are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use flow::Ports;
use flow::operate::STANDS_STILL;
use jiff::SignedDuration;
use sweep::{Report, Sweep};
use tokio::time::sleep;

use crate::fate::{Ended, Fated, Plan};
use crate::world::{World, routes};

/// How long it may take, as `template.yaml` says.
const TIMEOUT: SignedDuration = SignedDuration::from_mins(5);
/// The poll at which a run stops or sleeps, at most.
const POLLS_MAX: u64 = 300;
/// Between two runs that nobody disturbs: beyond the time after which what has not moved stands still, so that each finds all it can.
const PATIENCE: SignedDuration = STANDS_STILL.saturating_add(SignedDuration::from_mins(15));
/// Runs after which it must find nothing more.
const RUNS_MAX: u32 = 6;

/// Runs it until the faults stop.
pub(crate) async fn on_schedule(world: Arc<World>) -> Result<()> {
    let mut runs = 0_u32;
    while world.switch.is_on() {
        runs += 1;
        let name = format!("s{runs}");
        let sweep = sweep(&world, &name, world.ports(&name))?;
        let (plan, deadline) = (Plan::draw(&world, POLLS_MAX), world.clock.time() + TIMEOUT);
        let running = watched(Arc::clone(&world), name, plan, async move { sweep.run(deadline).await });
        if plan.pause.is_some() {
            // Nobody waits for one that sleeps.
            tokio::spawn(running);
        } else {
            running.await;
        }
        sleep(world.swept_every).await;
    }
    Ok(())
}

async fn watched(
    world: Arc<World>,
    name: String,
    plan: Plan,
    run: impl Future<Output = Report> + Send + 'static,
) {
    let _busy = world.busy();
    let time = Duration::try_from(TIMEOUT).unwrap_or_default();
    match Fated::new(run, plan, time).await {
        Ended::Finished(report) => world.journal.tell(format!("{name}: {report:?}")),
        Ended::Killed(poll) => world.journal.tell(format!("{name} stops at poll {poll}")),
        Ended::OutOfTime => world.journal.tell(format!("{name} is out of time")),
    }
}

/// One run that nobody disturbs.
pub(crate) async fn undisturbed(world: &Arc<World>) -> Result<Report> {
    let sweep = sweep(world, "sweep", world.calm_ports("sweep"))?;
    let report = sweep.run(world.clock.time() + TIMEOUT).await;
    world.journal.tell(format!("sweep: {report:?}"));
    if !report.problems.is_empty() {
        world.journal.broken(format!("nothing fails, and the sweep has problems: {:?}", report.problems));
    }
    Ok(report)
}

/// Runs it until it finds nothing that is left to be done, as it must some time; `rest` waits for what it finds.
pub(crate) async fn until_nothing_is_found(
    world: &Arc<World>,
    rest: impl AsyncFn(&Arc<World>),
) -> Result<()> {
    if !world.faults.swept {
        return Ok(());
    }
    for _ in 0..RUNS_MAX {
        sleep(Duration::try_from(PATIENCE)?).await;
        let report = undisturbed(world).await?;
        rest(world).await;
        if [report.enqueued, report.resent, report.healed, report.adopted()] == [0; 4]
            || world.journal.first_broken().is_some()
        {
            return Ok(());
        }
    }
    world.journal.broken(format!("the sweep finds something to do {RUNS_MAX} times in a row"));
    Ok(())
}

fn sweep(world: &World, who: &str, ports: Ports) -> Result<Sweep> {
    let connections = world.connections(who, &ports);
    Ok(Sweep::new(ports, Arc::new(world.sqs.clone()), connections, routes()?))
}
