//! The four systems over HTTP and by a clock that a test moves, the table and the queues in memory, and sweeps between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use connections::Connections;
use environment::{Secret, SecretError, SecretName, Secrets, Stage};
use flow::execution::{Claim, Claimed, Progress};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::route::Routes;
use flow::{Clock, Delivery, FlowName, Letter, Letters, Message, Ports, QueueError, QueueName};
use jiff::{SignedDuration, Timestamp};
use outbound::Pool;
use sandbox::{Sandbox, Seed, Seeded, Settings};
use secrecy::SecretString;
use serde_json::{Value, json};
use sweep::{Report, Sweep};
use tokio::net::TcpListener;

pub(crate) const FLOW: &str = "order-to-cash";
pub(crate) const LEDGER_DAY: &str = "ledger-day";
/// The function's timeout.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(300);

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) clock: Arc<MemoryClock>,
    pub(crate) letters: Arc<DeadLetters>,
    pub(crate) stage: Stage,
}

/// The local stack's secrets.
struct Vault(BTreeMap<String, Value>);

#[async_trait]
impl Secrets for Vault {
    async fn get(&self, name: &SecretName) -> Result<Secret, SecretError> {
        let kind = name.as_str().rsplit('/').next().unwrap();
        Ok(Secret::new(name.clone(), "1", SecretString::from(self.0[kind].to_string())))
    }

    async fn refresh(&self, name: &SecretName) -> Result<Secret, SecretError> {
        self.get(name).await
    }
}

/// A dead-letter queue: each letter is received once, and stays until it is deleted.
#[derive(Default)]
pub(crate) struct DeadLetters {
    hidden: Mutex<BTreeSet<String>>,
    pub(crate) letters: Mutex<Vec<Letter>>,
}

#[async_trait]
impl Letters for DeadLetters {
    async fn receive(&self, _: SignedDuration) -> Result<Vec<Letter>, QueueError> {
        let letters = self.letters.lock().unwrap().clone();
        let mut hidden = self.hidden.lock().unwrap();
        Ok(letters.into_iter().filter(|letter| hidden.insert(letter.receipt.clone())).take(10).collect())
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        self.letters.lock().unwrap().retain(|letter| letter.receipt != receipt);
        Ok(())
    }
}

impl World {
    /// A world in which the sweep has run before.
    pub(crate) async fn new() -> Self {
        let world = Self::before_the_first_run().await;
        let report = world.run().await;
        assert_eq!(report.problems, [], "the first run");
        world
    }

    pub(crate) async fn before_the_first_run() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Requests are signed with the true time, so the virtual one must not lie behind it.
        let clock = Arc::new(MemoryClock::new(Timestamp::now(), 7));
        let seen = Arc::clone(&clock);
        let settings = Settings {
            public_url: format!("http://{address}"),
            clock: sandbox::Clock::new(move || seen.now()),
            ..Settings::default()
        };
        let sandbox = Sandbox::new(settings);
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/environments/local.yaml");
        let yaml = std::fs::read_to_string(file).unwrap();
        Self {
            sandbox,
            store: Arc::default(),
            queue: Arc::default(),
            clock,
            letters: Arc::default(),
            stage: Stage::parse("local", &yaml.replace("127.0.0.1:4580", &address.to_string())).unwrap(),
        }
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports { store: self.store.clone(), queue: self.queue.clone(), clock: self.clock.clone() }
    }

    /// A process of its own.
    pub(crate) fn sweep(&self) -> Sweep {
        self.sweep_over(self.ports())
    }

    pub(crate) fn sweep_over(&self, ports: Ports) -> Sweep {
        self.sweep_with(ports, &json!({}))
    }

    /// A process that finds other secrets, by kind.
    pub(crate) fn sweep_with(&self, ports: Ports, secrets: &Value) -> Sweep {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/secrets.json");
        let mut known: BTreeMap<String, Value> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        known.extend(secrets.as_object().cloned().unwrap());
        let vault = Vault(known);
        let connections =
            Connections::new(self.stage.clone(), Arc::new(vault), ports.clone(), Pool::new().unwrap());
        Sweep::new(ports, self.letters.clone(), connections, routes())
    }

    pub(crate) async fn run(&self) -> Report {
        self.run_over(self.ports()).await
    }

    pub(crate) async fn run_over(&self, ports: Ports) -> Report {
        self.sweep_over(ports).run(self.clock.now() + TIMEOUT).await
    }

    pub(crate) fn minutes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    pub(crate) fn seed(&self) -> Seeded {
        self.sandbox.seed(&Seed::default()).unwrap()
    }

    /// Puts an event about nothing that is there.
    pub(crate) fn event(&self, id: &str, created: Timestamp, more: &Value) {
        let mut event = json!({
            "id": id, "object": "event", "type": "charge.succeeded", "created": created.as_second(),
            "data": { "object": { "id": format!("ch_{id}"), "object": "charge", "payment_intent": null } },
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        self.sandbox.put_stripe(&event).unwrap();
    }

    /// What was sent to the flow, oldest first.
    pub(crate) fn sent(&self) -> Vec<Message> {
        self.queue.sent(&QueueName::Flow(FLOW.parse().unwrap()))
    }

    /// The events that were sent, oldest first.
    pub(crate) fn events(&self) -> Vec<String> {
        self.sent().iter().map(|message| message.attributes["tb.event"].clone()).collect()
    }

    /// Takes every message that was sent to an end, as a consumer does.
    pub(crate) async fn consume(&self) {
        for message in self.sent() {
            let delivery = Delivery::from_message(message.body, &message.attributes, 1).unwrap();
            if let Some(mut claimed) = self.claim(&delivery).await {
                claimed.end(&self.ports(), Progress::Done).await.unwrap();
            }
        }
    }

    /// Whatever Stripe tells of now has its execution already.
    pub(crate) async fn claim_all(&self) {
        self.minutes(5);
        self.run().await;
        self.consume().await;
    }

    /// Claims a delivery; `None` where it is finished.
    pub(crate) async fn claim(&self, delivery: &Delivery) -> Option<Claimed> {
        let flow: FlowName = FLOW.parse().unwrap();
        let lease = SignedDuration::from_secs(130);
        match flow::execution::claim(&self.ports(), &flow, "hash", delivery, lease).await.unwrap() {
            Claim::Claimed(claimed) => Some(*claimed),
            Claim::Finished(_) => None,
            other => panic!("{other:?}"),
        }
    }

    /// The delivery of a webhook, as ingest makes it.
    pub(crate) fn delivery(&self, seeded: &Seeded) -> Delivery {
        let body = seeded.event.to_string();
        let routes = routes();
        let received = flow::route::Received {
            pair: &"main".parse().unwrap(),
            source: "stripe",
            event: &seeded.event["id"].as_str().unwrap().parse().unwrap(),
            event_type: "charge.succeeded",
            received_at: self.clock.now(),
            trace_id: "webhook",
            body: &body,
        };
        routes.find("stripe", "charge.succeeded").unwrap().deliveries(received).unwrap().remove(0).1
    }
}

/// The routes of one flow of Stripe's events, how many hear of one is shown elsewhere; and of the flow that closes days.
fn routes() -> Routes {
    let all = flows::routes().unwrap().into_iter();
    let heard = [FLOW, LEDGER_DAY];
    Routes::new(all.filter(|(flow, _)| heard.contains(&flow.as_str())), &["stripe", "tillbridge"])
}
