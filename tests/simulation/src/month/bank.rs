//! Banks: the money leaves every day, and now and then comes back after it had arrived.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use axum::body::Body;
use axum::http::Request;
use sandbox::STRIPE_KEY;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::world::World;

/// How often a bank looks at what it has got, and how often of a thousand it gives one back.
const LOOK: Duration = Duration::from_hours(29);
const GIVEN_BACK: u64 = 180;

/// The account pays out every day.
pub(super) fn opens(world: &World) -> Result<()> {
    let daily = json!({ "hour": 1, "arrival_in_days": 2, "debits": true });
    let wanted = json!({ "move": "account", "daily_payouts": daily });
    world.sandbox.play_stripe(&wanted).map(|_| ()).map_err(|refused| anyhow!("{refused}"))
}

/// Gives payouts back that were paid, as long as the month lasts.
pub(super) async fn returns(world: Arc<World>) -> Result<()> {
    loop {
        sleep(LOOK).await;
        if !world.switch.is_on() {
            return Ok(());
        }
        if !world.chance.permille(GIVEN_BACK) {
            continue;
        }
        let request = Request::get("/stripe/v1/payouts?limit=6&status=paid")
            .header("authorization", format!("Bearer {STRIPE_KEY}"))
            .header("stripe-version", "2026-10-28.endive")
            .body(Body::empty())?;
        let (_, list) = world.ask(request).await?;
        let paid = list["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(payout) = paid.iter().find(|payout| payout["amount"].as_i64() > Some(0)) else { continue };
        let wanted = json!({ "move": "payout_turns", "payout": payout["id"], "to": "failed" });
        let said = world.sandbox.play_stripe(&wanted).map(|_: Value| ());
        world.journal.tell(format!("bank: payout {} comes back: {said:?}", payout["id"]));
    }
}
