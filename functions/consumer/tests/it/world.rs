//! The four systems over HTTP, the table and the queues in memory, and consumers between them.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use consumer::Consumer;
use environment::Stage;
use flow::execution::{Execution, execution_by_event};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::plan::Plan;
use flow::{Clock, Delivery, Message, Ports, Queue, QueueName, Store};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use outbound::Pool;
use sandbox::{Fault, Planned, Sandbox, Seed, Seeded, Settings, System};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::vault::Vault;

pub(crate) const FLOW: &str = "order-to-cash";
pub(crate) const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(120);
/// Rounds of deliveries after which a message must be gone.
const ROUNDS_MAX: u32 = 60;

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) vault: Vault,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) clock: Arc<MemoryClock>,
    stage: Stage,
}

impl World {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sandbox =
            Sandbox::new(Settings { public_url: format!("http://{address}"), ..Settings::default() });
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/environments/local.yaml");
        let yaml = std::fs::read_to_string(file).unwrap();
        // Requests and signatures carry the true time, so the virtual one must not lie behind it.
        let clock = MemoryClock::new(Timestamp::now(), 7);
        Self {
            sandbox,
            vault: Vault::new().await,
            store: Arc::default(),
            queue: Arc::default(),
            clock: Arc::new(clock),
            stage: Stage::parse("local", &yaml.replace("127.0.0.1:4580", &address.to_string())).unwrap(),
        }
    }

    pub(crate) fn stage(&self) -> &Stage {
        &self.stage
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A process of its own: nothing in memory but what the ports hold.
    pub(crate) async fn consumer(&self) -> Consumer {
        self.consumer_with(|_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn consumer_with(&self, change: impl FnOnce(&mut Stage)) -> Consumer {
        self.consumer_over(self.queue.clone(), change).await
    }

    /// The same over other queues.
    pub(crate) async fn consumer_over(
        &self,
        queue: Arc<dyn Queue>,
        change: impl FnOnce(&mut Stage),
    ) -> Consumer {
        let mut stage = self.stage.clone();
        change(&mut stage);
        self.consumer_of(order_to_cash(), Ports { queue, ..self.ports() }, stage).await
    }

    /// The same over another table.
    pub(crate) async fn consumer_over_store(&self, store: Arc<dyn Store>) -> Consumer {
        self.consumer_of(order_to_cash(), Ports { store, ..self.ports() }, self.stage.clone()).await
    }

    /// A process that runs another flow.
    pub(crate) async fn consumer_of_flow(&self, plan: Plan) -> Consumer {
        self.consumer_of(plan, self.ports(), self.stage.clone()).await
    }

    async fn consumer_of(&self, plan: Plan, ports: Ports, stage: Stage) -> Consumer {
        let secrets = self.vault.client().await;
        let pool = Pool::new().unwrap();
        let connections = connections::Connections::new(stage, Arc::new(secrets), ports.clone(), pool);
        Consumer::new(plan, ports, connections, FUNCTION_TIMEOUT).unwrap()
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports { store: self.store.clone(), queue: self.queue.clone(), clock: self.clock.clone() }
    }

    pub(crate) fn seed(&self, kind: &str) -> Seeded {
        self.sandbox.seed(&Seed { kind: kind.to_owned(), ..Seed::default() }).unwrap()
    }

    /// The event as ingest enqueues it.
    pub(crate) fn message(&self, seeded: &Seeded) -> Message {
        delivery(&seeded.event, self.clock.now()).to_message()
    }

    /// Hands a consumer some messages as Lambda does, each for the `receives`-th time; its receipt is its place.
    pub(crate) async fn hand(
        &self,
        consumer: &Consumer,
        messages: &[Message],
        receives: u32,
    ) -> SqsBatchResponse {
        let records: Vec<Value> =
            messages.iter().enumerate().map(|(place, message)| record(place, message, receives)).collect();
        self.hand_records(consumer, json!(records)).await
    }

    pub(crate) async fn hand_records(&self, consumer: &Consumer, records: Value) -> SqsBatchResponse {
        let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
        let mut context = Context::default();
        let deadline = self.clock.now() + FUNCTION_TIMEOUT;
        context.deadline = u64::try_from(deadline.as_millisecond()).unwrap();
        consumer.handle(LambdaEvent::new(event, context)).await.unwrap_or_else(|never| match never {})
    }

    /// Delivers a message, each time to a new process, until the queue would forget it; gives its execution.
    pub(crate) async fn settle(&self, message: &Message) -> Execution {
        self.settle_with(message, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn settle_with(&self, message: &Message, change: fn(&mut Stage)) -> Execution {
        self.settle_by(FLOW, message, async || self.consumer_with(change).await).await
    }

    /// The same in another flow.
    pub(crate) async fn settle_in(&self, flow: &str, message: &Message) -> Execution {
        let plan = flows::load(flow, &connections::specs().unwrap()).unwrap();
        self.settle_by(flow, message, async || self.consumer_of_flow(plan.clone()).await).await
    }

    async fn settle_by(
        &self,
        flow: &str,
        message: &Message,
        process: impl AsyncFn() -> Consumer,
    ) -> Execution {
        for receives in 1..=ROUNDS_MAX {
            let consumer = process().await;
            let response = self.hand(&consumer, std::slice::from_ref(message), receives).await;
            if response.batch_item_failures.is_empty() {
                return self.execution_in(flow, message).await;
            }
            let (_, _, after) = self.queue.delays().pop().unwrap();
            self.clock.advance(after);
        }
        panic!("the message never settles: {:?}", self.execution_in(flow, message).await);
    }

    pub(crate) async fn execution(&self, message: &Message) -> Execution {
        self.execution_in(FLOW, message).await
    }

    async fn execution_in(&self, flow: &str, message: &Message) -> Execution {
        let event = message.attributes["tb.event"].parse().unwrap();
        let (pair, flow) = ("main".parse().unwrap(), flow.parse().unwrap());
        execution_by_event(self.store.as_ref(), &pair, &flow, &event).await.unwrap().unwrap()
    }

    pub(crate) fn letters(&self) -> Vec<Message> {
        self.queue.sent(&QueueName::DeadLetter)
    }

    /// Plans a fault for the next request of a system to a path.
    pub(crate) fn plan(&self, system: System, method: &str, path: &str, fault: &str) {
        let planned = Planned {
            system,
            fault: fault.parse::<Fault>().unwrap(),
            times: Some(1),
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
        };
        assert!(self.sandbox.plan(planned));
    }
}

fn order_to_cash() -> Plan {
    flows::load(FLOW, &connections::specs().unwrap()).unwrap()
}

pub(crate) fn delivery(event: &Value, received_at: Timestamp) -> Delivery {
    let object = &event["data"]["object"];
    let entity = match (&object["payment_intent"], &object["id"]) {
        (Value::String(intent), _) => format!("payment_intent:{intent}"),
        (_, charge) => format!("charge:{}", charge.as_str().unwrap()),
    };
    Delivery {
        pair: "main".parse().unwrap(),
        source: "stripe".to_owned(),
        event: event["id"].as_str().unwrap().parse().unwrap(),
        event_type: event["type"].as_str().unwrap().to_owned(),
        entity,
        received_at,
        trace_id: "trace-1".to_owned(),
        replay: None,
        park: None,
        receive_count: 0,
        body: event.to_string(),
    }
}

/// A message as Lambda hands it over.
pub(crate) fn record(place: usize, message: &Message, receives: u32) -> Value {
    let attributes = message.attributes.iter().map(|(name, value)| {
        let value = json!({
            "stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"
        });
        (name.clone(), value)
    });
    json!({
        "messageId": format!("message-{place}"),
        "receiptHandle": format!("receipt-{place}"),
        "body": message.body,
        "attributes": { "MessageGroupId": message.group, "ApproximateReceiveCount": receives.to_string() },
        "messageAttributes": attributes.collect::<serde_json::Map<_, _>>(),
        "eventSource": "aws:sqs"
    })
}

/// The messages that are to come back, by their place in the batch.
pub(crate) fn failed(response: &SqsBatchResponse) -> Vec<&str> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}
