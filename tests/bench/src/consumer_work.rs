//! The consumer's own work on a paid order: the engine and the shipped flow, with ports in memory and systems that answer at
//! once. What is left is claim, expressions, mappings, the actions' inputs and outputs, and the rows.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use environment::Stage;
use flow::engine::{Connected, Engine, Outcome, Settings};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::plan::Plan;
use flow::{Clock, Delivery, Ports, Store};
use jiff::SignedDuration;
use serde_json::Value;

use crate::measure::{Contender, interleaved};
use crate::report::{Limit, Report, time};
use crate::{payload, systems};

const FLOW: &str = "order-to-cash";
/// Of an order of [`systems::LINES`] lines.
const EVENT_MAX: Duration = Duration::from_millis(1);
const ROUNDS: usize = 50;
const ROUND_EVENTS: u32 = 20;
/// Events that one table in memory takes before it is thrown away.
const TABLE_EVENTS_MAX: u32 = 200;

/// An engine and everything around it.
struct World {
    plan: Arc<Plan>,
    connection: Value,
    lines: u32,
    body: String,
    engine: Engine,
    connected: Connected,
    clock: Arc<MemoryClock>,
    store: Arc<MemoryStore>,
    events: u32,
}

/// Ports, and the engine and the connectors over them.
type Parts = (Engine, Connected, Arc<MemoryClock>, Arc<MemoryStore>);

fn parts(plan: &Arc<Plan>, connection: &Value, lines: u32) -> Result<Parts> {
    let store = Arc::new(MemoryStore::default());
    let clock = Arc::new(MemoryClock::new("2026-03-02T09:14:07Z".parse()?, 7));
    let mut connectors = systems::connectors(lines)?;
    connectors.push(Arc::new(flow::stored::connector(Arc::clone(&store) as Arc<dyn Store>)?));
    let ports = Ports {
        store: Arc::clone(&store) as _,
        queue: Arc::new(MemoryQueue::default()),
        clock: Arc::clone(&clock) as _,
    };
    let settings = Settings { lease: SignedDuration::from_secs(130) };
    let engine = Engine::new(ports, Arc::clone(plan), flows::routes()?, settings);
    Ok((engine, Connected { connection: connection.clone(), connectors }, clock, store))
}

impl World {
    fn new(lines: u32) -> Result<Self> {
        let plan = Arc::new(flows::load(FLOW, &connections::specs()?)?);
        let connection = connection()?;
        let (engine, connected, clock, store) = parts(&plan, &connection, lines)?;
        let body = payload::charge()?;
        Ok(Self { plan, connection, lines, body, engine, connected, clock, store, events: 0 })
    }

    /// An event from its delivery to its end.
    async fn deliver(&mut self) -> Result<()> {
        if self.events == TABLE_EVENTS_MAX {
            (self.engine, self.connected, self.clock, self.store) =
                parts(&self.plan, &self.connection, self.lines)?;
            self.events = 0;
        }
        self.events += 1;
        let delivery = Delivery {
            pair: "main".parse()?,
            source: "stripe".to_owned(),
            event: format!("evt_{}", self.events).parse()?,
            event_type: "charge.succeeded".to_owned(),
            entity: format!("payment_intent:pi_{}", self.events),
            received_at: self.clock.now(),
            trace_id: "1-67891233-abcdef012345".to_owned(),
            replay: None,
            park: None,
            receive_count: 1,
            body: self.body.clone(),
        };
        let deadline = self.clock.now() + SignedDuration::from_secs(120);
        let report = self.engine.deliver(Ok(&self.connected), &delivery, deadline).await;
        if report.outcome != Outcome::Done {
            bail!("the order is not done: {:?} {:?}", report.outcome, report.fault);
        }
        Ok(())
    }
}

/// The pair's settings as flow documents see them.
fn connection() -> Result<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/environments/local.yaml");
    let stage = Stage::parse("local", &std::fs::read_to_string(file)?)?;
    Ok(serde_json::to_value(stage.pairs.values().next().context("local.yaml has no pair")?)?)
}

/// Measures and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut small, mut large) = (World::new(1)?, World::new(systems::LINES)?);
    let contenders: [Contender<'_>; 2] =
        [Box::new(|| runtime.block_on(small.deliver())), Box::new(|| runtime.block_on(large.deliver()))];
    let rounds = interleaved(ROUNDS, ROUND_EVENTS, contenders)?;
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
    Ok(())
}
