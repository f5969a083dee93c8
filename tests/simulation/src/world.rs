//! Everything of one history: the doubles, the table, the queues, the secrets, and what is known of its orders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use canonical::EventId;
use connections::Connections;
use environment::Stage;
use flow::memory::MemoryStore;
use flow::name::NameError;
use flow::plan::Plan;
use flow::route::{Route, Routes};
use flow::{FlowName, Message, Ports, QueueName};
use ingest::Source;
use jiff::SignedDuration;
use outbound::Pool;
use sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt as _;

use crate::chance::Chance;
use crate::clock::SimClock;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::network::Network;
use crate::order::Order;
use crate::queue::Sqs;
use crate::setup::{Setup, settings};
use crate::store::FaultyStore;
use crate::switch::Switch;
use crate::vault::{Reader, Vault};
use crate::watch::Watch;

/// The flow that moves an order on; the others follow it.
pub(crate) const ORDER_TO_CASH: &str = "order-to-cash";
/// The pair.
pub(crate) const PAIR: &str = "main";
/// The functions' timeout, as `template.yaml` says.
pub(crate) const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(120);
/// Longest answer of a double to a person.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Every shipped flow's document and what later deploys make of it: the same flow under other hashes.
static DOCUMENTS: LazyLock<Result<BTreeMap<FlowName, Vec<Plan>>, String>> = LazyLock::new(|| {
    let specs = connections::specs().map_err(|error| error.to_string())?;
    let versions = |shipped: flow::document::Source| {
        let version = |n: u32| {
            let yaml = format!("{}# Version {n}.\n", shipped.yaml);
            let source = flow::document::Source { yaml, ..shipped.clone() };
            flow::document::load(&source, &specs).map_err(|mistakes| mistakes.to_string())
        };
        let name: FlowName = shipped.folder.parse().map_err(|error: NameError| error.to_string())?;
        Ok((name, (1..=4).map(version).collect::<Result<_, String>>()?))
    };
    flows::all().into_iter().map(versions).collect()
});

/// What the flows hear.
static ROUTES: LazyLock<Result<Routes, String>> = LazyLock::new(|| {
    let triggers = flows::routes().map_err(|error| error.to_string())?;
    let sources = Source::ALL.map(Source::as_str);
    Ok(Routes::new(triggers, &[sources.as_slice(), &["tillbridge"]].concat()))
});

/// The flows that an event of Stripe's starts, by its type.
pub(crate) fn interested(event_type: &str) -> Result<Vec<FlowName>> {
    let routes = ROUTES.as_ref().map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let route = routes.find("stripe", event_type);
    Ok(route.into_iter().flat_map(Route::flows).cloned().collect())
}

/// Every shipped flow.
pub(crate) fn flow_names() -> Result<Vec<FlowName>> {
    let documents = DOCUMENTS.as_ref().map_err(|problem| anyhow::anyhow!("{problem}"))?;
    Ok(documents.keys().cloned().collect())
}

/// The routing table of all processes.
pub(crate) fn routes() -> Result<Routes> {
    ROUTES.as_ref().cloned().map_err(|problem| anyhow::anyhow!("{problem}"))
}

/// One history.
pub(crate) struct World {
    pub(crate) chance: Chance,
    pub(crate) clock: SimClock,
    pub(crate) journal: Journal,
    pub(crate) switch: Switch,
    pub(crate) faults: Arc<Faults>,
    pub(crate) sandbox: Sandbox,
    pub(crate) doubles: Router,
    pub(crate) table: Arc<MemoryStore>,
    pub(crate) watch: Watch,
    pub(crate) sqs: Sqs,
    pub(crate) vault: Vault,
    pub(crate) stage: Stage,
    pub(crate) look: Duration,
    pub(crate) swept_every: Duration,
    pub(crate) lines_max: usize,
    pub(crate) sends_all: bool,
    orders: Mutex<Vec<Order>>,
    /// The executions that payouts must have.
    payouts: Mutex<BTreeSet<(FlowName, EventId)>>,
    /// When each document was last put, over all processes.
    puts: Arc<Mutex<BTreeMap<String, Instant>>>,
    /// Which document is deployed.
    deployed: AtomicUsize,
    /// Which secrets are current.
    pub(crate) secrets: AtomicUsize,
    /// How many actors and deliveries are under way.
    busy: AtomicUsize,
    /// How many of Stripe's events are on their way.
    pub(crate) posted: AtomicUsize,
}

/// Somebody is at work, until this is dropped.
pub(crate) struct Busy(Arc<World>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl World {
    /// The world of a seed, before anything has happened.
    pub(crate) fn new(seed: u64) -> Result<Arc<Self>> {
        // The doubles and the connectors draw from the thread's own source (nonces, report numbers).
        fastrand::seed(seed);
        let chance = Chance::new(seed);
        let setup = Setup::of_a_history(&chance)?;
        Self::of(seed, chance, setup)
    }

    /// A world of this kind, before anything has happened.
    pub(crate) fn of(seed: u64, chance: Chance, setup: Setup) -> Result<Arc<Self>> {
        let Setup { begin, faults, look, swept_every, lines_max, sends_all } = setup;
        let clock = SimClock::new(begin, chance.clone());
        let journal = Journal::new(clock.clone());
        let switch = Switch::new(chance.clone());
        let faults = Arc::new(faults);
        journal.tell(format!("seed {seed} begins at {begin}: {faults:?}"));
        let sandbox = Sandbox::new(settings(&clock));
        let vault = Vault::default();
        let secrets: Value = serde_json::from_str(include_str!("../../../infra/local/secrets.json"))?;
        for (kind, secret) in secrets.as_object().into_iter().flatten() {
            vault.put(kind, secret.clone());
        }
        let stage = Stage::parse("simulation", include_str!("../environment.yaml"))?;
        Ok(Arc::new(Self {
            doubles: sandbox.router(),
            sandbox,
            table: Arc::default(),
            watch: Watch::new(journal.clone()),
            sqs: Sqs::new(&faults, &switch, &chance, &journal),
            vault,
            stage,
            look,
            swept_every,
            lines_max,
            sends_all,
            orders: Mutex::default(),
            payouts: Mutex::default(),
            puts: Arc::default(),
            deployed: AtomicUsize::new(0),
            secrets: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            posted: AtomicUsize::new(0),
            chance,
            clock,
            journal,
            switch,
            faults,
        }))
    }

    /// Notes that somebody is at work.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    /// Whether nobody is.
    pub(crate) fn is_idle(&self) -> bool {
        let (events, _) = self.sandbox.stripe_events(usize::MAX);
        self.busy.load(Ordering::SeqCst) == 0
            && self.posted.load(Ordering::SeqCst) == events
            && self.messages().is_empty()
    }

    /// What stands on the flows' queues.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let flows = flow_names().unwrap_or_default();
        flows.into_iter().flat_map(|flow| self.sqs.messages(&QueueName::Flow(flow))).collect()
    }

    /// The orders so far.
    pub(crate) fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The executions that payouts must have: ingest has taken the event, or the sweep must find it.
    pub(crate) fn payouts(&self) -> MutexGuard<'_, BTreeSet<(FlowName, EventId)>> {
        self.payouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deploys the flows anew.
    pub(crate) fn deploy(&self) {
        let n = self.deployed.fetch_add(1, Ordering::SeqCst) + 1;
        self.journal.tell(format!("deploy {n}"));
    }

    /// Which deployment is current.
    pub(crate) fn deployment(&self) -> usize {
        self.deployed.load(Ordering::SeqCst)
    }

    /// A flow's document in the current deployment.
    pub(crate) fn document(&self, flow: &FlowName) -> Result<Plan> {
        let documents = DOCUMENTS.as_ref().map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let documents = documents.get(flow).context("no such flow")?;
        let at = self.deployment() % documents.len();
        documents.get(at).cloned().context("no document")
    }

    /// The table as somebody sees it.
    fn store(&self, who: &str) -> FaultyStore {
        FaultyStore {
            table: Arc::clone(&self.table),
            watch: self.watch.clone(),
            faults: Arc::clone(&self.faults),
            switch: self.switch.clone(),
            chance: self.chance.clone(),
            journal: self.journal.clone(),
            who: who.to_owned(),
        }
    }

    /// A process's ports.
    pub(crate) fn ports(&self, who: &str) -> Ports {
        self.ports_over(self.store(who))
    }

    /// The ports of somebody whose table never fails.
    pub(crate) fn calm_ports(&self, who: &str) -> Ports {
        self.ports_over(FaultyStore { faults: Arc::default(), ..self.store(who) })
    }

    fn ports_over(&self, store: FaultyStore) -> Ports {
        let (queue, clock) = (Arc::new(self.sqs.clone()), Arc::new(self.clock.clone()));
        Ports { store: Arc::new(store), queue, clock }
    }

    /// A process's connectors.
    pub(crate) fn connections(&self, who: &str, ports: &Ports) -> Connections {
        Connections::new(self.stage.clone(), Arc::new(self.reader()), ports.clone(), self.pool(who))
    }

    /// A process's secrets.
    pub(crate) fn reader(&self) -> Reader {
        Reader::new(&self.vault, &self.switch, self.faults.vault_away)
    }

    /// A process's connections.
    fn pool(&self, who: &str) -> Pool {
        Pool::over(Arc::new(Network {
            doubles: self.doubles.clone(),
            clock: self.clock.clone(),
            faults: Arc::clone(&self.faults),
            switch: self.switch.clone(),
            chance: self.chance.clone(),
            journal: self.journal.clone(),
            puts: Arc::clone(&self.puts),
            who: who.to_owned(),
        }))
    }

    /// Asks a double as a person or a checkout does, without the network's faults; status and body.
    pub(crate) async fn ask(&self, request: Request<Body>) -> Result<(u16, Value)> {
        let response = self.doubles.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

/// The secrets after a rotation: kind and value. The old ones still hold.
pub(crate) fn rotated(n: usize) -> [(&'static str, Value); 3] {
    let token = |system: &str, n: usize| {
        if n % 2 == 1 { format!("{system}-sandbox-token-1") } else { format!("{system}-sandbox-token") }
    };
    [
        (
            "stripe-webhook",
            json!({ "signing_secrets": [signing_secret(n), signing_secret(n.saturating_sub(1))] }),
        ),
        ("erp", json!({ "token": token("erp", n), "previous_token": token("erp", n + 1) })),
        ("wms", json!({ "token": token("wms", n), "previous_token": token("wms", n + 1) })),
    ]
}

/// What Stripe signs with after so many rotations.
pub(crate) fn signing_secret(n: usize) -> String {
    if n == 0 { sandbox::STRIPE_SIGNING_SECRET.to_owned() } else { format!("whsec_rotation_{n}") }
}
