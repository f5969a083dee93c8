//! Processes of the consumer: each takes messages one by one, and stops, sleeps or is replaced as its fate says.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage, SqsMessageAttribute};
use consumer::Consumer;
use flow::{FlowName, QueueName};
use lambda_runtime::{Context, LambdaEvent};

use crate::fate::{Ended, Fated, Plan};
use crate::queue::Received;
use crate::world::{FUNCTION_TIMEOUT, World};

/// Functions of one flow that run at once.
pub(crate) const CONCURRENCY: u32 = 3;
/// The poll at which a process stops or sleeps, at most: an order takes about 150.
const POLLS_MAX: u64 = 260;

/// One process.
struct Process {
    name: String,
    deployment: usize,
    consumer: Arc<Consumer>,
}

impl Process {
    fn start(world: &Arc<World>, flow: &FlowName, name: String) -> Result<Self> {
        let ports = world.ports(&name);
        let connections = world.connections(&name, &ports);
        let consumer = Consumer::new(world.document(flow)?, ports, connections, FUNCTION_TIMEOUT)?;
        Ok(Self { name, deployment: world.deployment(), consumer: Arc::new(consumer) })
    }
}

/// Takes a flow's messages for ever, in one process after the other.
pub(crate) async fn work(world: Arc<World>, flow: FlowName, slot: u32) {
    let queue = QueueName::Flow(flow.clone());
    let mut process: Option<Process> = None;
    let mut started = 0_u32;
    loop {
        if world.journal.len() > world.lines_max {
            world.journal.broken(format!("more than {} lines: it runs in circles", world.lines_max));
            return;
        }
        let Some(received) = world.sqs.receive(&queue).await else { continue };
        let current = process.take().filter(|process| process.deployment == world.deployment());
        let running = match current {
            Some(running) => running,
            None => {
                started += 1;
                match Process::start(&world, &flow, format!("{flow}-{slot}.{started}")) {
                    Ok(running) => running,
                    Err(error) => return world.journal.broken(format!("a process does not start: {error}")),
                }
            }
        };
        let plan = Plan::draw(&world, POLLS_MAX);
        let delivery = deliver(Arc::clone(&world), queue.clone(), &running, received, plan);
        if plan.pause.is_some() {
            // Nobody waits for one that sleeps: another takes its place.
            tokio::spawn(delivery);
        } else if delivery.await {
            process = Some(running);
        }
    }
}

/// Hands a message to a process. Whether the process lives on.
fn deliver(
    world: Arc<World>,
    queue: QueueName,
    process: &Process,
    received: Received,
    plan: Plan,
) -> impl Future<Output = bool> + Send + 'static {
    let (name, consumer) = (process.name.clone(), Arc::clone(&process.consumer));
    async move {
        let _busy = world.busy();
        let number = received.number;
        let event = received.message.attributes.get("tb.event").cloned().unwrap_or_default();
        let receives = received.receives;
        world.journal.tell(format!("{name} takes message {number} ({event}), received {receives}"));
        let mut context = Context::default();
        let deadline = (world.clock.time() + FUNCTION_TIMEOUT).as_millisecond();
        context.deadline = u64::try_from(deadline).unwrap_or_default();
        let handed = LambdaEvent::new(records(received), context);
        let running = async move { consumer.handle(handed).await };
        let time = Duration::try_from(FUNCTION_TIMEOUT).unwrap_or_default();
        match Fated::new(running, plan, time).await {
            Ended::Finished(Ok(response)) => {
                let is_done = response.batch_item_failures.is_empty();
                world
                    .journal
                    .tell(format!("{name} {} message {number}", if is_done { "ends" } else { "gives back" }));
                if is_done {
                    world.sqs.delete(&queue, number);
                }
                true
            }
            Ended::Finished(Err(never)) => match never {},
            Ended::Killed(poll) => {
                world.journal.tell(format!("{name} stops at poll {poll} of message {number}"));
                false
            }
            Ended::OutOfTime => {
                world.journal.tell(format!("{name} is out of time with message {number}"));
                false
            }
        }
    }
}

/// A message as Lambda hands it over.
fn records(received: Received) -> SqsEvent {
    let mut message = SqsMessage::default();
    message.message_id = Some(format!("message-{}", received.number));
    message.receipt_handle = Some(received.receipt);
    message.body = Some(received.message.body);
    message.attributes = [
        ("MessageGroupId".to_owned(), received.message.group),
        ("ApproximateReceiveCount".to_owned(), received.receives.to_string()),
    ]
    .into();
    let attributes = received.message.attributes.into_iter().map(|(name, value)| {
        let mut attribute = SqsMessageAttribute::default();
        attribute.string_value = Some(value);
        attribute.data_type = Some("String".to_owned());
        (name, attribute)
    });
    message.message_attributes = attributes.collect();
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}
