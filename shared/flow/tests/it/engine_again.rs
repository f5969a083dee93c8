//! What an engine does the second time: after a replay, a lost answer, a crash, a change of settings.

use flow::engine::Outcome;
use flow::execution::{self, Status};
use flow::operate::{Wanted, list};
use flow::{Class, Clock, Delivery, Fault, Item, QueueName};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::engine::{FLOW, head, once};
use crate::engine_world::{LEASE, World, delivery, fault};

/// Parks, then has an operator move the letter back to its queue.
async fn redriven(world: &World, delivery: &Delivery) -> Delivery {
    assert!(matches!(world.settle(CHECKED, delivery).await.outcome, Outcome::Parked(_)));
    let letter = world.queue.sent(&QueueName::DeadLetter).pop().unwrap();
    Delivery::from_message(letter.body, &letter.attributes, 1).unwrap()
}

const CHECKED: &str = r#"
flow: demo
description: Makes a thing of an order that is in order.
triggers:
  - source: stripe
    event: charge.succeeded
    entity: [/data/object/payment_intent]
steps:
  - id: order
    use: shop.order.read
    with: { id: "{% $event.data.object.id %}" }
  - id: agree
    check: "{% $not($exists($order.wrong)) %}"
    otherwise: { park: wrong }
  - id: thing
    use: shop.thing.put
    with: { id: "{% $order.id %}", colour: "{% $connection.colour %}" }
"#;

#[tokio::test]
async fn a_replay_reads_again_what_no_write_was_made_of() {
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "wrong": true });
    let again = redriven(&world, &delivery("evt_1")).await;
    *world.shop.order.lock().unwrap() = json!({});
    // The first process of the replay stops: the next must not fall back on what was read before.
    world.fuse.set(3, false);
    let engine = world.engine(CHECKED);
    assert!(world.deliver(&engine, &again).now_or_never().is_none());
    world.fuse.clear();
    world.clock.advance(LEASE);
    assert_eq!(world.settle(CHECKED, &again).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_write_that_was_refused_is_said_anew_by_a_replay() {
    let mut world = World::new();
    world.connected.connection["colour"] = json!("redd");
    let refused = fault(Class::Validation, "no_such_colour");
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), refused, false));
    let again = redriven(&world, &delivery("evt_1")).await;
    world.connected.connection["colour"] = json!("red");
    assert_eq!(world.settle(CHECKED, &again).await.outcome, Outcome::Done);
    let sent = world.shop.sent.lock().unwrap().clone();
    let said: Vec<_> = sent.iter().map(|(_, input, n)| (input["colour"].as_str().unwrap(), *n)).collect();
    assert_eq!(said, [("redd", 0), ("red", 1)]);
}

#[tokio::test]
async fn the_settle_time_runs_from_when_a_request_was_given_up() {
    let world = World::new();
    *world.shop.takes.lock().unwrap() = SignedDuration::from_secs(20);
    world.shop.faults.lock().unwrap().push((
        "shop.thing.put".into(),
        fault(Class::UnknownOutcome, "no_answer"),
        false,
    ));
    let report = world.deliver(&world.engine(FLOW), &delivery("evt_1")).await;
    let given_up_at = world.clock.now();
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)));
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
    let first_find = world.shop.found_at.lock().unwrap()[0];
    assert!(first_find.duration_since(given_up_at) >= SignedDuration::from_secs(5));
}

/// A process stops after it has sent a request, and its lease runs out; gives when it began.
fn stopped_after_a_request(world: &World) -> Timestamp {
    world.fuse.set(5, false);
    let engine = world.engine(FLOW);
    let began = world.clock.now();
    assert!(world.deliver(&engine, &delivery("evt_1")).now_or_never().is_none());
    world.fuse.clear();
    world.clock.advance(LEASE);
    began
}

#[tokio::test]
async fn after_a_crash_the_settle_time_runs_from_the_end_of_the_lease() {
    let world = World::new();
    let began = stopped_after_a_request(&world);
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
    let first_find = world.shop.found_at.lock().unwrap()[0];
    assert!(first_find.duration_since(began) >= LEASE + SignedDuration::from_secs(5));
}

/// The process that sent it stopped; the next one could do nothing, and said so; the third still waits for the first one's request.
#[tokio::test]
async fn a_claim_between_that_came_to_nothing_takes_nothing_from_the_settle_time() {
    let world = World::new();
    let began = stopped_after_a_request(&world);
    let deadline = world.clock.now() + SignedDuration::from_secs(120);
    let away = fault(Class::Transient, "secret");
    let report = world.engine(FLOW).deliver(Err(away), &delivery("evt_1"), deadline).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)), "{report:?}");
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
    let first_find = world.shop.found_at.lock().unwrap()[0];
    assert!(first_find.duration_since(began) >= LEASE + SignedDuration::from_secs(5));
}

#[tokio::test]
async fn a_stored_answer_burns_its_key_once() {
    let world = World::new();
    let stored = Fault { answer_is_stored: true, ..fault(Class::UnknownOutcome, "stored") };
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), stored, false));
    assert!(matches!(
        world.deliver(&world.engine(FLOW), &delivery("evt_1")).await.outcome,
        Outcome::RetryAfter(_)
    ));
    // The processes that send the next generation stop before they hear the answer. Calls: 0 document, 1 row, 2 claim,
    // 3 steps, 4 breaker, 5 find, the first time 6 and 7 the breaker that hears an answer, then find, begin, thing.
    for calls in [10, 8] {
        world.clock.advance(LEASE);
        world.fuse.set(calls, false);
        let engine = world.engine(FLOW);
        let again = Delivery { receive_count: 2, ..delivery("evt_1") };
        assert!(world.deliver(&engine, &again).now_or_never().is_none());
        world.fuse.clear();
    }
    let generations: Vec<u32> = world.shop.sent.lock().unwrap().iter().map(|(_, _, n)| *n).collect();
    assert_eq!(generations, [0, 1, 1], "a key whose answer is not known is not left for another");
}

#[tokio::test]
async fn what_the_table_does_not_take_is_parked_and_says_so() {
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "note": "x".repeat(500_000) });
    let report = world.settle(FLOW, &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("cannot_be_stored".into()));
    assert!(world.shop.things().is_empty() && head(&world).await.parked.is_some());

    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "note": 0.5 });
    assert_eq!(
        world.settle(FLOW, &delivery("evt_1")).await.outcome,
        Outcome::Parked("cannot_be_stored".into())
    );
}

#[tokio::test]
async fn a_stop_that_names_no_order_stops() {
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "number": null });
    let report = world.settle(FLOW, &delivery("evt_1")).await;
    assert_eq!(report.outcome, Outcome::Parked("malformed_stop".into()));
}

#[tokio::test]
async fn what_has_begun_is_ended_whatever_the_settings_say_by_now() {
    let flow = CHECKED.replace(
        "    use: shop.thing.put",
        "    when: \"{% $connection.colour = 'red' %}\"\n    use: shop.thing.put",
    );
    let mut world = World::new();
    world.connected.connection["colour"] = json!("red");
    world.shop.faults.lock().unwrap().push((
        "shop.thing.put".into(),
        fault(Class::UnknownOutcome, "no_answer"),
        false,
    ));
    assert!(matches!(
        world.deliver(&world.engine(&flow), &delivery("evt_1")).await.outcome,
        Outcome::RetryAfter(_)
    ));
    world.connected.connection["colour"] = json!("blue");
    assert_eq!(world.settle(&flow, &delivery("evt_1")).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), [("shop.thing.put:ch_1".to_owned(), 1)].into());
}

#[tokio::test]
async fn nothing_of_a_finished_execution_stays_for_ever() {
    let world = World::new();
    assert_eq!(world.settle(FLOW, &delivery("evt_1")).await.outcome, Outcome::Done);
    let parts: Vec<Item> =
        world.store.items().into_iter().filter(|item| item.key.pk.starts_with("X#")).collect();
    assert_eq!(parts.len(), 5, "the head, the event, three steps");
    let expiries: Vec<_> = parts.iter().map(|item| item.attributes.get("expires_at")).collect();
    assert!(expiries[0].is_some() && expiries.iter().all(|at| *at == expiries[0]), "{expiries:?}");
}

#[tokio::test]
async fn many_reads_before_a_write_are_kept_though_one_transaction_does_not_hold_them() {
    let flow = FLOW.replace(
        "  - id: thing\n",
        "  - id: looks\n    for_each: \"{% [1..150] %}\"\n    as: lap\n    do:\n      - id: look\n        use: shop.order.read\n        with: { id: \"{% $event.data.object.id %}\" }\n  - id: thing\n",
    );
    let world = World::new();
    assert_eq!(world.settle(&flow, &delivery("evt_1")).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), once());
}

#[tokio::test]
async fn lists_show_what_changed_last() {
    let world = World::new();
    for n in 0..150 {
        let event = format!("evt_{n:03}");
        assert_eq!(world.settle(FLOW, &delivery(&event)).await.outcome, Outcome::Done);
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let wanted = Wanted { status: Status::Done, limit: 120, ..Wanted::parked("main".parse().unwrap()) };
    let listed = list(world.store.as_ref(), &wanted).await.unwrap().executions;
    let events: Vec<&str> = listed.iter().map(|execution| execution.event.as_str()).collect();
    assert_eq!((events.len(), events[0], events[119]), (120, "evt_030", "evt_149"));
}

#[tokio::test]
async fn an_order_that_was_paid_twice_leads_to_both_payments() {
    let world = World::new();
    for n in 1..=2 {
        let payment = Delivery { entity: format!("payment_intent:pi_{n}"), ..delivery(&format!("evt_{n}")) };
        assert_eq!(world.settle(FLOW, &payment).await.outcome, Outcome::Done);
    }
    let pair = "main".parse().unwrap();
    let entities =
        execution::entities(world.store.as_ref(), &pair, "order_number", "000000042").await.unwrap();
    assert_eq!(entities, ["payment_intent:pi_1", "payment_intent:pi_2"]);
}
