//! One history from its seed to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use tokio::time::{sleep, sleep_until};

use crate::drain::drain;
use crate::faults::FAULTS_END_MS;
use crate::invariants::{liveness, safety};
use crate::payout;
use crate::people::{customer, spawn};
use crate::process::{CONCURRENCY, work};
use crate::sender;
use crate::sweeper;
use crate::world::{World, flow_names, rotated};

/// Orders of a history.
const ORDERS: (u64, u64) = (20, 26);

/// A history that broke no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Differs between histories, and never between two plays of one.
    pub digest: u64,
    /// How many things happened.
    pub lines: usize,
    /// The last of it, as people read it.
    pub history: String,
}

/// A rule that a history broke.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What is wrong.
    pub what: String,
    /// The last of what happened to whom it happened.
    pub history: String,
}

/// Plays the history of a seed.
///
/// # Errors
/// The simulation itself cannot run.
pub fn run(seed: u64) -> Result<Result<Ran, Violation>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let world = World::new(seed)?;
        play(&world).await?;
        let Some(what) = world.journal.first_broken() else {
            let (digest, lines) = (world.journal.digest(), world.journal.len());
            return Ok(Ok(Ran { digest, lines, history: world.journal.tail(&[]) }));
        };
        let history = world.journal.tail(&names(&world, &what));
        Ok(Err(Violation { what, history }))
    })
}

async fn play(world: &Arc<World>) -> Result<()> {
    let began = tokio::time::Instant::now();
    if world.faults.swept {
        // For the first time when a stage is installed: from then on it sees to it that every event comes.
        sweeper::undisturbed(world).await?;
        spawn(world, sweeper::on_schedule(Arc::clone(world)));
    }
    world.switch.start();
    for flow in flow_names()? {
        for slot in 1..=CONCURRENCY {
            tokio::spawn(work(Arc::clone(world), flow.clone(), slot));
        }
    }
    spawn(world, sender::post_all(Arc::clone(world)));
    for _ in 0..world.chance.between(ORDERS.0, ORDERS.1) {
        spawn(world, customer(Arc::clone(world)));
    }
    spawn(world, payout::schedule(Arc::clone(world)));
    spawn(world, changes(Arc::clone(world)));
    sleep_until(began + Duration::from_millis(FAULTS_END_MS)).await;
    let letters = drain(world).await?;
    safety(world)?;
    if world.journal.first_broken().is_none() {
        liveness(world, &letters).await?;
    }
    Ok(())
}

/// Deploys and rotations, each at its time.
async fn changes(world: Arc<World>) -> Result<()> {
    let mut moments: Vec<(u64, bool)> = Vec::new();
    moments.extend(world.faults.deploys.iter().map(|at| (*at, true)));
    moments.extend(world.faults.rotations.iter().map(|at| (*at, false)));
    moments.sort_unstable();
    for (at, is_deploy) in moments {
        let rest = at.saturating_sub(world.clock.elapsed_ms());
        sleep(Duration::from_millis(rest)).await;
        if is_deploy {
            world.deploy();
            continue;
        }
        let n = world.secrets.load(Ordering::SeqCst) + 1;
        for (kind, secret) in rotated(n) {
            world.vault.put(kind, secret);
        }
        world.secrets.store(n, Ordering::SeqCst);
        world.journal.tell(format!("secrets are rotated, {n}"));
    }
    Ok(())
}

/// What the lines of an order's story name: its numbers and its events.
fn names(world: &World, what: &str) -> Vec<String> {
    let orders = world.orders();
    let story = orders.iter().find(|order| {
        what.contains(&order.seeded.increment_id)
            || order.owed.iter().any(|(_, event)| what.contains(event.as_str()))
    });
    let Some(order) = story else { return Vec::new() };
    let events = order.owed.iter().map(|(_, event)| event.to_string());
    let mut names: Vec<String> = events.collect();
    names.push(order.seeded.increment_id.clone());
    names.extend(order.id.map(|id| format!("/{id}")));
    names.extend(order.id.map(|id| format!("A{id}")));
    names.push(order.seeded.charge.clone());
    names.extend(order.seeded.payment_intent.clone());
    names.push("BROKEN".to_owned());
    names
}
