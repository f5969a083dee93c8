//! What an engine does with an event, whatever happens meanwhile.

use std::collections::BTreeMap;

use flow::engine::Outcome;
use flow::execution::{self, Status};
use flow::{Attributes, Class, Clock, Delivery, Item, QueueName, Store, Write};
use futures::FutureExt;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::engine_world::{FUNCTION, LEASE, World, delivery, fault};

pub(crate) const FLOW: &str = r#"
flow: demo
description: Reads an order, makes a thing and a parcel.
triggers:
  - source: stripe
    event: charge.succeeded
    entity: [/data/object/payment_intent]
steps:
  - id: order
    use: shop.order.read
    with: { id: "{% $event.data.object.id %}" }
    not_found: { retry_for: 30m }
  - id: thing
    use: shop.thing.put
    with: { id: "{% $order.id %}" }
  - id: parcel
    use: shop.parcel.put
    unless_stopped: "{% $order.number %}"
    with: { id: "{% $order.id %}" }
"#;

pub(crate) fn once() -> BTreeMap<String, usize> {
    [("shop.parcel.put:ch_1".to_owned(), 1), ("shop.thing.put:ch_1".to_owned(), 1)].into()
}

pub(crate) async fn head(world: &World) -> execution::Execution {
    let flow = "demo".parse().unwrap();
    let pair = "main".parse().unwrap();
    let event = "evt_1".parse().unwrap();
    execution::execution_by_event(world.store.as_ref(), &pair, &flow, &event).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_undisturbed_execution_writes_the_table_twice_and_twice_a_write() {
    let world = World::new();
    let engine = world.engine(FLOW);
    assert_eq!(world.deliver(&engine, &delivery("evt_0")).await.outcome, Outcome::Done);
    let before = world.store.writes();
    assert_eq!(world.deliver(&engine, &delivery("evt_1")).await.outcome, Outcome::Done);
    assert_eq!(world.store.writes() - before, 2 + 2 * 2);
    assert_eq!(head(&world).await.status, Status::Done);
}

#[tokio::test]
async fn the_same_event_twenty_times_is_one_effect() {
    let world = World::new();
    let (one, other) = (world.engine(FLOW), world.engine(FLOW));
    for n in 0..20 {
        let engine = if n % 2 == 0 { &one } else { &other };
        let report = world.deliver(engine, &delivery("evt_1")).await;
        let expected = if n == 0 { Outcome::Done } else { Outcome::Skipped("duplicate".into()) };
        assert_eq!(report.outcome, expected);
    }
    assert_eq!(world.shop.things(), once());
}

#[tokio::test]
async fn a_process_may_stop_before_or_after_any_call() {
    for after in [false, true] {
        for at in 0.. {
            let world = World::new();
            world.fuse.set(at, after);
            // The future is dropped where it waits for ever: nothing after that instruction runs.
            let first = world.engine(FLOW);
            let stopped = world.deliver(&first, &delivery("evt_1")).now_or_never();
            world.fuse.clear();
            if let Some(report) = stopped {
                assert_eq!(report.outcome, Outcome::Done, "an undisturbed run has {at} calls");
                assert!(at > 5, "the fuse never burnt");
                break;
            }
            world.clock.advance(LEASE);
            let report = world.settle(FLOW, &delivery("evt_1")).await;
            let done = [Outcome::Done, Outcome::Skipped("duplicate".into())].contains(&report.outcome);
            assert!(done, "{report:?} after a stop at call {at}, after: {after}");
            assert_eq!(world.shop.things(), once(), "after a stop at call {at}, after: {after}");
        }
    }
}

#[tokio::test]
async fn a_live_lease_is_waited_for_and_is_no_duplicate() {
    let world = World::new();
    world.fuse.set(2, false);
    let first = world.engine(FLOW);
    assert!(world.deliver(&first, &delivery("evt_1")).now_or_never().is_none());
    world.fuse.clear();
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::RetryAfter(LEASE));
}

/// Calls of an undisturbed run: 0 document, 1 claim, 2 breaker, 3 order, 4 begin, 5 thing, 6 checkpoint, 7 begin, 8 parcel,
/// 9 checkpoint, 10 end. Those that write the table are refused by the fence.
#[tokio::test]
async fn a_paused_process_that_comes_back_after_its_lease_is_refused() {
    for at in [4, 6, 7, 9, 10] {
        let world = World::new();
        world.fuse.set(at, false);
        let engine = world.engine(FLOW);
        let paused_delivery = delivery("evt_1");
        let mut paused = Box::pin(world.deliver(&engine, &paused_delivery));
        assert!(futures::poll!(&mut paused).is_pending());
        world.fuse.clear();
        world.clock.advance(LEASE);
        assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
        let ended = world.store.items();

        world.fuse.release();
        let report = paused.await;
        assert!(matches!(report.outcome, Outcome::RetryAfter(_)), "paused at {at}: {report:?}");
        assert_eq!(world.store.items(), ended, "paused at {at}: what it wrote was refused");
        assert_eq!(world.shop.things(), once(), "paused at {at}");
    }
}

#[tokio::test]
async fn two_processes_that_died_are_the_last() {
    let world = World::new();
    for _ in 0..2 {
        world.fuse.set(3, false);
        let engine = world.engine(FLOW);
        let again = Delivery { receive_count: 2, ..delivery("evt_1") };
        assert!(world.deliver(&engine, &again).now_or_never().is_none());
        world.fuse.clear();
        world.clock.advance(LEASE);
    }
    let again = Delivery { receive_count: 3, ..delivery("evt_1") };
    let report = world.deliver(&world.engine(FLOW), &again).await;
    assert_eq!(report.outcome, Outcome::Parked("crashed".into()));
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_found_and_not_made_again() {
    let world = World::new();
    let lost = fault(Class::UnknownOutcome, "no_answer");
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), lost, true));
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), once());
}

#[tokio::test]
async fn what_is_not_there_yet_is_waited_for_and_then_parked() {
    let world = World::new();
    for _ in 0..60 {
        let missing = fault(Class::NotFound, "order_not_found");
        world.shop.faults.lock().unwrap().push(("shop.order.read".into(), missing, false));
    }
    let start = world.clock.now();
    let report = world.settle(FLOW, &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("order_not_found".into()));
    let waited = world.clock.now().duration_since(start);
    assert!(waited >= SignedDuration::from_mins(30) && waited < SignedDuration::from_mins(40), "{waited}");
}

#[tokio::test]
async fn parking_writes_the_row_then_the_letter_and_a_redrive_starts_anew() {
    let world = World::new();
    let refused = fault(Class::Validation, "sku_refused");
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), refused, false));
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("sku_refused".into()));
    let parked = head(&world).await;
    assert_eq!(parked.parked.as_ref().map(|p| (p.n, p.step.as_str())), Some((1, "thing")));

    // The queue did not hear of it and delivers again: the letter is sent again, nothing runs.
    let again = Delivery { receive_count: 2, ..delivery("evt_1") };
    assert_eq!(
        world.deliver(&world.engine(FLOW), &again).await.outcome,
        Outcome::Parked("sku_refused".into())
    );
    let letters = world.queue.sent(&QueueName::DeadLetter);
    assert_eq!(letters.len(), 2);

    // An operator moves the letter back to its queue.
    let letter = letters[0].clone();
    let redriven = Delivery::from_message(letter.body, &letter.attributes, 1).unwrap();
    assert_eq!(world.settle(FLOW, &redriven).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), once());
}

#[tokio::test]
async fn what_is_stopped_is_not_shipped() {
    let world = World::new();
    let key = flow::guard::stop_key(&"main".parse().unwrap(), "000000042");
    let attributes: Attributes = [("reasons".to_owned(), json!(["disputed"]))].into();
    world.store.write(vec![Write::Put { item: Item { key, attributes }, when: Vec::new() }]).await.unwrap();
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("stopped".into()));
    assert_eq!(world.shop.things(), [("shop.thing.put:ch_1".to_owned(), 1)].into());
}

#[tokio::test]
async fn an_execution_ends_with_the_document_that_it_began_with() {
    let world = World::new();
    let busy = fault(Class::Throttled, "rate_limit");
    world.shop.faults.lock().unwrap().push(("shop.parcel.put".into(), busy, false));
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)));
    let shorter = FLOW.split("  - id: parcel").next().unwrap();
    assert_eq!(world.settle(shorter, &delivery("evt_1")).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), once());
}

#[tokio::test]
async fn every_name_leads_to_the_story() {
    let world = World::new();
    world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    let pair = "main".parse().unwrap();
    let names =
        execution::linked(world.store.as_ref(), &pair, "order_number", "000000042").await.unwrap().unwrap();
    assert_eq!(names["order_number"], "000000042");
    let entities =
        execution::entities(world.store.as_ref(), &pair, "order_number", "000000042").await.unwrap();
    assert_eq!(entities, ["payment_intent:pi_1"]);
    let story = execution::by_entity(world.store.as_ref(), &pair, &entities[0], 10).await.unwrap();
    assert_eq!(story.len(), 1);
    let history = execution::history(world.store.as_ref(), &story[0]).await.unwrap();
    let steps: Vec<&str> = history.steps.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(steps, ["order", "thing", "parcel"]);
    let event: Value =
        serde_json::from_str(&execution::read_event(world.store.as_ref(), &story[0]).await.unwrap()).unwrap();
    assert_eq!(event["id"], "evt_1");
}

/// Most is asked about an order while it waits, before its number was read anywhere.
#[tokio::test]
async fn what_the_event_names_leads_to_the_story_before_anything_was_read() {
    let world = World::new();
    let away = fault(Class::Transient, "away");
    world.shop.faults.lock().unwrap().push(("shop.order.read".into(), away, false));
    let object = json!({ "id": "ch_1", "orders": ["000000040", "000000041"] });
    let body = json!({ "id": "evt_1", "data": { "object": object } }).to_string();
    let delivery = Delivery { body, ..delivery("evt_1") };
    let engine = world.engine(FLOW);
    assert!(matches!(world.deliver(&engine, &delivery).await.outcome, Outcome::RetryAfter(_)));
    assert_eq!(head(&world).await.status, Status::Waiting);
    let leads = async |number: &str| {
        let pair = "main".parse().unwrap();
        execution::entities(world.store.as_ref(), &pair, "order_number", number).await.unwrap()
    };
    assert_eq!(leads("000000042").await, [""; 0]);
    for number in ["000000040", "000000041"] {
        assert_eq!(leads(number).await, ["payment_intent:pi_1"], "{number}");
    }
    assert_eq!(world.settle(FLOW, &delivery).await.outcome, Outcome::Done);
    assert_eq!(leads("000000042").await, ["payment_intent:pi_1"], "what was read counts as well");
}

#[tokio::test]
async fn a_step_that_would_not_end_in_time_is_left_for_the_next_delivery() {
    let world = World::new();
    let engine = world.engine(FLOW);
    let short = world.clock.now() + SignedDuration::from_secs(25);
    let report = engine.deliver(Ok(&world.connected), &delivery("evt_1"), short).await;
    assert_eq!(report.outcome, Outcome::RetryAfter(SignedDuration::from_secs(5)));
    assert!(world.shop.things().is_empty());
    assert!(FUNCTION > SignedDuration::from_secs(25));
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_long_event_is_kept_whole() {
    let world = World::new();
    let mut long = delivery("evt_1");
    let note = "é".repeat(400_000);
    long.body = json!({ "id": "evt_1", "note": note, "data": { "object": { "id": "ch_1" } } }).to_string();
    assert_eq!(world.deliver(&world.engine(FLOW), &long).await.outcome, Outcome::Done);
    let event = execution::read_event(world.store.as_ref(), &head(&world).await).await.unwrap();
    assert_eq!(event, long.body);
}
