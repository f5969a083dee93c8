//! Stripe's side: webhooks that come late, again, and until they are taken; and forged ones.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use canonical::EventId;
use ingest::{Ingest, SigningSecrets};
use lambda_http::Body;
use lambda_http::http::Request;
use sandbox::sign_stripe;
use serde_json::Value;
use tokio::time::sleep;

use crate::fate::{Ended, Fated, Plan};
use crate::world::{World, queue, routes, signing_secret};

/// How long Stripe waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// First and longest pause between two attempts, milliseconds.
const PAUSE_MS: (u64, u64) = (3_000, 10 * 60 * 1000);
/// Attempts after which an event is not sent any more.
const ATTEMPTS_MAX: u32 = 60;
/// Polls of a request to ingest, at most.
const POLLS_MAX: u64 = 8;
/// Beginning of the ids of events that nobody at Stripe has made.
pub(crate) const FORGED: &str = "evt_forged_";

/// Sends an event until it is taken, and now and then again; or never, and the sweep must find it.
pub(crate) async fn send(world: Arc<World>, order: usize, event: Value, after: Duration) -> Result<()> {
    let _busy = world.busy();
    sleep(after).await;
    let id: EventId = event["id"].as_str().unwrap_or_default().parse()?;
    let owe = || {
        if let Some(order) = world.orders().get_mut(order) {
            order.owed.insert(id.clone());
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
            if !world.sqs.has_taken(&queue(), id.as_str()) {
                world.journal.broken(format!("{id} was answered 200, and no queue has it"));
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
    let current = world.secrets.load(std::sync::atomic::Ordering::SeqCst);
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
