//! A world for the engine's tests: one connector that counts effects, ports in memory, and a fuse that stops the
//! process at any call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use canonical::NaturalKey;
use flow::engine::{Connected, Engine, Report, Settings};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::plan::Plan;
use flow::{
    ActionName, ActionSpec, Call, Class, Clock, Connector, Cursor, Delivery, Effect, Fault, Index, Item, Key,
    Page, Ports, Store, StoreError, Write,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(130);
pub(crate) const FUNCTION: SignedDuration = SignedDuration::from_secs(120);

/// Stops the process before or after its n-th call to the outside: the call's future never ends.
#[derive(Default)]
pub(crate) struct Fuse {
    calls: AtomicUsize,
    stop_at: Mutex<Option<(usize, bool)>>,
    released: AtomicBool,
}

impl Fuse {
    pub(crate) fn set(&self, at: usize, after: bool) {
        self.calls.store(0, Ordering::SeqCst);
        *self.stop_at.lock().unwrap() = Some((at, after));
    }

    pub(crate) fn clear(&self) {
        *self.stop_at.lock().unwrap() = None;
    }

    /// Lets a process that was stopped go on: it was only paused.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }

    async fn hold(&self) {
        // Nobody is woken: the test polls again when it has released it.
        let released = || if self.released.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending };
        std::future::poll_fn(|_| released()).await;
    }

    async fn around<T>(&self, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let stop = *self.stop_at.lock().unwrap();
        if stop == Some((number, false)) {
            self.hold().await;
        }
        let answer = call.await;
        if stop == Some((number, true)) {
            self.hold().await;
        }
        answer
    }
}

/// A system outside: `shop.thing.read` answers, `shop.thing.put` makes one thing a key.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) effects: Mutex<BTreeMap<String, usize>>,
    pub(crate) calls: Mutex<Vec<String>>,
    /// What an order is, beside its id and number.
    pub(crate) order: Mutex<Value>,
    /// Inputs and generations of writes, as they were sent.
    pub(crate) sent: Mutex<Vec<(String, Value, u32)>>,
    pub(crate) clock: Option<Arc<MemoryClock>>,
    /// How long a write takes before it answers or is given up.
    pub(crate) takes: Mutex<SignedDuration>,
    /// When the finds were made.
    pub(crate) found_at: Mutex<Vec<Timestamp>>,
    /// Answers to give before the real one, oldest first; `true`: after the effect.
    pub(crate) faults: Mutex<Vec<(String, Fault, bool)>>,
    pub(crate) fuse: Arc<Fuse>,
}

impl Shop {
    fn fault(&self, action: &ActionName, after: bool) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let at = faults.iter().position(|(name, _, when)| name == action.as_str() && *when == after)?;
        Some(faults.remove(at).1)
    }

    pub(crate) fn things(&self) -> BTreeMap<String, usize> {
        self.effects.lock().unwrap().clone()
    }
}

fn spec(name: &str, effect: Effect) -> ActionSpec {
    let any = schemars::json_schema!({ "type": "object" });
    ActionSpec {
        name: name.parse().unwrap(),
        effect,
        timeout: SignedDuration::from_secs(20),
        input: any.clone(),
        output: any,
        links: if name == "shop.order.read" { &[("order_number", "/number")] } else { &[] },
        locks: (name == "shop.parcel.put").then_some("/id"),
    }
}

pub(crate) fn specs() -> Vec<ActionSpec> {
    let settle = SignedDuration::from_secs(5);
    vec![
        spec("shop.order.read", Effect::Read),
        spec("shop.thing.put", Effect::Write { settle }),
        spec("shop.parcel.put", Effect::Write { settle }),
    ]
}

#[async_trait]
impl Connector for Shop {
    fn specs(&self) -> Vec<ActionSpec> {
        specs()
    }

    fn names(&self, _: &str, event: &Value) -> Vec<(&'static str, String)> {
        let orders = event["data"]["object"]["orders"].as_array().into_iter().flatten();
        orders.map(|order| ("order_number", order.as_str().unwrap().to_owned())).collect()
    }

    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault> {
        Ok(format!("{action}:{}", input["id"].as_str().unwrap()).parse().unwrap())
    }

    async fn find(&self, action: &ActionName, _: &Call, input: Value) -> Result<Option<Value>, Fault> {
        let key = self.natural_key(action, &input)?;
        self.found_at.lock().unwrap().push(self.clock.as_ref().unwrap().now());
        self.fuse
            .around(async {
                let made = self.effects.lock().unwrap().contains_key(key.as_str());
                Ok(made.then(|| json!({ "id": key })))
            })
            .await
    }

    async fn run(&self, action: &ActionName, call: &Call, input: Value) -> Result<Value, Fault> {
        if action.as_str() != "shop.order.read" {
            self.sent.lock().unwrap().push((action.to_string(), input.clone(), call.generation));
        }
        self.fuse
            .around(async {
                self.calls.lock().unwrap().push(action.to_string());
                if action.as_str() != "shop.order.read" {
                    self.clock.as_ref().unwrap().advance(*self.takes.lock().unwrap());
                }
                if let Some(fault) = self.fault(action, false) {
                    return Err(fault);
                }
                if action.as_str() == "shop.order.read" {
                    let mut order = json!({ "number": "000000042", "id": input["id"] });
                    let own = self.order.lock().unwrap().clone();
                    order.as_object_mut().unwrap().extend(own.as_object().cloned().unwrap_or_default());
                    return Ok(order);
                }
                let key = self.natural_key(action, &input)?;
                *self.effects.lock().unwrap().entry(key.to_string()).or_default() += 1;
                match self.fault(action, true) {
                    Some(fault) => Err(fault),
                    None => Ok(json!({ "id": key })),
                }
            })
            .await
    }
}

/// The store behind the fuse.
pub(crate) struct Fused {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) fuse: Arc<Fuse>,
}

#[async_trait]
impl Store for Fused {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.fuse.around(self.store.get(key)).await
    }
    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        self.fuse.around(self.store.partition(pk)).await
    }
    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.fuse.around(self.store.index(index, pk, from, limit)).await
    }
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.fuse.around(self.store.write(writes)).await
    }
}

/// Everything that an engine's test looks at.
pub(crate) struct World {
    pub(crate) clock: Arc<MemoryClock>,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) shop: Arc<Shop>,
    pub(crate) fuse: Arc<Fuse>,
    pub(crate) connected: Connected,
}

impl World {
    pub(crate) fn new() -> Self {
        let fuse = Arc::new(Fuse::default());
        let clock = Arc::new(MemoryClock::new("2026-03-02T09:14:07Z".parse().unwrap(), 7));
        let shop =
            Arc::new(Shop { fuse: Arc::clone(&fuse), clock: Some(Arc::clone(&clock)), ..Shop::default() });
        let connected = Connected {
            connection: json!({ "stripe": { "account": "acct_1" }, "tables": {} }),
            connectors: vec![Arc::clone(&shop) as Arc<dyn Connector>],
            secret_versions: BTreeMap::from([("shop".parse().unwrap(), "v1".to_owned())]),
        };
        Self {
            clock,
            queue: Arc::new(MemoryQueue::default()),
            store: Arc::new(MemoryStore::default()),
            shop,
            fuse,
            connected,
        }
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports {
            store: Arc::new(Fused { store: Arc::clone(&self.store), fuse: Arc::clone(&self.fuse) }),
            queue: Arc::clone(&self.queue) as _,
            clock: Arc::clone(&self.clock) as _,
        }
    }

    /// A process: an engine with nothing in memory.
    pub(crate) fn engine(&self, yaml: &str) -> Engine {
        Engine::new(self.ports(), Arc::new(plan(yaml)), Vec::new(), Settings { lease: LEASE })
    }

    pub(crate) async fn deliver(&self, engine: &Engine, delivery: &Delivery) -> Report {
        engine.deliver(Ok(&self.connected), delivery, self.clock.now() + FUNCTION).await
    }

    /// Delivers until the queue would keep nothing.
    pub(crate) async fn settle(&self, yaml: &str, delivery: &Delivery) -> Report {
        let mut delivery = delivery.clone();
        for _ in 0..100 {
            delivery.receive_count += 1;
            let report = self.deliver(&self.engine(yaml), &delivery).await;
            match report.outcome {
                flow::engine::Outcome::RetryAfter(after) => self.clock.advance(after),
                _ => return report,
            }
        }
        panic!("the delivery never settles");
    }
}

pub(crate) fn plan(yaml: &str) -> Plan {
    let source =
        flow::document::Source { folder: "demo".into(), yaml: yaml.into(), mappings: BTreeMap::new() };
    flow::document::load(&source, &specs()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

pub(crate) fn delivery(event: &str) -> Delivery {
    Delivery {
        pair: "main".parse().unwrap(),
        source: "stripe".into(),
        event: event.parse().unwrap(),
        event_type: "charge.succeeded".into(),
        entity: "payment_intent:pi_1".into(),
        received_at: "2026-03-02T09:14:07Z".parse().unwrap(),
        trace_id: "trace".into(),
        replay: None,
        park: None,
        receive_count: 1,
        body: json!({ "id": event, "data": { "object": { "id": "ch_1", "payment_intent": "pi_1" } } })
            .to_string(),
    }
}

pub(crate) fn fault(class: Class, code: &str) -> Fault {
    Fault::new(class, code, "what happened")
}
