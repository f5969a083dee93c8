//! People: customers who order and pay, staff who hold, cancel and invoice in the shop, and who stop orders.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::body::Body;
use axum::http::Request;
use flow::guard::{stop, stop_key};
use sandbox::{STRIPE_KEY, Seed};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::dashboard;
use crate::faults::FAULTS_END_MS;
use crate::order::{Order, kind};
use crate::world::{PAIR, World};

/// Latest time of an order, milliseconds.
const ORDERED_MS_MAX: u64 = 20 * 60 * 1000;
/// The longest that the shop takes to store an order after its payment, milliseconds: well below `retry_for`.
const STORED_MS_MAX: u64 = 10 * 60 * 1000;
/// Within what time people look at an order, milliseconds.
const LOOKED_AT_MS_MAX: u64 = 10 * 60 * 1000;

/// One customer: orders, pays, and what follows from that.
pub(crate) async fn customer(world: Arc<World>) -> Result<()> {
    let busy = world.busy();
    let chance = world.chance.clone();
    // Some come one after the other, some in a rush.
    let at = if chance.permille(300) { chance.between(0, 20_000) } else { chance.between(0, ORDERED_MS_MAX) };
    sleep(Duration::from_millis(at)).await;
    let (kind, expected) = kind(chance.bits());
    let is_late = world.switch.strikes(world.faults.order_late);
    let is_authorised = kind == "simple" && chance.permille(150);
    let seed = Seed {
        kind: kind.to_owned(),
        without_order: is_late,
        authorised_only: is_authorised,
        settles_after_reads: u32::try_from(chance.between(0, 5))?,
        available_in_days: Some(0),
        ..Seed::default()
    };
    let seeded = world.sandbox.seed(&seed)?;
    let number = seeded.increment_id.clone();
    world.journal.tell(format!("order {number} ({kind}) is paid by {}", seeded.charge));
    let event = seeded.event.clone();
    let order = {
        let mut orders = world.orders();
        orders.push(Order::new(seeded.clone(), expected));
        orders.len() - 1
    };
    if is_authorised {
        sleep(chance.millis(0, 120_000)).await;
        capture(&world, &seeded.payment_intent.clone().unwrap_or_default()).await?;
    } else if world.switch.strikes(world.faults.told_twice) {
        let second = second_event(&event, world.faults.own_groups);
        world.sandbox.put_stripe(&second).map_err(anyhow::Error::msg)?;
    }
    if world.switch.strikes(world.faults.paid_back) {
        spawn(&world, dashboard::pays_back(Arc::clone(&world), order));
    }
    if is_late {
        sleep(chance.millis(200, STORED_MS_MAX)).await;
        let id = world.sandbox.put_order(seeded.order.clone());
        world.journal.tell(format!("the shop stores order {number} as {id}"));
        if let Some(order) = world.orders().get_mut(order) {
            order.id = Some(id);
        }
    }
    if world.switch.strikes(world.faults.stopped) {
        stopper(&world, order).await?;
    }
    drop(busy);
    staff(&world, order).await
}

/// Another event that tells of the same charge, in the same group or in one of its own.
fn second_event(event: &Value, in_own_group: bool) -> Value {
    let mut second = event.clone();
    let id = format!("{}b", event["id"].as_str().unwrap_or_default());
    second["id"] = Value::from(id);
    second["type"] = json!("charge.captured");
    if in_own_group {
        second["data"]["object"]["payment_intent"] = Value::Null;
    }
    second
}

/// Takes the money of an authorisation.
async fn capture(world: &World, intent: &str) -> Result<()> {
    let request = Request::post(format!("/stripe/v1/payment_intents/{intent}/capture"))
        .header("authorization", format!("Bearer {STRIPE_KEY}"))
        .header("stripe-version", "2026-10-28.endive")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::empty())?;
    let (status, answer) = world.ask(request).await?;
    anyhow::ensure!(status == 200, "capture: {status} {answer}");
    world.journal.tell(format!("{intent} is captured"));
    Ok(())
}

/// Stops an order: fraud, say.
async fn stopper(world: &Arc<World>, order: usize) -> Result<()> {
    // At any time, or in the nick of it.
    let patience = world.chance.millis(0, LOOKED_AT_MS_MAX);
    if world.chance.permille(600) {
        let event = world.orders().get(order).map(|order| order.seeded.event["id"].clone());
        let event = event.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        // What never comes so far is stopped all the same.
        let _ = timeout(Duration::from_millis(LOOKED_AT_MS_MAX), world.watch.about_to_ship(&event)).await;
        sleep(world.chance.millis(0, 1_000)).await;
    } else {
        sleep(patience).await;
    }
    let found =
        world.orders().get(order).and_then(|order| Some((order.id?, order.seeded.increment_id.clone())));
    let Some((id, number)) = found else { return Ok(()) };
    if !world.switch.is_on() {
        return Ok(());
    }
    let pair = PAIR.parse()?;
    world.watch.stopped(&number, stop_key(&pair, &id.to_string()));
    stop::stop(&world.calm_ports("fraud desk"), &pair, &id.to_string(), "fraud", "fraud desk").await?;
    world.journal.tell(format!("order {number} is stopped"));
    if let Some(order) = world.orders().get_mut(order) {
        order.stopped = true;
    }
    Ok(())
}

/// What staff do in the shop with an order.
async fn staff(world: &Arc<World>, order: usize) -> Result<()> {
    while world.switch.strikes(world.faults.people) {
        sleep(world.chance.millis(0, LOOKED_AT_MS_MAX)).await;
        if !world.switch.is_on() || world.clock.elapsed_ms() >= FAULTS_END_MS {
            return Ok(());
        }
        let found = world.orders().get(order).and_then(|order| Some((order.id?, order.seeded.clone())));
        let Some((id, seeded)) = found else { continue };
        let act = *world.chance.pick(&["hold", "unhold", "cancel", "invoice", "part", "module"]);
        if let Some(order) = world.orders().get_mut(order) {
            order.touched.insert(act);
        }
        let number = &seeded.increment_id;
        let said = match act {
            "hold" | "unhold" | "cancel" => shop(world, &format!("orders/{id}/{act}"), &json!({})).await?,
            "invoice" => shop(world, &format!("order/{id}/invoice"), &json!({ "capture": false })).await?,
            "part" => {
                let row = seeded.order["items"].as_array().and_then(|rows| rows.first());
                let row = row.and_then(|row| row["item_id"].as_u64()).unwrap_or_default();
                let body = json!({ "items": [{ "order_item_id": row, "qty": 1 }] });
                shop(world, &format!("order/{id}/invoice"), &body).await?
            }
            _ => {
                let intent = seeded.payment_intent.clone().unwrap_or_default();
                format!("{:?}", world.sandbox.stripe_module_invoices(id, &intent))
            }
        };
        world.journal.tell(format!("staff: {act} order {number}: {said}"));
    }
    Ok(())
}

/// Takes an order off hold, as whoever has put it there does one day.
pub(crate) async fn unhold(world: &World, id: u64) -> Result<()> {
    let said = shop(world, &format!("orders/{id}/unhold"), &json!({})).await?;
    world.journal.tell(format!("staff: unhold {id}: {said}"));
    Ok(())
}

async fn shop(world: &World, path: &str, body: &Value) -> Result<String> {
    let token = &world.sandbox.settings().magento.access_token;
    let request = Request::post(format!("/magento/rest/V1/{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))?;
    let (status, answer) = world.ask(request).await?;
    Ok(format!("{status} {answer}"))
}

/// Starts an actor; whatever it cannot do is a broken rule.
pub(crate) fn spawn(world: &Arc<World>, actor: impl Future<Output = Result<()>> + Send + 'static) {
    let journal = world.journal.clone();
    tokio::spawn(async move {
        if let Err(error) = actor.await {
            journal.broken(format!("the simulation itself: {error:#}"));
        }
    });
}
