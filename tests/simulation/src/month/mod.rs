//! A month of a shop: thousands of orders in four currencies that settle in two, with all that happens to money on the way, under
//! faults, in virtual time; and what must add up at its end (the contract on books, §6), to the minor unit, for judges that we did not
//! write as well.
//!
//! It is the world of the histories: the same processes, doubles and faults. What differs is how long it lasts and what is asked.

mod bank;
mod check;
mod customer;
mod figures;
mod judges;
mod ledger;
mod plan;
mod table;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tokio::time::{sleep, sleep_until};

use crate::chance::Chance;
use crate::drain::settle;
use crate::people::spawn;
use crate::process::{CONCURRENCY, work};
use crate::sender;
use crate::sweeper;
use crate::world::{World, flow_names};
use figures::Figures;
use plan::setup;

/// Which month.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How many orders.
    pub orders: u64,
    /// The seed that it is a function of.
    pub seed: u64,
    /// Where hledger's journal goes, besides.
    pub export: Option<PathBuf>,
    /// hledger's program.
    pub hledger: PathBuf,
    /// A Python that has Beancount.
    pub python: PathBuf,
    /// Where the plain text is put for the judges.
    pub folder: PathBuf,
}

/// How a month ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The table that people read.
    pub table: String,
    /// What does not hold; empty where all does.
    pub broken: Vec<String>,
}

/// Plays a month and checks its books.
///
/// # Errors
/// The simulation itself cannot run, or a judge cannot be asked.
pub fn run(wanted: &Wanted) -> Result<Ended> {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let (figures, broken) = runtime.block_on(async {
        fastrand::seed(wanted.seed);
        let chance = Chance::new(wanted.seed);
        let world = World::of(wanted.seed, chance, setup(wanted.seed)?)?;
        play(&world, wanted.orders).await?;
        let first = world.journal.first_broken();
        anyhow::Ok((Figures::read(&world).await?, first))
    })?;
    let played = began.elapsed();
    let mut checks = check::all(&figures)?;
    checks.push(judges::agree(&figures, wanted)?);
    let mut broken: Vec<String> = broken.into_iter().collect();
    broken.extend(checks.iter().flat_map(|check| check.broken.iter().cloned()));
    let table = table::of(&figures, &checks, wanted, played, began.elapsed());
    Ok(Ended { table, broken })
}

/// From the installation of the stage to when all of the month has come to rest.
async fn play(world: &Arc<World>, orders: u64) -> Result<()> {
    sweeper::undisturbed(world).await?;
    spawn(world, sweeper::on_schedule(Arc::clone(world)));
    world.switch.start();
    for flow in flow_names()? {
        for slot in 1..=CONCURRENCY {
            tokio::spawn(work(Arc::clone(world), flow.clone(), slot));
        }
    }
    spawn(world, sender::post_all(Arc::clone(world)));
    bank::opens(world)?;
    for bought in plan::orders(world, orders)? {
        spawn(world, customer::buys(Arc::clone(world), bought));
    }
    spawn(world, bank::returns(Arc::clone(world)));
    let end: Timestamp = plan::END.parse().context("the end of the month")?;
    let left = Duration::try_from(end.duration_since(world.clock.time()))?;
    let until = tokio::time::Instant::now() + left;
    while tokio::time::Instant::now() < until && world.journal.first_broken().is_none() {
        sleep_until(until.min(tokio::time::Instant::now() + plan::LOOKED_AT)).await;
    }
    settle(world).await?;
    // What the last events have left is told to the table.
    sleep(Duration::from_secs(1)).await;
    Ok(())
}
