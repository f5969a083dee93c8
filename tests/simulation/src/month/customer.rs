//! Customers and their banks: an order, its payment, and what becomes of the money.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use sandbox::{Seed, Seeded};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::plan::{Bought, Fate};
use crate::order::{Expected, Order};
use crate::world::World;

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The longest that the shop takes to store an order after its payment, milliseconds.
const STORED_MS_MAX: u64 = 8 * 60 * 1000;

/// Buys, pays, and what follows.
pub(super) async fn buys(world: Arc<World>, bought: Bought) -> Result<()> {
    sleep(bought.after).await;
    if bought.fate == Fate::DeclinedFirst {
        declined(&world, bought.settled_in);
        pause(&world, 20_000, 10 * 60 * 1000).await;
    }
    let is_authorised = matches!(bought.fate, Fate::TakenLater | Fate::PartTaken | Fate::NeverTaken);
    let seed = Seed {
        kind: bought.kind.to_owned(),
        without_order: true,
        authorised_only: is_authorised,
        settles_after_reads: u32::try_from(world.chance.between(0, 2))?,
        settled_in: Some(bought.settled_in.to_owned()),
        ..Seed::default()
    };
    let mut seeded = world.sandbox.seed(&seed)?;
    is_guest(&mut seeded.order);
    let is_whole = !matches!(bought.fate, Fate::PartTaken | Fate::NeverTaken);
    let at = {
        let mut orders = world.orders();
        orders.push(Order::new(seeded.clone(), Expected::Whole { is_shipped: bought.kind != "virtual" }));
        orders.len() - 1
    };
    world.journal.tell(format!(
        "order {} ({}, {:?}) is paid by {}",
        seeded.increment_id, bought.kind, bought.fate, seeded.charge
    ));
    if is_whole && world.switch.strikes(world.faults.order_late) {
        pause(&world, 200, STORED_MS_MAX).await;
    }
    let id = world.sandbox.put_order(seeded.order.clone());
    if let Some(order) = world.orders().get_mut(at) {
        order.id = Some(id);
        order.paid_back = !matches!(bought.fate, Fate::Kept | Fate::DeclinedFirst | Fate::TakenLater);
    }
    follows(&world, &seeded, bought.fate).await
}

/// Each order is its own customer's: what is owed for it is on an account of its own.
fn is_guest(order: &mut Value) {
    if let Some(members) = order.as_object_mut() {
        members.remove("customer_id");
    }
    order["customer_is_guest"] = json!(1);
    order["customer_group_id"] = json!(0);
}

/// What becomes of the money.
async fn follows(world: &World, seeded: &Seeded, fate: Fate) -> Result<()> {
    match fate {
        Fate::Kept | Fate::DeclinedFirst | Fate::NeverTaken => {}
        Fate::PaidBack => {
            pause(world, HOUR_MS, 9 * DAY_MS).await;
            refund(world, seeded, None).await;
        }
        Fate::PartPaidBack => {
            pause(world, HOUR_MS, 9 * DAY_MS).await;
            let share = i64::try_from(world.chance.between(2, 6))?;
            refund(world, seeded, Some(rounded(seeded.amount / share))).await;
        }
        Fate::EqualParts(parts) => {
            for _ in 0..parts {
                pause(world, HOUR_MS, 3 * DAY_MS).await;
                refund(world, seeded, Some(rounded(seeded.amount / 5))).await;
            }
        }
        Fate::AskedAbout | Fate::DisputeWon | Fate::DisputeLost | Fate::DisputeOpen => {
            disputed(world, seeded, fate).await?;
        }
        Fate::TakenLater | Fate::PartTaken => {
            pause(world, 2 * HOUR_MS, 5 * DAY_MS).await;
            let part = (fate == Fate::PartTaken).then(|| rounded(seeded.amount / 2));
            play(world, &json!({ "move": "capture", "intent": seeded.payment_intent, "amount": part }));
        }
    }
    Ok(())
}

/// Pays some or all of it back; now and then it does not reach the customer.
async fn refund(world: &World, seeded: &Seeded, amount: Option<i64>) {
    let made = play(world, &json!({ "move": "refund", "charge": seeded.charge, "amount": amount }));
    let Some(refund) = made else { return };
    if world.switch.strikes(world.faults.comes_back) {
        pause(world, HOUR_MS, 3 * DAY_MS).await;
        play(world, &json!({ "move": "refund_turns", "refund": refund, "to": "failed" }));
    }
}

/// The customer's bank takes a payment up.
async fn disputed(world: &World, seeded: &Seeded, fate: Fate) -> Result<()> {
    pause(world, DAY_MS, 8 * DAY_MS).await;
    let opened = json!({ "move": "dispute", "charge": seeded.charge, "inquiry": fate == Fate::AskedAbout });
    let Some(dispute) = play(world, &opened) else { return Ok(()) };
    let closes = |to: &str| json!({ "move": "dispute_closes", "dispute": dispute, "to": to });
    if fate == Fate::DisputeOpen {
        return Ok(());
    }
    pause(world, DAY_MS, 12 * DAY_MS).await;
    match fate {
        Fate::DisputeWon => {
            play(world, &json!({ "move": "dispute_responds", "dispute": dispute, "what": "submits" }));
            pause(world, DAY_MS, 3 * DAY_MS).await;
            play(world, &closes("won"));
            play(world, &json!({ "move": "dispute_reinstates", "dispute": dispute }));
        }
        Fate::DisputeLost => {
            play(world, &closes("lost"));
        }
        _ => {
            play(world, &closes("warning_closed"));
        }
    }
    Ok(())
}

/// A card that is declined, in a checkout that stores its order when it is paid.
fn declined(world: &World, currency: &str) {
    let opened = json!({ "move": "intent", "amount": 4_200, "currency": currency });
    let Some(intent) = play(world, &opened) else { return };
    let outcome = json!({ "declined": "insufficient_funds" });
    play(world, &json!({ "move": "attempt", "intent": intent, "outcome": outcome }));
}

/// As cards have it: three decimals end in a zero.
fn rounded(minor: i64) -> i64 {
    (minor - minor % 10).max(10)
}

async fn pause(world: &World, low_ms: u64, high_ms: u64) {
    let pause: Duration = world.chance.millis(low_ms, high_ms);
    sleep(pause).await;
}

/// Plays it while the month lasts; what it is about.
fn play(world: &World, wanted: &Value) -> Option<Value> {
    if !world.switch.is_on() {
        return None;
    }
    let wanted = without_nulls(wanted);
    let played = world.sandbox.play_stripe(&wanted);
    let said = played.as_ref().map(|played| played["id"].clone());
    world.journal.tell(format!("Stripe: {wanted}: {said:?}"));
    said.ok()
}

fn without_nulls(wanted: &Value) -> Value {
    let members = wanted.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}
