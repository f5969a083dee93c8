//! The end of a history: faults stop, everything comes to rest, and an operator replays what gave up meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use flow::delivery::{attribute, sqs_id};
use flow::execution::Execution;
use flow::guard::stop;
use flow::operate::{By, Replay, replay};
use flow::{Message, QueueName};
use tokio::time::sleep;

use crate::faults::RECEIVES_MAX;
use crate::people::unhold;
use crate::rows::{executions, reason};
use crate::sweeper;
use crate::world::{PAIR, World, queue};

/// How often it is looked whether all is quiet, and how long that may take: longest pauses of a process, a visibility timeout, the
/// longest backoff, `retry_for`, several times over.
const LOOK: Duration = Duration::from_secs(10);
const REST_MAX: Duration = Duration::from_hours(6);
/// Rounds of replays.
const ROUNDS_MAX: u32 = 6;

/// Letters by event and by the parking that they tell of.
pub(crate) type Letters = BTreeMap<(String, u32), Message>;

/// Ends all faults and waits until nothing moves; gives every letter that was written.
pub(crate) async fn drain(world: &Arc<World>) -> Result<Letters> {
    world.switch.stop();
    world.journal.tell("faults stop".to_owned());
    let held = |order: &crate::order::Order| Some((order.id?, order.stopped, order.touched.contains("hold")));
    let orders: Vec<(u64, bool, bool)> = world.orders().iter().filter_map(held).collect();
    for (id, _, is_held) in &orders {
        if *is_held {
            unhold(world, *id).await?;
        }
    }
    rest(world).await;
    for (id, is_stopped, _) in &orders {
        if *is_stopped {
            stop::lift(&world.calm_ports("fraud desk"), &PAIR.parse()?, &id.to_string(), "fraud").await?;
            world.journal.tell(format!("order {id} is not stopped any more"));
        }
    }
    sweeper::until_nothing_is_found(world, rest).await?;
    let mut letters = Letters::new();
    for round in 1..=ROUNDS_MAX {
        collect(world, &mut letters);
        let stuck: Vec<Execution> =
            executions(world)?.into_values().filter(|row| is_replayed(world, row)).collect();
        for execution in &stuck {
            explained(world, execution);
        }
        if stuck.is_empty() || world.journal.first_broken().is_some() {
            return Ok(letters);
        }
        for execution in stuck {
            again(world, &letters, &execution, round).await?;
        }
        rest(world).await;
        sweeper::until_nothing_is_found(world, rest).await?;
    }
    collect(world, &mut letters);
    Ok(letters)
}

/// Waits until nobody is at work and no message waits.
async fn rest(world: &Arc<World>) {
    let mut waited = Duration::ZERO;
    while !world.is_idle() {
        if waited > REST_MAX {
            let left: Vec<String> = world
                .sqs
                .messages(&queue())
                .iter()
                .filter_map(|message| message.attributes.get(attribute::EVENT).cloned())
                .collect();
            return world
                .journal
                .broken(format!("nothing fails any more, and it does not end: {}", left.join(", ")));
        }
        if world.journal.first_broken().is_some() {
            return;
        }
        sleep(LOOK).await;
        waited += LOOK;
    }
}

fn collect(world: &World, letters: &mut Letters) {
    for letter in world.sqs.drain(&QueueName::DeadLetter) {
        let text = |name: &str| letter.attributes.get(name).cloned().unwrap_or_default();
        let n = text(attribute::PARK).parse().unwrap_or(0);
        letters.insert((text(attribute::EVENT), n), letter);
    }
}

/// Whether an operator replays it: what only the faults have brought about.
fn is_replayed(world: &World, execution: &Execution) -> bool {
    match reason(execution) {
        "gave_up" | "crashed" | "waited_too_long" | "stopped" | "given_up_by_queue" => true,
        "order_on_hold" => world
            .orders()
            .iter()
            .any(|order| order.owed.contains(&execution.event) && order.touched.contains("hold")),
        _ => false,
    }
}

/// Nobody gives up or stops without one of the faults that bring it about.
fn explained(world: &World, execution: &Execution) {
    let faults = &world.faults;
    let why = match reason(execution) {
        "gave_up" => faults.trouble_systems(),
        // A process that is out of time, or that the table refuses at its end, has not ended in order either.
        "crashed" => {
            let table = faults.store_refused + faults.store_lost + faults.store_slow;
            faults.killed + faults.paused + faults.slow + table > 0
        }
        "waited_too_long" => false,
        "given_up_by_queue" => faults.receives_max < RECEIVES_MAX,
        _ => true,
    };
    if !why {
        world.journal.broken(format!(
            "{} is parked ({}) and nothing explains it",
            execution.event,
            reason(execution)
        ));
    }
}

/// Has an execution tried again, in one of the ways in which operators do.
async fn again(world: &World, letters: &Letters, execution: &Execution, round: u32) -> Result<()> {
    let how = match world.chance.between(0, 3) {
        0 => Replay::FromFailedStep,
        1 => Replay::Fresh,
        _ => {
            redrive(world, letters, execution, round);
            return Ok(());
        }
    };
    let by = By { who: "operator".parse()?, why: None };
    let replayed = replay(&world.calm_ports("operator"), execution, how, &by).await;
    world.journal.tell(format!(
        "operator: {} ({}) {how:?}: {replayed:?}",
        execution.event,
        reason(execution)
    ));
    Ok(())
}

/// Sends an execution's letter back to the flow's queue, as a redrive of SQS does.
fn redrive(world: &World, letters: &Letters, execution: &Execution, round: u32) {
    let Some(letter) = letters.get(&(execution.event.to_string(), execution.parks)) else {
        return world.journal.broken(format!("{} is parked without a letter", execution.event));
    };
    world.journal.tell(format!("operator: {} ({}) again", execution.event, reason(execution)));
    let deduplication_id = sqs_id(format!("{}-redrive-{round}", letter.deduplication_id));
    world.sqs.put(&queue(), Message { deduplication_id, ..letter.clone() });
}
