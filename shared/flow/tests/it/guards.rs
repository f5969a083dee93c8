//! Breakers, locks, stops and throttles, as deliveries meet them.

use std::sync::Arc;

use flow::engine::{Outcome, Report};
use flow::execution::{self, Status};
use flow::guard::breaker::{self, State};
use flow::guard::{Throttle, lock_key, stop, throttle};
use flow::memory::{MemoryClock, MemoryStore};
use flow::{Class, Clock, Delivery, Fault, Key, Store};
use futures::FutureExt;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::engine::{FLOW, head, once};
use crate::engine_world::{FUNCTION, LEASE, World, delivery, fault};

fn down() -> Fault {
    fault(Class::Transient, "unavailable")
}

/// The next `times` requests of an action meet a fault.
fn fail(world: &World, action: &str, fault: &Fault, times: usize) {
    let faults = std::iter::repeat_n((action.to_owned(), fault.clone(), false), times);
    world.shop.faults.lock().unwrap().extend(faults);
}

async fn deliver(world: &World, event: &str) -> Report {
    world.deliver(&world.engine(FLOW), &delivery(event)).await
}

async fn state(world: &World) -> State {
    let (pair, system) = ("main".parse().unwrap(), "shop".parse().unwrap());
    breaker::read(world.store.as_ref(), &pair, &system).await.unwrap().state
}

/// Five executions find the shop down.
async fn opened() -> World {
    let world = World::new();
    fail(&world, "shop.order.read", &down(), 5);
    for n in 0..5 {
        let report = deliver(&world, &format!("evt_{n}")).await;
        assert_eq!(report.breakers.len(), usize::from(n == 4), "{report:?}");
    }
    world.shop.calls.lock().unwrap().clear();
    world
}

#[tokio::test]
async fn while_a_breaker_is_open_nothing_is_asked_and_no_try_is_burnt() {
    let world = opened().await;
    assert!(matches!(state(&world).await, State::Open { .. }));
    let mut waits = Vec::new();
    for receive_count in 1..=4 {
        let again = Delivery { receive_count, ..delivery("evt_1") };
        let report = world.deliver(&world.engine(FLOW), &again).await;
        assert_eq!(report.breakers.iter().map(|change| change.is_down).collect::<Vec<_>>(), [true]);
        let Outcome::RetryAfter(after) = report.outcome else { panic!("{report:?}") };
        waits.push(after.as_secs());
    }
    assert!(world.shop.calls.lock().unwrap().is_empty());
    let row = execution_row(&world, "evt_1").await;
    assert_eq!((row.status, row.waiting.unwrap().tries), (Status::Waiting, 1));
    assert!(waits.is_sorted() && waits[0] >= 60 && waits[3] >= 480, "rarer and rarer: {waits:?}");
}

#[tokio::test]
async fn after_the_rest_one_execution_asks_and_its_answer_closes_the_breaker_for_all() {
    let world = opened().await;
    world.clock.advance(SignedDuration::from_secs(61));
    // The one that asks stops in the middle: nobody else asks until its lease is over.
    world.fuse.set(4, false);
    let engine = world.engine(FLOW);
    let probe = delivery("evt_9");
    assert!(world.deliver(&engine, &probe).now_or_never().is_none());
    world.fuse.clear();
    assert!(matches!(state(&world).await, State::HalfOpen { .. }));
    assert!(matches!(deliver(&world, "evt_8").await.outcome, Outcome::RetryAfter(_)));
    assert!(world.shop.calls.lock().unwrap().is_empty());

    world.clock.advance(LEASE);
    let report = deliver(&world, "evt_8").await;
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(report.breakers.iter().map(|change| change.is_down).collect::<Vec<_>>(), [false]);
    assert_eq!(deliver(&world, "evt_7").await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_probe_that_fails_costs_no_try_and_the_rest_doubles() {
    let world = opened().await;
    world.clock.advance(SignedDuration::from_secs(61));
    fail(&world, "shop.order.read", &down(), 1);
    let report = deliver(&world, "evt_9").await;
    let Outcome::RetryAfter(after) = report.outcome else { panic!("{report:?}") };
    assert!(after >= SignedDuration::from_secs(120), "{after}");
    assert_eq!(execution_row(&world, "evt_9").await.waiting.unwrap().tries, 0);
}

#[tokio::test]
async fn a_step_that_alone_fails_opens_nothing_and_is_parked_after_its_tries() {
    let world = World::new();
    fail(&world, "shop.order.read", &down(), 20);
    let report = world.settle(FLOW, &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("gave_up".into()));
    assert_eq!(state(&world).await, State::Closed);
}

#[tokio::test]
async fn an_outage_of_a_day_costs_neither_tries_nor_many_receives() {
    let world = opened().await;
    let began = world.clock.now();
    fail(&world, "shop.order.read", &down(), 10_000);
    let mut receives = 0;
    while world.clock.now().duration_since(began) < SignedDuration::from_hours(24) {
        receives += 1;
        let again = Delivery { receive_count: receives, ..delivery("evt_1") };
        let report = world.deliver(&world.engine(FLOW), &again).await;
        let Outcome::RetryAfter(after) = report.outcome else { panic!("{report:?}") };
        world.clock.advance(after);
    }
    assert!(receives < 120, "{receives} receives of 900");
    world.shop.faults.lock().unwrap().clear();
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_thing_is_waited_for_as_long_as_the_step_says_not_counting_an_outage() {
    let world = opened().await;
    let looked = execution_row(&world, "evt_1").await;
    assert!(looked.waiting.unwrap().missing.is_none());
    world.clock.advance(SignedDuration::from_secs(61));
    fail(&world, "shop.order.read", &fault(Class::NotFound, "order_not_found"), 1);
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_9")).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)), "{report:?}");
    // Down for an hour.
    fail(&world, "shop.order.read", &down(), 5);
    for n in 20..25 {
        deliver(&world, &format!("evt_{n}")).await;
    }
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_9")).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)), "{report:?}");
    world.clock.advance(SignedDuration::from_hours(1));
    fail(&world, "shop.order.read", &fault(Class::NotFound, "order_not_found"), 1);
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_9")).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)), "its half hour is not over: {report:?}");
}

#[tokio::test]
async fn a_refused_identity_is_asked_again_at_once_when_its_secret_changes() {
    let mut world = World::new();
    fail(&world, "shop.order.read", &fault(Class::Auth, "unauthorized"), 1);
    assert!(matches!(deliver(&world, "evt_1").await.outcome, Outcome::RetryAfter(_)));
    assert!(matches!(deliver(&world, "evt_2").await.outcome, Outcome::RetryAfter(_)));
    world.connected.secret_versions.insert("shop".parse().unwrap(), "v2".to_owned());
    assert_eq!(deliver(&world, "evt_2").await.outcome, Outcome::Done);
    assert_eq!(state(&world).await, State::Closed);
}

#[tokio::test]
async fn a_person_closes_a_breaker() {
    let world = opened().await;
    let (pair, system) = ("main".parse().unwrap(), "shop".parse().unwrap());
    let before = breaker::close(&world.ports(), &pair, &system, "ada", "it is up").await.unwrap();
    assert!(!before.is_closed());
    assert_eq!(deliver(&world, "evt_9").await.outcome, Outcome::Done);
    let row = breaker::read(world.store.as_ref(), &pair, &system).await.unwrap();
    assert_eq!(row.closed_by_hand.map(|act| (act.who, act.why)), Some(("ada".into(), "it is up".into())));
}

fn lock_of(order: &str) -> Key {
    lock_key(&"main".parse().unwrap(), order)
}

/// `shop.parcel.put` writes to the order that its input names.
#[tokio::test]
async fn one_write_is_in_flight_for_each_order() {
    let world = World::new();
    world.fuse.set(8, false);
    let engine = world.engine(FLOW);
    let first = delivery("evt_1");
    assert!(world.deliver(&engine, &first).now_or_never().is_none());
    world.fuse.clear();
    assert!(world.store.get(&lock_of("ch_1")).await.unwrap().is_some());

    // Another event of the same order, as another flow would bring it.
    let report = deliver(&world, "evt_2").await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(after) if after <= SignedDuration::from_secs(60)));
    assert_eq!(world.shop.things().get("shop.parcel.put:ch_1"), None);

    // The process that had it is gone: its execution goes on with the lock, then the other has its turn.
    world.clock.advance(LEASE);
    assert_eq!(world.settle(FLOW, &first).await.outcome, Outcome::Done);
    assert_eq!(world.store.get(&lock_of("ch_1")).await.unwrap(), None);
    assert_eq!(world.settle(FLOW, &delivery("evt_2")).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_request_without_answer_keeps_the_lock_for_its_settle_time_and_a_refused_one_gives_it_back() {
    for (class, kept) in [(Class::UnknownOutcome, true), (Class::Validation, false)] {
        let world = World::new();
        fail(&world, "shop.parcel.put", &fault(class, "code"), 1);
        deliver(&world, "evt_1").await;
        let row = world.store.get(&lock_of("ch_1")).await.unwrap();
        assert_eq!(row.is_some(), kept, "{class}");
        if let Some(row) = row {
            let until = flow::guard::lock::until(Some(&row)).unwrap();
            assert_eq!(until.duration_since(world.clock.now()), SignedDuration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn a_lock_that_another_took_meanwhile_does_not_lose_the_checkpoint() {
    let world = World::new();
    world.fuse.set(9, false);
    let engine = world.engine(FLOW);
    let event = delivery("evt_1");
    let mut paused = Box::pin(world.deliver(&engine, &event));
    assert!(futures::poll!(&mut paused).is_pending());
    world.fuse.clear();
    // It was paused for longer than its lock, and nobody took its message.
    world.clock.advance(LEASE + FUNCTION);
    assert_eq!(deliver(&world, "evt_2").await.outcome, Outcome::Done);
    world.fuse.release();
    assert_eq!(paused.await.outcome, Outcome::Done);
    assert_eq!(head(&world).await.status, Status::Done);
    assert_eq!(world.shop.things().len(), once().len());
}

#[tokio::test]
async fn a_stop_has_reasons_and_holds_until_the_last_is_lifted() {
    let world = World::new();
    let (ports, pair) = (world.ports(), "main".parse().unwrap());
    for reason in ["disputed", "fraud", "disputed"] {
        stop::stop(&ports, &pair, "000000042", reason, "ada").await.unwrap();
    }
    assert_eq!(deliver(&world, "evt_1").await.outcome, Outcome::Parked("stopped".into()));
    assert!(!stop::lift(&ports, &pair, "000000042", "fraud").await.unwrap());
    let reasons = stop::reasons(ports.store.as_ref(), &pair, "000000042").await.unwrap();
    assert_eq!(reasons.keys().collect::<Vec<_>>(), ["disputed"]);
    assert!(stop::lift(&ports, &pair, "000000042", "disputed").await.unwrap());
    assert_eq!(world.settle(FLOW, &delivery("evt_2")).await.outcome, Outcome::Done);
}

/// Several processes over one table and one clock.
fn throttles(store: &Arc<MemoryStore>, clock: &Arc<MemoryClock>, processes: usize) -> Vec<Throttle> {
    let one = |_| {
        let (pair, system) = ("main".parse().unwrap(), "shop".parse().unwrap());
        Throttle::new(pair, system, 8, Arc::clone(store) as _, Arc::clone(clock) as _)
    };
    (0..processes).map(one).collect()
}

#[tokio::test]
async fn a_burst_of_ten_times_the_cap_never_exceeds_it() {
    let (store, clock) = (Arc::default(), Arc::new(MemoryClock::new(Timestamp::UNIX_EPOCH, 7)));
    let throttles = throttles(&store, &clock, 4);
    let mut passed = std::collections::BTreeMap::<i64, u32>::new();
    for request in 0..80_usize {
        // Four processes, and each comes back until its turn has come.
        while throttles[request % 4].pass().await.is_err() {}
        *passed.entry(clock.now().as_second()).or_default() += 1;
    }
    assert!(passed.values().all(|requests| *requests <= 8), "{passed:?}");
    assert_eq!(passed.values().sum::<u32>(), 80);
}

#[tokio::test]
async fn a_system_that_says_too_many_gets_half_for_a_minute() {
    let (store, clock) = (Arc::default(), Arc::new(MemoryClock::new(Timestamp::UNIX_EPOCH, 7)));
    let throttles = throttles(&store, &clock, 2);
    throttles[0].pass().await.unwrap();
    throttles[0].halve().await.unwrap();
    clock.advance(SignedDuration::from_secs(1));
    let begun = clock.now().as_second();
    let in_one_second = async |throttle: &Throttle| {
        let mut passed = 0;
        while throttle.pass().await.is_ok() && clock.now().as_second() == begun {
            passed += 1;
        }
        passed
    };
    assert_eq!(in_one_second(&throttles[1]).await, 4);
    clock.advance(throttle::HALVED);
    let second = clock.now().as_second();
    let passes = join_all((0..8).map(|_| throttles[1].pass())).await;
    assert!(passes.iter().all(Result::is_ok) && clock.now().as_second() == second);
}

#[tokio::test]
async fn a_request_that_would_wait_too_long_comes_later() {
    let (store, clock): (Arc<MemoryStore>, _) =
        (Arc::default(), Arc::new(MemoryClock::new(Timestamp::UNIX_EPOCH, 7)));
    let throttles = throttles(&store, &clock, 1);
    // Others have taken all of the next seconds.
    for second in 0..4 {
        let key = Key::new(format!("R#main#shop#{second}"), "-");
        let attributes = [("taken".to_owned(), json!(8))].into();
        let item = flow::Item { key, attributes };
        store.write(vec![flow::Write::Put { item, when: Vec::new() }]).await.unwrap();
    }
    assert!(matches!(throttles[0].pass().await, Err(throttle::Refusal::Full { per_second: 8, .. })));
    assert!(clock.now() <= Timestamp::UNIX_EPOCH + throttle::WAIT_MAX);
}

async fn execution_row(world: &World, event: &str) -> execution::Execution {
    let (pair, flow) = ("main".parse().unwrap(), "demo".parse().unwrap());
    execution::execution_by_event(world.store.as_ref(), &pair, &flow, &event.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
}
