//! The end of a history: faults stop, everything comes to rest, and an operator replays what gave up meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use flow::delivery::{attribute, sqs_id};
use flow::execution::{Execution, Status};
use flow::guard::stop;
use flow::operate::{By, Replay, replay};
use flow::{Message, QueueName};
use tokio::time::sleep;

use crate::faults::RECEIVES_MAX;
use crate::order::Order;
use crate::payout;
use crate::people::unhold;
use crate::rows::{Rows, executions, reason};
use crate::sweeper;
use crate::world::{ORDER_TO_CASH, PAIR, World};

/// How often it is looked whether all is quiet, and how long that may take: longest pauses of a process, a visibility timeout, the
/// longest backoff, `retry_for`, several times over.
const LOOK: Duration = Duration::from_secs(10);
const REST_MAX: Duration = Duration::from_hours(6);
/// Rounds of replays.
const ROUNDS_MAX: u32 = 6;

/// Letters by flow, event and the parking that they tell of.
pub(crate) type Letters = BTreeMap<(String, String, u32), Message>;

/// Ends all faults and waits until nothing moves and all that is available has left; gives every letter that was written.
pub(crate) async fn drain(world: &Arc<World>) -> Result<Letters> {
    let mut letters = settle(world).await?;
    payout::last(world);
    rest(world).await;
    sweeper::until_nothing_is_found(world, rest).await?;
    collect(world, &mut letters);
    Ok(letters)
}

/// Ends all faults and waits until nothing moves.
pub(crate) async fn settle(world: &Arc<World>) -> Result<Letters> {
    world.switch.stop();
    world.journal.tell("faults stop".to_owned());
    let held = |order: &Order| Some((order.id?, order.stopped, order.touched.contains("hold")));
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
        let rows = executions(world)?;
        let stuck: Vec<Execution> =
            rows.values().filter(|row| is_replayed(world, &rows, row)).cloned().collect();
        for execution in &stuck {
            explained(world, execution);
        }
        if stuck.is_empty() || world.journal.first_broken().is_some() {
            break;
        }
        for execution in stuck {
            again(world, &letters, &execution, round).await?;
        }
        rest(world).await;
        sweeper::until_nothing_is_found(world, rest).await?;
    }
    Ok(letters)
}

/// Waits until nobody is at work and no message waits.
async fn rest(world: &Arc<World>) {
    let mut waited = Duration::ZERO;
    while !world.is_idle() {
        if waited > REST_MAX {
            let left: Vec<String> = world
                .messages()
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
        letters.insert((text(attribute::FLOW), text(attribute::EVENT), n), letter);
    }
}

/// Whether an operator replays it: what only the faults have brought about.
fn is_replayed(world: &World, rows: &Rows, execution: &Execution) -> bool {
    if execution.parked.is_none() {
        return false;
    }
    let orders = world.orders();
    let name = (execution.flow.clone(), execution.event.clone());
    let order = orders.iter().find(|order| order.owed.contains(&name));
    match reason(execution) {
        "gave_up" | "crashed" | "waited_too_long" | "given_up_by_queue" => true,
        // What was paid back whole stays stopped.
        "stopped" => order.is_none_or(|order| !order.paid_back),
        "order_on_hold" => order.is_some_and(|order| order.touched.contains("hold")),
        // They have waited for order-to-cash, and for no longer than they may.
        "invoice_unknown" | "not_invoiced_yet" => order.is_some_and(|order| is_booked(order, rows)),
        _ => false,
    }
}

/// Whether order-to-cash has come to its end with an order.
pub(crate) fn is_booked(order: &Order, rows: &Rows) -> bool {
    let of_order = order.owed.iter().filter(|(flow, _)| flow.as_str() == ORDER_TO_CASH);
    of_order.filter_map(|name| rows.get(name)).any(|row| row.status == Status::Done)
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
            "{} is parked in {} ({}) and nothing explains it",
            execution.event,
            execution.flow,
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
    let name = (execution.flow.to_string(), execution.event.to_string(), execution.parks);
    let Some(letter) = letters.get(&name) else {
        return world.journal.broken(format!("{} is parked without a letter", execution.event));
    };
    world.journal.tell(format!("operator: {} ({}) again", execution.event, reason(execution)));
    let deduplication_id = sqs_id(format!("{}-redrive-{round}", letter.deduplication_id));
    world.sqs.put(&QueueName::Flow(execution.flow.clone()), Message { deduplication_id, ..letter.clone() });
}
