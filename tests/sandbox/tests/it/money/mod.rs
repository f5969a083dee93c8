//! Money at Stripe: every way in which it moves, and what must add up.

mod attempts;
mod books;
mod captures;
mod currencies;
mod disputes;
mod month;
mod payouts;
mod refunds;
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sandbox::{Clock, Sandbox, Settings};
use serde_json::{Value, json};

use crate::client::{Got, admin, stripe};

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;
/// 2 March 2026, 09:14 UTC.
pub(crate) const START: i64 = 1_772_442_840;

/// A sandbox and its clock.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    seconds: Arc<AtomicI64>,
}

impl World {
    pub(crate) fn new() -> Self {
        let seconds = Arc::new(AtomicI64::new(START));
        let now = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap());
        Self { sandbox: Sandbox::new(Settings { clock, ..Settings::default() }), seconds }
    }

    pub(crate) fn now(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Plays a move that must succeed: the object and its events.
    pub(crate) fn play(&self, wanted: &Value) -> Played {
        let played = self.sandbox.play_stripe(wanted).unwrap_or_else(|error| panic!("{wanted}: {error}"));
        Played { object: played["object"].clone(), events: played["events"].as_array().unwrap().clone() }
    }

    /// Plays a move that must be refused: why.
    pub(crate) fn refused(&self, wanted: &Value) -> String {
        self.sandbox.play_stripe(wanted).expect_err(&wanted.to_string())
    }

    /// A card payment, available at once where `available` says so.
    pub(crate) fn paid(&self, amount: i64, available: bool) -> Value {
        let days = if available { 0 } else { 2 };
        self.play(&json!({"move": "pay", "amount": amount, "available_in_days": days})).object
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let got = stripe(&self.sandbox, "GET", &format!("/v1/{path}"), "", &[]).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        got.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &str, key: &str) -> Got {
        stripe(&self.sandbox, "POST", &format!("/v1/{path}"), body, &[("idempotency-key", key)]).await
    }

    /// All rows of a list, walked by cursor.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut after) = (Vec::new(), String::new());
        let join = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.get(&format!("{path}{join}limit=100{after}")).await;
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] == false {
                return rows;
            }
            after = format!("&starting_after={}", text(rows.last().unwrap(), "id"));
        }
    }
}

/// What a move has led to.
pub(crate) struct Played {
    pub(crate) object: Value,
    pub(crate) events: Vec<Value>,
}

impl Played {
    pub(crate) fn id(&self) -> String {
        text(&self.object, "id")
    }

    /// Types of the events, sorted: their order promises nothing.
    pub(crate) fn types(&self) -> Vec<String> {
        let mut types: Vec<String> = self.events.iter().map(|event| text(event, "type")).collect();
        types.sort();
        types
    }

    pub(crate) fn event(&self, kind: &str) -> &Value {
        self.events.iter().find(|event| event["type"] == kind).unwrap_or_else(|| panic!("no {kind}"))
    }
}

pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn number(object: &Value, name: &str) -> i64 {
    object[name].as_i64().unwrap_or_else(|| panic!("{name} of {object}"))
}

#[tokio::test]
async fn moves_are_played_over_http_one_or_many_and_their_events_can_be_read_after_a_number() {
    let sandbox = crate::client::sandbox();
    let moves = json!([{"move": "pay", "amount": 500}, {"move": "top_up", "amount": 900, "currency": "usd"}]);
    let played = admin(&sandbox, "POST", "/admin/stripe/moves", &moves).await;
    assert_eq!(played.status, 200, "{}", played.text);
    assert_eq!(played.json()[1]["object"]["status"], "succeeded");
    let one =
        admin(&sandbox, "POST", "/admin/stripe/moves", &json!({"move": "pay", "amount": 1})).await.json();
    assert_eq!(one["object"]["object"], "charge");
    let all = admin(&sandbox, "GET", "/admin/stripe/events", &Value::Null).await.json();
    assert_eq!(all["count"], 6);
    assert_eq!(all["data"].as_array().unwrap().len(), 6);
    let last = admin(&sandbox, "GET", "/admin/stripe/events?after=5", &Value::Null).await.json();
    assert_eq!(last["data"], json!([one["events"][1]]));
    for wrong in [
        json!({"move": "nothing"}),
        json!({"move": "pay", "amout": 1}),
        json!({"move": "pay", "in_seconds": -1}),
    ] {
        assert_eq!(admin(&sandbox, "POST", "/admin/stripe/moves", &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_planned_happens_at_its_second_and_is_dated_so() {
    let world = World::new();
    let charge = world.paid(1000, true);
    let dispute = json!({"move": "dispute", "charge": charge["id"], "in_seconds": 2 * DAY});
    assert_eq!(world.sandbox.play_stripe(&dispute).unwrap()["planned_at"], START + 2 * DAY);
    world.wait(2 * DAY - 1);
    assert!(world.all("disputes").await.is_empty());
    // Nobody looks for a week: it has happened when it was due all the same.
    world.wait(7 * DAY);
    let disputes = world.all("disputes").await;
    assert_eq!(number(&disputes[0], "created"), START + 2 * DAY);
    let events = world.all("events?type=charge.dispute.created").await;
    assert_eq!(number(&events[0], "created"), START + 2 * DAY);
    assert_eq!(number(&disputes[0]["balance_transactions"][0], "created"), START + 2 * DAY);
}
