//! What flows ask the table: who books a movement, and that an order is stopped.

use std::sync::Arc;

use flow::guard::stop;
use flow::stored::posting::{Claim, Part, put_in_suspense, take};
use flow::{Call, Class, Connector, Fault, Store};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::engine::FLOW;
use crate::engine_world::{LEASE, World, delivery};

const CLAIM: &str = "store.posting.claim";
const STOP: &str = "store.order.stop";

struct Asked {
    connector: Arc<dyn Connector>,
    call: Call,
}

impl Asked {
    fn of(world: &World) -> Self {
        let now = flow::Clock::now(world.clock.as_ref());
        let call = Call {
            pair: "main".parse().unwrap(),
            deadline: now.checked_add(SignedDuration::from_mins(2)).unwrap(),
            generation: 0,
            trace_id: "trace".to_owned(),
        };
        Self { connector: Arc::new(flow::stored::connector(world.ports()).unwrap()), call }
    }

    async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&action.parse().unwrap(), &self.call, input).await
    }

    async fn find(&self, action: &str, input: Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&action.parse().unwrap(), &self.call, input).await
    }
}

fn posting(document: &str) -> Value {
    json!({ "transaction": "txn_1", "document": document })
}

#[tokio::test]
async fn a_movement_is_booked_by_whoever_takes_it_first() {
    let world = World::new();
    let asked = Asked::of(&world);
    assert_eq!(asked.find(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(None));
    let ours = json!({ "ours": true, "document": "tb:a:payment:ch_1", "in_suspense": false });
    for _ in 0..2 {
        assert_eq!(asked.run(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(ours.clone()), "twice is once");
    }
    let theirs = json!({ "ours": false, "document": "tb:a:payment:ch_1", "in_suspense": false });
    assert_eq!(asked.run(CLAIM, posting("tb:a:day:2026-03-01:USD")).await, Ok(theirs.clone()));
    assert_eq!(asked.find(CLAIM, posting("tb:a:day:2026-03-01:USD")).await, Ok(Some(theirs)));
}

#[tokio::test]
async fn a_movement_whose_row_cannot_be_read_is_for_a_person() {
    let world = World::new();
    let key = flow::Key::new("P#main#bt#txn_1", "-");
    let attributes = flow::Attributes::from([("document".to_owned(), json!(7))]);
    let write = flow::Write::Put { item: flow::Item { key, attributes }, when: Vec::new() };
    world.store.write(vec![write]).await.unwrap();
    let fault = Asked::of(&world).run(CLAIM, posting("tb:a:payment:ch_1")).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "malformed_row"));
    assert!(fault.message.contains("P#main#bt#txn_1"), "{}", fault.message);
}

/// A charge's gross is its payment's, and its fee the day's: a page of movements says who books which part of each.
#[tokio::test]
async fn of_a_page_each_part_is_taken_where_nobody_has_it() {
    let world = World::new();
    let asked = Asked::of(&world);
    asked.run(CLAIM, posting("tb:a:payment:ch_1")).await.unwrap();
    let day = "tb:a:day:2026-03-01:USD";
    let claim = |id: &str, document: &str| Claim {
        transaction: id.parse().unwrap(),
        document: document.parse().unwrap(),
    };
    let page = [claim("txn_1", day), claim("txn_2", day)];
    for _ in 0..2 {
        let held = take(&world.ports(), &"main".parse().unwrap(), &Part::ALL, &page).await.unwrap();
        let said = |at: usize, part: Part| held[at].get(part).unwrap().to_string();
        assert_eq!(said(0, Part::Gross), "tb:a:payment:ch_1");
        for (at, part) in [(0, Part::Fee), (1, Part::Gross), (1, Part::Fee)] {
            assert_eq!(said(at, part), day, "twice is once");
        }
    }
    let later = [claim("txn_2", "tb:a:day:2026-03-02:USD"), claim("txn_3", day)];
    let held = take(&world.ports(), &"main".parse().unwrap(), &Part::ALL, &later).await.unwrap();
    assert!(held.iter().all(|holders| holders.documents().all(|holder| holder.as_str() == day)), "{held:?}");
}

/// A journal that finds no order in the ERP puts its money in suspense; the order's own document takes it from there, or came first.
#[tokio::test]
async fn money_waits_in_suspense_or_its_order_has_come_and_never_both() {
    let (pair, day) = ("main".parse().unwrap(), "tb:a:day:2026-03-01:USD");
    for order_first in [false, true] {
        let world = World::new();
        let asked = Asked::of(&world);
        let claim = Claim { transaction: "txn_1".parse().unwrap(), document: day.parse().unwrap() };
        take(&world.ports(), &pair, &Part::ALL, std::slice::from_ref(&claim)).await.unwrap();
        let told = json!({ "ours": false, "document": day, "in_suspense": !order_first });
        if order_first {
            assert_eq!(asked.find(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(None), "it has to ask");
            assert_eq!(asked.run(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(told.clone()));
        }
        for _ in 0..2 {
            let waits = put_in_suspense(&world.ports(), &pair, &claim.transaction).await.unwrap();
            assert_eq!(waits, !order_first, "whoever comes second hears of the first");
        }
        assert_eq!(asked.run(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(told.clone()));
        assert_eq!(asked.find(CLAIM, posting("tb:a:payment:ch_1")).await, Ok(Some(told)));
    }
}

fn order() -> Value {
    json!({ "order": 42, "reason": "refunded_in_full", "who": "re_1" })
}

#[tokio::test]
async fn an_order_of_which_nothing_is_under_way_is_stopped_at_once() {
    let world = World::new();
    let asked = Asked::of(&world);
    assert_eq!(asked.find(STOP, order()).await, Ok(None));
    let stopped = json!({ "reasons": ["refunded_in_full"] });
    assert_eq!(asked.run(STOP, order()).await, Ok(stopped.clone()));
    assert_eq!(asked.find(STOP, order()).await, Ok(Some(stopped)));
    let fraud = json!({ "order": 42, "reason": "fraud", "who": "ada" });
    assert_eq!(asked.find(STOP, fraud.clone()).await, Ok(None), "each reason is one of its own");
    assert_eq!(asked.run(STOP, fraud).await, Ok(json!({ "reasons": ["fraud", "refunded_in_full"] })));
}

/// `engine::FLOW`, whose parcel is for an order with an id.
fn flow() -> String {
    FLOW.replace("$order.number", "42")
}

/// How many parcels are on their way.
fn parcels(world: &World) -> usize {
    world.shop.things().get("shop.parcel.put:ch_1").copied().unwrap_or_default()
}

/// Wherever a process is paused that is shipping the order: when the stop says that it is done, no parcel comes after it.
#[tokio::test]
async fn a_stop_is_done_when_no_fulfilment_comes_after_it() {
    let (mut done, mut waited) = (0, 0);
    for at in 0..40 {
        for after in [false, true] {
            let world = World::new();
            world.fuse.set(at, after);
            let (engine, event) = (world.engine(&flow()), delivery("evt_1"));
            let mut shipping = Box::pin(world.deliver(&engine, &event));
            if !futures::poll!(&mut shipping).is_pending() {
                continue;
            }
            world.fuse.clear();
            let asked = Asked::of(&world);
            match asked.run(STOP, order()).await {
                Ok(_) => {
                    let before = parcels(&world);
                    world.fuse.release();
                    shipping.await;
                    assert_eq!(parcels(&world), before, "paused at {at}, after: {after}");
                    done += 1;
                }
                Err(fault) => {
                    assert_eq!(
                        (fault.class, fault.code.as_str()),
                        (Class::Throttled, "fulfilment_under_way")
                    );
                    assert_eq!(asked.find(STOP, order()).await, Ok(None), "not done yet");
                    world.fuse.release();
                    shipping.await;
                    assert!(asked.run(STOP, order()).await.is_ok(), "its request has come to an end");
                    waited += 1;
                }
            }
        }
    }
    assert!(done > 5 && waited > 1, "{done} were done at once, {waited} waited");
}

#[tokio::test]
async fn what_a_dead_process_had_begun_is_waited_for_and_no_longer() {
    let mut waited = 0;
    for at in 0..40 {
        let world = World::new();
        world.fuse.set(at, true);
        let (engine, event) = (world.engine(&flow()), delivery("evt_1"));
        if !futures::poll!(&mut Box::pin(world.deliver(&engine, &event))).is_pending() {
            continue;
        }
        world.fuse.clear();
        let asked = Asked::of(&world);
        if asked.run(STOP, order()).await.is_err() {
            waited += 1;
        }
        world.clock.advance(LEASE + SignedDuration::from_secs(5));
        assert!(asked.run(STOP, order()).await.is_ok(), "stopped at {at}: no lease lasts longer");
        let before = parcels(&world);
        world.settle(&flow(), &delivery("evt_1")).await;
        assert_eq!(parcels(&world), before, "whoever resumes it sees the stop");
    }
    assert!(waited > 0);
}

#[tokio::test]
async fn what_was_shipped_before_is_no_reason_to_wait() {
    let world = World::new();
    world.deliver(&world.engine(&flow()), &delivery("evt_1")).await;
    assert_eq!(parcels(&world), 1);
    assert!(Asked::of(&world).run(STOP, order()).await.is_ok());
    // Notes of writes are not reasons, and stay when the last reason goes.
    let (ports, pair) = (world.ports(), "main".parse().unwrap());
    assert!(stop::lift(&ports, &pair, "42", "refunded_in_full").await.unwrap());
    assert!(stop::reasons(ports.store.as_ref(), &pair, "42").await.unwrap().is_empty());
    let row = world.store.get(&flow::guard::stop_key(&pair, "42")).await.unwrap().unwrap();
    assert!(row.attributes.keys().any(|name| name.starts_with("begun#")), "{row:?}");
}
