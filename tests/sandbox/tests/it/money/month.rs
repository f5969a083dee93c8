//! A month of everything at random, by seed: whatever happens in whatever order, the sums hold.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, HOUR, World, text};

const SEEDS: u64 = 8;
const DAYS: i64 = 30;
const MOVES_A_DAY: usize = 12;

#[tokio::test]
async fn a_month_at_random_adds_up_in_the_middle_and_at_the_end() {
    for seed in 0..SEEDS {
        println!("seed {seed}");
        let world = World::new();
        let mut rng = Rng::with_seed(seed);
        world.play(&json!({"move": "account", "daily_payouts": {"debits": seed % 2 == 0},
            "refunds_wait_for_balance": seed % 3 == 0}));
        let (mut played, mut seen) = (0, Ids::default());
        for day in 0..DAYS {
            for _ in 0..MOVES_A_DAY {
                world.wait(rng.i64(0..2 * HOUR));
                // What does not fit just now is refused, and must change nothing.
                seen.look(&world);
                played += usize::from(world.sandbox.play_stripe(&any(&seen, &mut rng)).is_ok());
            }
            if day % 10 == 9 {
                balances(&world).await;
            }
        }
        world.play(&json!({"move": "account", "manual_payouts": true}));
        world.wait(10 * DAY);
        balances(&world).await;
        events_are_photographs(&world).await;
        assert!(played > 150, "seed {seed}: only {played} moves fitted");
        for kind in ["charges", "refunds", "disputes", "payouts"] {
            assert!(world.all(kind).await.len() > 3, "seed {seed}: hardly any {kind}");
        }
    }
}

/// The ids that events have told of, by kind.
#[derive(Default)]
struct Ids {
    events: usize,
    by_kind: BTreeMap<String, Vec<String>>,
}

impl Ids {
    fn look(&mut self, world: &World) {
        let (count, events) = world.sandbox.stripe_events(self.events);
        self.events = count;
        for object in events.iter().map(|event| &event["data"]["object"]) {
            self.by_kind.entry(text(object, "object")).or_default().push(text(object, "id"));
        }
    }

    /// One of the last forty of a kind.
    fn any(&self, kind: &str, rng: &mut Rng) -> Value {
        let all = self.by_kind.get(kind).map(Vec::as_slice).unwrap_or_default();
        let late = &all[all.len().saturating_sub(40)..];
        rng.choice(late).map_or(Value::from("none"), |id| Value::from(id.as_str()))
    }
}

/// Any move, on anything that is there.
fn any(seen: &Ids, rng: &mut Rng) -> Value {
    let amount = rng.i64(1..500) * 100;
    let (currency, rate) =
        [("usd", None), ("eur", Some("1.0945")), ("jpy", Some("0.660639")), ("kwd", None)][rng.usize(0..4)];
    let (charge, intent, refund, dispute, payout) =
        ["charge", "payment_intent", "refund", "dispute", "payout"].map(|kind| seen.any(kind, rng)).into();
    let mut pay =
        json!({"move": "pay", "amount": amount, "currency": currency, "captured": rng.u8(0..5) > 0});
    if let Some(rate) = rate {
        pay["settlement_currency"] = json!("usd");
        pay["exchange_rate"] = json!(rate);
    }
    if rng.bool() {
        pay["settles_in_seconds"] = json!(rng.i64(0..2 * DAY));
    }
    let part = (amount > 20_000).then_some(amount / 20);
    match rng.u8(0..22) {
        0..=5 => pay,
        6 => json!({"move": "intent", "amount": amount, "currency": currency, "method": "sepa_debit"}),
        7 => json!({"move": "attempt", "intent": intent, "outcome": "processing"}),
        8 => json!({"move": "attempt", "intent": intent, "outcome": {"declined": "do_not_honor"}}),
        9 => {
            json!({"move": "charge_ends", "charge": charge, "to": if rng.bool() { "succeeded" } else { "failed" }})
        }
        10 => json!({"move": "bounce", "charge": charge, "fee": 400}),
        11 => json!({"move": "capture", "intent": intent, "amount": part, "more_follows": rng.bool()}),
        12 => json!({"move": "cancel_intent", "intent": intent}),
        13 | 14 => json!({"move": "refund", "charge": charge, "amount": part}),
        15 => {
            json!({"move": "refund_turns", "refund": refund, "to": if rng.bool() { "failed" } else { "succeeded" }})
        }
        16 => json!({"move": "dispute", "charge": charge, "inquiry": rng.bool()}),
        17 => {
            json!({"move": "dispute_responds", "dispute": dispute, "what": if rng.bool() { "submits" } else { "escalates" }})
        }
        18 => {
            json!({"move": "dispute_closes", "dispute": dispute, "to": if rng.bool() { "won" } else { "lost" }})
        }
        19 => json!({"move": "dispute_reinstates", "dispute": dispute, "amount": part}),
        20 => json!({"move": "payout_turns", "payout": payout, "to": "failed"}),
        _ => {
            json!({"move": "payout", "currency": "usd", "automatic": false, "amount": amount, "instant": rng.bool(), "goes_on": true})
        }
    }
}

/// The last event of each charge shows it as it is; earlier ones do not know what came after them.
async fn events_are_photographs(world: &World) {
    for charge in world.all("charges").await.iter().take(20) {
        let id = text(charge, "id");
        let events = world.all("events?type=charge.refunded").await;
        let mut seen: Vec<i64> = events
            .iter()
            .filter(|event| event["data"]["object"]["id"] == *id)
            .map(|event| event["data"]["object"]["amount_refunded"].as_i64().unwrap())
            .collect();
        seen.reverse();
        let before: Vec<i64> = events
            .iter()
            .rev()
            .filter(|event| event["data"]["object"]["id"] == *id)
            .map(|event| event["data"]["previous_attributes"]["amount_refunded"].as_i64().unwrap())
            .collect();
        assert!(seen.iter().zip(&before).all(|(after, before)| after > before), "{id}: {before:?} {seen:?}");
    }
}
