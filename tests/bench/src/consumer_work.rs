//! The consumer's own work on a paid order: the engine and the shipped flow, with ports in memory and systems that answer at
//! once. What is left is claim, expressions, mappings, the actions' inputs and outputs, and the rows.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use environment::Stage;
use flow::engine::{Connected, Engine, Outcome, Settings};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::plan::{Plan, StepKind};
use flow::{Delivery, Ports, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::measure::{Contender, interleaved};
use crate::report::{Limit, Report, time};
use crate::{payload, systems};

pub(crate) const FLOW: &str = "order-to-cash";
/// Of an order of [`systems::LINES`] lines.
const EVENT_MAX: Duration = Duration::from_millis(1);
const ROUNDS: usize = 50;
const ROUND_EVENTS: u32 = 20;

/// An engine and everything around it.
struct World {
    plan: Arc<Plan>,
    connection: Value,
    lines: u32,
    body: String,
    runtime: Runtime,
    now: Timestamp,
    engine: Engine,
    connected: Connected,
    store: Arc<MemoryStore>,
    events: u32,
}

/// An engine and the connectors of a pair, over new ports in memory.
fn parts(
    plan: &Arc<Plan>,
    connection: &Value,
    lines: u32,
    now: Timestamp,
) -> Result<(Engine, Connected, Arc<MemoryStore>)> {
    let kept: Arc<MemoryStore> = Arc::default();
    let store: Arc<dyn Store> = Arc::clone(&kept) as _;
    let mut connectors = systems::connectors(lines)?;
    let ports =
        Ports { store, queue: Arc::new(MemoryQueue::default()), clock: Arc::new(MemoryClock::new(now, 7)) };
    connectors.push(Arc::new(flow::stored::connector(ports.clone())?));
    let settings = Settings { lease: SignedDuration::from_secs(130) };
    let engine = Engine::new(ports, Arc::clone(plan), flows::routes()?, settings);
    let secret_versions = std::collections::BTreeMap::new();
    Ok((engine, Connected { connection: connection.clone(), connectors, secret_versions }, kept))
}

impl World {
    fn new(lines: u32) -> Result<Self> {
        let plan = Arc::new(flows::load(FLOW, &connections::specs()?)?);
        let connection = connection()?;
        let now = "2026-03-02T09:14:07Z".parse()?;
        let (engine, connected, store) = parts(&plan, &connection, lines, now)?;
        let body = payload::charge()?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { plan, connection, lines, body, runtime, now, engine, connected, store, events: 0 })
    }

    fn delivery(&mut self) -> Result<Delivery> {
        self.events += 1;
        Ok(Delivery {
            pair: "main".parse()?,
            source: "stripe".to_owned(),
            event: format!("evt_{}", self.events).parse()?,
            event_type: "charge.succeeded".to_owned(),
            entity: format!("payment_intent:pi_{}", self.events),
            received_at: self.now,
            trace_id: "1-67891233-abcdef012345".to_owned(),
            replay: None,
            park: None,
            receive_count: 1,
            body: self.body.clone(),
        })
    }
}

impl Contender for World {
    /// A new table, because throwing the old one away is no part of an event; and a first event, whose engine stores the document.
    fn prepare(&mut self) -> Result<()> {
        (self.engine, self.connected, self.store) =
            parts(&self.plan, &self.connection, self.lines, self.now)?;
        self.run()
    }

    /// An event from its delivery to its end.
    fn run(&mut self) -> Result<()> {
        let delivery = self.delivery()?;
        let deadline = self.now + SignedDuration::from_secs(120);
        let report = self.runtime.block_on(self.engine.deliver(Ok(&self.connected), &delivery, deadline));
        if report.outcome != Outcome::Done {
            bail!("the order is not done: {:?} {:?}", report.outcome, report.fault);
        }
        Ok(())
    }
}

/// The pair's settings as flow documents see them.
pub(crate) fn connection() -> Result<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/environments/local.yaml");
    let stage = Stage::parse("local", &std::fs::read_to_string(file)?)?;
    Ok(serde_json::to_value(stage.pairs.values().next().context("local.yaml has no pair")?)?)
}

/// Measures and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let (mut small, mut large) = (World::new(1)?, World::new(systems::LINES)?);
    let rounds = interleaved(ROUNDS, ROUND_EVENTS, [&mut small, &mut large])?;
    let (small, large) = (rounds.median(0), rounds.median(1));
    let per_second =
        |event: Duration| (Duration::from_secs(1).as_nanos() / event.as_nanos().max(1)).to_string();
    let what = format!("an order of {} lines takes the consumer {}", systems::LINES, time(large));
    let judged = report.judge(&what, Limit::Time, large <= EVENT_MAX);
    let rows = [
        ["order of", "CPU time", "events per CPU second", "limit", ""].map(str::to_owned),
        ["1 line".to_owned(), time(small), per_second(small), String::new(), String::new()],
        [format!("{} lines", systems::LINES), time(large), per_second(large), time(EVENT_MAX), judged],
    ];
    Report::section("Consumer's own work per order, ports in memory, systems that answer at once", &rows);
    table_writes(report)
}

/// How often an undisturbed order writes the table, and how often it may: a transaction counts once.
fn writes() -> Result<(u64, u64)> {
    let mut world = World::new(1)?;
    world.prepare()?;
    let before = world.store.writes();
    world.run()?;
    let writes = world.store.writes() - before;
    let specs = world.connected.specs();
    let is_write = |action: &flow::ActionName| {
        specs.iter().any(|spec| spec.name == *action && matches!(spec.effect, flow::Effect::Write { .. }))
    };
    // One more where the write is to the table itself.
    let of_step = |action: &flow::ActionName| 2 + u64::from(action.system() == flow::stored::SYSTEM);
    let steps = world.plan.all_steps();
    let actions = steps.iter().filter_map(|step| match &step.kind {
        StepKind::Use(uses) => Some(&uses.action).filter(|action| is_write(action)),
        _ => None,
    });
    Ok((writes, 2 + actions.map(of_step).sum::<u64>()))
}

fn table_writes(report: &mut Report) -> Result<()> {
    let (writes, writes_max) = writes()?;
    let judged = report.judge("an order writes the table too often", Limit::Fixed, writes <= writes_max);
    let rows = [
        ["an order", "writes of the table", "limit", ""].map(str::to_owned),
        [FLOW.to_owned(), writes.to_string(), writes_max.to_string(), judged],
    ];
    Report::section(
        "The table, per undisturbed order (claim, begin and checkpoint of each write, end)",
        &rows,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is measured is an order that goes all the way, to its receipt in the ERP.
    #[test]
    fn an_order_writes_the_table_as_often_as_it_may_and_no_more() {
        let (written, most) = writes().unwrap();
        assert_eq!(written, most);
        World::new(systems::LINES).unwrap().run().unwrap();
    }
}
