//! How a backlog is worked off after an outage, in virtual time: the shop is away for ten minutes while orders arrive, and gets so many
//! requests a second from us when it is back, and no more.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use canonical::NaturalKey;
use flow::engine::{Connected, Engine, Outcome, Settings};
use flow::guard::Throttle;
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::{ActionName, ActionSpec, Call, Class, Clock, Connector, Delivery, Fault, Ports, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::consumer_work::{FLOW, connection};
use crate::report::{Limit, Report, ratio};
use crate::{payload, systems};

/// Orders that are paid while the shop is away.
const ORDERS: u32 = 5_000;
/// How long it is.
const AWAY: SignedDuration = SignedDuration::from_mins(10);
/// Requests a second that it gets.
const PER_SECOND: u32 = 8;
/// Requests of an order: it is read; and read, invoiced, recorded and read back.
const REQUESTS: [(&str, u32); 2] = [("magento.order.read", 1), ("magento.order.mark_paid", 4)];
/// How far the rate may be from the throttle's, in thousandths.
const OFF_MAX: u128 = 100;
/// Deliveries after which an order is stuck.
const DELIVERIES_MAX: u32 = 900;

/// The shop behind its throttle, away until a time.
struct Shop {
    inner: Arc<dyn Connector>,
    throttle: Throttle,
    clock: Arc<MemoryClock>,
    back_at: Timestamp,
}

impl Shop {
    /// Waits for the turn of each of an action's requests; the first meets a shop that is away.
    async fn ask(&self, action: &ActionName) -> Result<(), Fault> {
        let requests = REQUESTS.iter().find(|(name, _)| *name == action.as_str()).map_or(1, |(_, n)| *n);
        for _ in 0..requests {
            let paced = |error: flow::guard::throttle::Refusal| {
                Fault::new(Class::Throttled, flow::fault::PACED, error.to_string())
            };
            self.throttle.pass().await.map_err(paced)?;
            if self.clock.now() < self.back_at {
                return Err(Fault::new(Class::Transient, "no_connection", "the shop is away"));
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Connector for Shop {
    fn specs(&self) -> Vec<ActionSpec> {
        self.inner.specs()
    }

    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault> {
        self.inner.natural_key(action, input)
    }

    async fn find(&self, action: &ActionName, call: &Call, input: Value) -> Result<Option<Value>, Fault> {
        self.ask(action).await?;
        self.inner.find(action, call, input).await
    }

    async fn run(&self, action: &ActionName, call: &Call, input: Value) -> Result<Value, Fault> {
        self.ask(action).await?;
        self.inner.run(action, call, input).await
    }
}

/// What came of it.
struct Drained {
    /// From the shop's return to the first order that is done.
    first: SignedDuration,
    /// From there to the last.
    all: SignedDuration,
    deliveries: u64,
    most: u32,
}

/// Runs it and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let drained = runtime.block_on(drain(ORDERS))?;
    let requests: u32 = REQUESTS.iter().map(|(_, requests)| requests).sum();
    let ideal_ms = u128::from(ORDERS) * u128::from(requests) * 1000 / u128::from(PER_SECOND);
    let took_ms = u128::try_from(drained.all.as_millis()).context("time runs backwards")?;
    let per_mille = took_ms * 1000 / ideal_ms.max(1);
    let is_near = per_mille.abs_diff(1000) <= OFF_MAX;
    let judged = report.judge("a backlog is not drained at the throttle's cap", Limit::Fixed, is_near);
    let rows = [
        ["after the return", "first done", "all done in", "at the cap", "ratio", "limit", ""]
            .map(str::to_owned),
        [
            format!("{ORDERS} orders"),
            format!("{} s", drained.first.as_secs()),
            format!("{} s", drained.all.as_secs()),
            format!("{} s", ideal_ms / 1000),
            ratio(per_mille),
            "1 ± 0.10".to_owned(),
            judged,
        ],
    ];
    Report::section("A shop that was away for 10 minutes and gets 8 requests a second (virtual time)", &rows);
    println!(
        "  {} deliveries in all, {} for the order that had most; nothing was parked",
        drained.deliveries, drained.most
    );
    Ok(())
}

/// Orders arrive while the shop is away, and are delivered, soonest first, until each is done.
async fn drain(orders: u32) -> Result<Drained> {
    let began: Timestamp = "2026-03-02T09:14:07Z".parse()?;
    let clock = Arc::new(MemoryClock::new(began, 7));
    let (engine, connected) = parts(&clock, began + AWAY)?;
    let body = payload::charge()?;
    let between = AWAY / i32::try_from(orders)?;
    let arrivals = (0..orders).map(|n| {
        let at = began.checked_add(between * i32::try_from(n).unwrap_or(i32::MAX)).unwrap_or(began);
        Reverse((at, n, 1_u32))
    });
    let mut waiting: BinaryHeap<_> = arrivals.collect();
    let (mut deliveries, mut most, mut first, mut last) = (0, 0, None, began);
    while let Some(Reverse((at, order, receive_count))) = waiting.pop() {
        clock.advance(at.duration_since(clock.now()).max(SignedDuration::ZERO));
        deliveries += 1;
        most = most.max(receive_count);
        let delivery = delivery(order, receive_count, at, &body)?;
        let deadline = clock.now() + SignedDuration::from_secs(120);
        let report = engine.deliver(Ok(&connected), &delivery, deadline).await;
        match report.outcome {
            Outcome::Done => {
                last = clock.now();
                first.get_or_insert(last);
            }
            Outcome::RetryAfter(after) if receive_count < DELIVERIES_MAX => {
                waiting.push(Reverse((clock.now() + after, order, receive_count + 1)));
            }
            other => {
                let why = report.fault.map(|fault| fault.message).unwrap_or_default();
                bail!("order {order} ends {other:?} after {receive_count} deliveries: {why}")
            }
        }
    }
    let first = first.context("no order is done")?;
    Ok(Drained {
        first: first.duration_since(began + AWAY),
        all: last.duration_since(first),
        deliveries,
        most,
    })
}

fn parts(clock: &Arc<MemoryClock>, back_at: Timestamp) -> Result<(Engine, Connected)> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let mut connectors = systems::connectors(1)?;
    let shop = connectors
        .iter_mut()
        .find(|connector| connector.specs().iter().any(|spec| spec.name.system() == "magento"))
        .context("there is no shop")?;
    let (pair, system) = ("main".parse()?, "magento".parse()?);
    let throttle = Throttle::new(pair, system, PER_SECOND, Arc::clone(&store), Arc::clone(clock) as _);
    *shop = Arc::new(Shop { inner: Arc::clone(shop), throttle, clock: Arc::clone(clock), back_at });
    let ports = Ports { store, queue: Arc::new(MemoryQueue::default()), clock: Arc::clone(clock) as _ };
    connectors.push(Arc::new(flow::stored::connector(ports.clone())?));
    let plan = Arc::new(flows::load(FLOW, &connections::specs()?)?);
    let settings = Settings { lease: SignedDuration::from_secs(130) };
    let engine = Engine::new(ports, plan, flows::routes()?, settings);
    Ok((engine, Connected { connection: connection()?, connectors, secret_versions: BTreeMap::new() }))
}

fn delivery(order: u32, receive_count: u32, received_at: Timestamp, body: &str) -> Result<Delivery> {
    Ok(Delivery {
        pair: "main".parse()?,
        source: "stripe".to_owned(),
        event: format!("evt_{order}").parse()?,
        event_type: "charge.succeeded".to_owned(),
        entity: format!("payment_intent:pi_{order}"),
        received_at,
        trace_id: "1-67891233-abcdef012345".to_owned(),
        replay: None,
        park: None,
        receive_count,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_order_of_a_backlog_is_done() {
        // More than the notes of one order's fulfilments would fit a row.
        drain(700).await.unwrap();
    }
}
