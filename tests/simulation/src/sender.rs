//! Stripe's side: every event that its double makes becomes a webhook, which comes late, again, and until it is taken; and forged ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use canonical::EventId;
use flow::QueueName;
use ingest::{Ingest, SigningSecrets};
use lambda_http::Body;
use lambda_http::http::Request;
use sandbox::sign_stripe;
use serde_json::Value;
use tokio::time::sleep;

use crate::fate::{Ended, Fated, Plan};
use crate::payout;
use crate::people::spawn;
use crate::world::{World, interested, routes, signing_secret};

/// How long Stripe waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// First and longest pause between two attempts, milliseconds.
const PAUSE_MS: (u64, u64) = (3_000, 10 * 60 * 1000);
/// Attempts after which an event is not sent any more.
const ATTEMPTS_MAX: u32 = 60;
/// Polls of a request to ingest, at most.
const POLLS_MAX: u64 = 8;
/// How often it is looked at the end what Stripe has made, and how long a webhook is on its way, milliseconds.
const LOOK_AT_THE_END: Duration = Duration::from_secs(20);
const ON_ITS_WAY_MS: (u64, u64) = (10_000, 60_000);
/// Beginning of the ids of events that nobody at Stripe has made.
pub(crate) const FORGED: &str = "evt_forged_";

/// Sends what Stripe makes, as long as the history lasts.
pub(crate) async fn post_all(world: Arc<World>) -> Result<()> {
    let mut payments = Payments::default();
    loop {
        let before = world.posted.load(Ordering::SeqCst);
        let (count, events) = world.sandbox.stripe_events(before);
        for event in events {
            let event_type = event["type"].as_str().unwrap_or_default();
            let order = payments.order_of(&world, &event);
            let is_known = world.sends_all || order.is_some() || payout::is_told_of(&event);
            if !is_known || interested(event_type)?.is_empty() {
                continue;
            }
            // The first is told of soon; what follows may come before it.
            let most = if event_type == "charge.succeeded" { ON_ITS_WAY_MS.0 } else { ON_ITS_WAY_MS.1 };
            let after = world.chance.millis(0, most);
            spawn(&world, send(Arc::clone(&world), order, event, after));
        }
        world.posted.store(count, Ordering::SeqCst);
        sleep(if world.switch.is_on() { world.look } else { LOOK_AT_THE_END }).await;
    }
}

/// Orders by what pays them.
#[derive(Default)]
struct Payments {
    known: usize,
    orders: HashMap<String, usize>,
}

impl Payments {
    /// Whose payment an event is about; a payout's is nobody's.
    fn order_of(&mut self, world: &World, event: &Value) -> Option<usize> {
        let orders = world.orders();
        for (at, order) in orders.iter().enumerate().skip(self.known) {
            let names = [Some(&order.seeded.charge), order.seeded.payment_intent.as_ref()];
            self.orders.extend(names.into_iter().flatten().map(|name| (name.clone(), at)));
        }
        self.known = orders.len();
        let object = &event["data"]["object"];
        let names = [&object["payment_intent"], &object["charge"], &object["id"]];
        let found = names.iter().filter_map(|name| self.orders.get(name.as_str()?));
        found.min().copied()
    }
}

/// Sends an event until it is taken, and now and then again; or never, and the sweep must find it.
async fn send(world: Arc<World>, order: Option<usize>, event: Value, after: Duration) -> Result<()> {
    let _busy = world.busy();
    sleep(after).await;
    let id: EventId = event["id"].as_str().unwrap_or_default().parse()?;
    let flows = interested(event["type"].as_str().unwrap_or_default())?;
    let owe = || {
        let names = flows.iter().map(|flow| (flow.clone(), id.clone()));
        match order {
            Some(order) => {
                if let Some(order) = world.orders().get_mut(order) {
                    order.owed.extend(names);
                }
            }
            None => world.payouts().extend(names),
        }
    };
    if world.switch.strikes(world.faults.webhook_lost) {
        world.journal.tell(format!("{id} is never sent"));
        owe();
        return Ok(());
    }
    let ingest = Arc::new(ingest(&world)?);
    let mut pause_ms = PAUSE_MS.0;
    for _ in 0..ATTEMPTS_MAX {
        if post(&world, &ingest, &event, false).await == Some(200) {
            world.journal.tell(format!("{id} is taken"));
            // The sweep would find it, too; but whoever is told 200 does not send it again.
            for flow in &flows {
                if !world.sqs.has_taken(&QueueName::Flow(flow.clone()), id.as_str()) {
                    world
                        .journal
                        .broken(format!("{id} was answered 200, and the queue of {flow} has not got it"));
                }
            }
            owe();
            return again(&world, &ingest, &event).await;
        }
        sleep(world.chance.millis(pause_ms / 2, pause_ms)).await;
        pause_ms = (pause_ms * 2).min(PAUSE_MS.1);
    }
    world.journal.broken(format!("{id} was never taken"));
    Ok(())
}

/// Copies of an event that was taken, at any time.
async fn again(world: &Arc<World>, ingest: &Arc<Ingest>, event: &Value) -> Result<()> {
    while world.switch.strikes(world.faults.webhook_again) {
        sleep(world.chance.millis(0, 20 * 60 * 1000)).await;
        // A copy may be refused: it was taken before.
        post(world, ingest, event, false).await;
        let mut forged = event.clone();
        forged["id"] = Value::from(format!("{FORGED}{}", world.chance.bits()));
        if post(world, ingest, &forged, true).await == Some(200) {
            world.journal.broken(format!("a forged event was taken: {}", forged["id"]));
        }
    }
    Ok(())
}

fn ingest(world: &Arc<World>) -> Result<Ingest> {
    Ok(Ingest {
        stage: world.stage.clone(),
        routes: routes()?,
        signing: SigningSecrets::new(&world.stage.stage, Arc::new(world.reader())),
        queue: Arc::new(world.sqs.clone()),
        clock: Arc::new(world.clock.clone()),
    })
}

/// Posts an event; the status, where there is an answer.
async fn post(world: &Arc<World>, ingest: &Arc<Ingest>, event: &Value, is_forged: bool) -> Option<u16> {
    let body = event.to_string();
    let current = world.secrets.load(Ordering::SeqCst);
    let secret = if is_forged { "whsec_forged".to_owned() } else { signing_secret(current) };
    let signature = sign_stripe(&secret, world.clock.time().as_second(), body.as_bytes());
    let request = Request::builder()
        .method("POST")
        .uri("https://hooks.test/webhooks/stripe/main")
        .header("stripe-signature", signature)
        .body(Body::Text(body))
        .ok()?;
    let chance = &world.chance;
    let killed_at = world.switch.strikes(world.faults.killed / 2).then(|| chance.between(1, POLLS_MAX));
    let ingest = Arc::clone(ingest);
    let handled = async move { ingest.handle(request).await };
    match Fated::new(handled, Plan { killed_at, pause: None }, PATIENCE).await {
        Ended::Finished(Ok(response)) => Some(response.status().as_u16()),
        Ended::Finished(Err(never)) => match never {},
        Ended::Killed(_) | Ended::OutOfTime => {
            world.journal.tell(format!("ingest stops with {}", event["id"]));
            None
        }
    }
}
