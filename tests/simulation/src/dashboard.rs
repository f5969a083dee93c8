//! Whoever pays customers back in Stripe's dashboard; and banks, where it does not reach them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use flow::guard::stop_key;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::faults::FAULTS_END_MS;
use crate::world::{PAIR, World};

/// Within what time a payment is paid back, in one part or several, milliseconds.
const PAID_BACK_MS_MAX: u64 = 12 * 60 * 1000;
/// Refunds of one payment.
const REFUNDS_MAX: u64 = 3;

/// Pays an order's customer back, whole or in parts.
pub(crate) async fn pays_back(world: Arc<World>, order: usize) -> Result<()> {
    let _busy = world.busy();
    for _ in 0..world.chance.between(1, REFUNDS_MAX) {
        sleep(world.chance.millis(0, PAID_BACK_MS_MAX)).await;
        if !world.switch.is_on() || world.clock.elapsed_ms() >= FAULTS_END_MS {
            return Ok(());
        }
        let Some((id, seeded)) = world.orders().get(order).map(|order| (order.id, order.seeded.clone()))
        else {
            return Ok(());
        };
        let mut wanted = json!({ "move": "refund", "charge": seeded.charge });
        if world.chance.permille(650) {
            let share = i64::try_from(world.chance.between(2, 5))?;
            // Three decimals end in a zero, as cards have it.
            let part = seeded.amount / share;
            wanted["amount"] = json!((part - part % 10).max(10));
        }
        let is_pending = world.chance.permille(200);
        if is_pending {
            wanted["status"] = json!("pending");
        }
        if let Some(order) = world.orders().get_mut(order) {
            order.paid_back = true;
        }
        if let Some(id) = id {
            world.watch.stopped(&seeded.increment_id, stop_key(&PAIR.parse()?, &id.to_string()));
        }
        // Nothing may be left, or the money is not taken yet: then Stripe refuses.
        let made = world.sandbox.play_stripe(&wanted);
        let said = made.as_ref().map(|made| made["id"].clone());
        world.journal.tell(format!("dashboard: {wanted} of order {}: {said:?}", seeded.increment_id));
        let Ok(made) = made else { continue };
        let comes_back = world.switch.strikes(world.faults.comes_back);
        if is_pending || comes_back {
            turns(&world, &made["id"], is_pending, comes_back).await;
        }
    }
    Ok(())
}

/// What becomes of a refund.
async fn turns(world: &World, refund: &Value, is_pending: bool, comes_back: bool) {
    let mut ends = Vec::new();
    if is_pending && (!comes_back || world.chance.permille(500)) {
        ends.push("succeeded");
    }
    if comes_back {
        ends.push("failed");
    }
    for to in ends {
        sleep(Duration::from_millis(world.chance.between(0, 5 * 60 * 1000))).await;
        let wanted = json!({ "move": "refund_turns", "refund": refund, "to": to });
        let made = world.sandbox.play_stripe(&wanted).map(|_| ());
        world.journal.tell(format!("bank: refund {refund} {to}: {made:?}"));
    }
}
