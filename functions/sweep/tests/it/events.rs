//! Whatever happens to webhooks, queue, table and time: each event that a flow wants comes to it, and nothing comes twice for good.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use flow::{Class, Clock, Delivery, Ports};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::refusing::{FullQueue, NoCursor};
use crate::world::World;

/// Where the table keeps how far events are read.
async fn cursor(world: &World) -> Option<i64> {
    use flow::Store as _;
    let item = world.store.get(&flow::Key::new("C#main#stripe-events", "-")).await.unwrap()?;
    item.attributes["state"]["until"].as_i64()
}

/// The template takes a sweep of a minute, and an ERP that is waited for as long.
#[tokio::test]
async fn the_shortest_run_reads_the_feeds_whatever_the_slowest_system_may_take() {
    let mut world = World::new().await;
    let pair = world.stage.pairs.values_mut().next().unwrap();
    (pair.magento.timeout_s, pair.erp.timeout_s) = (30, 60);
    world.event("evt_late", world.clock.now(), &json!({}));
    world.minutes(5);
    let report = world.sweep().run(world.clock.now() + SignedDuration::from_secs(60)).await;
    assert_eq!((report.enqueued, &report.problems), (1, &vec![]), "{report:?}");
}

#[tokio::test]
async fn without_any_webhook_all_orders_come_to_the_queue_once() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for _ in 0..25 {
        let seeded = world.seed();
        world.clock.advance(SignedDuration::from_secs(7));
        expected.push(seeded.event["id"].as_str().unwrap().to_owned());
    }
    world.minutes(5);
    let report = world.run().await;
    assert_eq!(report.problems, []);
    assert_eq!((report.enqueued, world.events()), (25, expected), "in the order of time");
    world.consume().await;
    for _ in 0..4 {
        world.minutes(5);
        let report = world.run().await;
        assert_eq!((report.enqueued, report.problems), (0, vec![]));
    }
    assert_eq!(world.sent().len(), 25);
}

#[tokio::test]
async fn a_message_of_the_sweep_is_that_of_the_webhook() {
    let world = World::new().await;
    let seeded = world.seed();
    let webhook = world.delivery(&seeded);
    world.minutes(5);
    world.run().await;
    let message = world.sent().pop().unwrap();
    let swept = Delivery::from_message(message.body.clone(), &message.attributes, 0).unwrap();
    assert!(swept.trace_id.starts_with("sweep-"), "{}", swept.trace_id);
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(read(&swept.body), read(&webhook.body));
    let Delivery { trace_id, received_at, body, .. } = swept.clone();
    assert_eq!(swept, Delivery { trace_id, received_at, body, ..webhook.clone() });
    let (one, other) = (message, webhook.to_message());
    assert_eq!((one.group, one.deduplication_id), (other.group, other.deduplication_id));
}

#[tokio::test]
async fn what_a_webhook_brought_is_left_alone_and_what_was_lost_beside_it_is_not() {
    let world = World::new().await;
    let (brought, lost) = (world.seed(), world.seed());
    world.claim(&world.delivery(&brought)).await.unwrap();
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.enqueued, world.events()), (1, vec![lost.event["id"].as_str().unwrap().to_owned()]));
}

#[tokio::test]
async fn an_event_has_time_to_come_by_itself() {
    let world = World::new().await;
    world.seed();
    world.minutes(1);
    assert_eq!(world.run().await.enqueued, 0);
    world.minutes(2);
    assert_eq!(world.run().await.enqueued, 1);
}

#[tokio::test]
async fn an_event_that_is_listed_late_is_found_in_the_overlap() {
    let world = World::new().await;
    let made = world.clock.now();
    world.minutes(10);
    world.run().await;
    assert!(cursor(&world).await.unwrap() > made.as_second());
    world.event("evt_late", made, &json!({}));
    world.event("evt_ancient", made - SignedDuration::from_hours(1), &json!({}));
    world.minutes(5);
    world.run().await;
    assert_eq!(world.events(), ["evt_late"], "what is older than the overlap was read before");
}

#[tokio::test]
async fn the_first_run_looks_back_a_little_and_no_further() {
    let world = World::before_the_first_run().await;
    let now = world.clock.now();
    world.event("evt_before", now - SignedDuration::from_hours(2), &json!({}));
    world.event("evt_just_now", now - SignedDuration::from_mins(5), &json!({}));
    world.run().await;
    assert_eq!(world.events(), ["evt_just_now"]);
}

#[tokio::test]
async fn events_of_another_mode_or_account_and_of_types_that_nobody_wants_are_skipped() {
    let world = World::new().await;
    let now = world.clock.now();
    world.event("evt_live", now, &json!({ "livemode": true }));
    world.event("evt_foreign", now, &json!({ "account": "acct_another" }));
    world.event("evt_other", now, &json!({ "type": "customer.created" }));
    world.event("evt_ours", now, &json!({}));
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.found, report.skipped, world.events()), (3, 2, vec!["evt_ours".to_owned()]));
}

#[tokio::test]
async fn an_event_that_fits_no_message_comes_as_a_stub() {
    let world = World::new().await;
    let object = json!({
        "id": "ch_1", "object": "charge", "payment_intent": "pi_1", "description": "x".repeat(2_000_000)
    });
    world.event("evt_large", world.clock.now(), &json!({ "data": { "object": object } }));
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.stubs, &report.problems), (1, 1, &vec![]));
    let message = world.sent().pop().unwrap();
    assert_eq!(message.attributes["tb.entity"], "payment_intent:pi_1");
    let stub: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(
        (&stub["id"], &stub["type"], &stub["data"]["object"]["id"]),
        (&json!("evt_large"), &json!("charge.succeeded"), &json!("ch_1"))
    );
    assert!(message.body.len() < 1_000 && stub["tillbridge"]["stub_of_bytes"].as_u64() > Some(2_000_000));
}

#[tokio::test]
async fn pages_that_are_too_large_are_asked_for_in_parts() {
    let world = World::new().await;
    for n in 0..24 {
        let description = "x".repeat(800_000);
        let object = json!({ "id": format!("ch_{n}"), "object": "charge", "description": description });
        world.event(&format!("evt_{n}"), world.clock.now(), &json!({ "data": { "object": object } }));
    }
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.stubs, report.problems), (24, 0, vec![]));
}

#[tokio::test]
async fn a_long_outage_is_caught_up_with_in_order_however_many_events_it_held() {
    const EVENTS: i64 = 2_500;
    let world = World::new().await;
    let began = world.clock.now();
    for n in 0..EVENTS {
        // Three of a second now and then.
        let created = began + SignedDuration::from_secs(n / 3 * 20);
        world.event(&format!("evt_{n:04}"), created, &json!({}));
    }
    world.clock.advance(SignedDuration::from_secs(EVENTS / 3 * 20 + 300));
    let report = world.run().await;
    assert_eq!(report.problems, []);
    let events = world.events();
    assert_eq!((report.enqueued, events.len()), (2_500, 2_500));
    assert!(events.is_sorted(), "a run that stops must have done the oldest");
}

#[tokio::test]
async fn a_run_without_time_stops_in_order_and_the_next_goes_on() {
    let world = World::new().await;
    world.seed();
    world.minutes(60);
    let before = cursor(&world).await;
    let report = world.sweep().run(world.clock.now() + SignedDuration::from_secs(5)).await;
    assert!(report.is_cut_short && report.enqueued == 0 && report.behind_s >= 3_600, "{report:?}");
    assert_eq!(cursor(&world).await, before);
    let report = world.run().await;
    assert!(!report.is_cut_short && report.enqueued == 1 && report.behind_s < 300, "{report:?}");
}

#[tokio::test]
async fn the_cursor_stays_before_what_the_queue_did_not_take() {
    let world = World::new().await;
    let began = world.clock.now();
    for n in 0..40 {
        world.event(&format!("evt_{n:02}"), began + SignedDuration::from_secs(n * 60), &json!({}));
    }
    world.minutes(45);
    let queue = Arc::new(FullQueue {
        queue: world.queue.clone(),
        left: AtomicUsize::new(10),
        class: Class::Transient,
    });
    let report = world.run_over(Ports { queue, ..world.ports() }).await;
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    let reached = cursor(&world).await.unwrap();
    assert!(reached <= (began + SignedDuration::from_secs(10 * 60)).as_second(), "{reached}");
    assert!(report.behind_s > 30 * 60, "{report:?}");
    world.run().await;
    let events: BTreeSet<String> = world.events().into_iter().collect();
    assert_eq!(events.len(), 40);
}

#[tokio::test]
async fn a_process_that_stops_between_queue_and_cursor_leaves_nothing_out_and_nothing_double() {
    let world = World::new().await;
    for _ in 0..5 {
        world.seed();
    }
    world.minutes(5);
    let before = cursor(&world).await;
    let report =
        world.run_over(Ports { store: Arc::new(NoCursor(world.store.clone())), ..world.ports() }).await;
    assert!(!report.problems.is_empty());
    assert_eq!((world.events().len(), cursor(&world).await), (5, before));
    // The next run finds no rows yet: the same messages under the same names, which SQS and the claim know.
    world.run().await;
    let names: BTreeSet<String> = world.sent().into_iter().map(|message| message.deduplication_id).collect();
    assert_eq!((names.len(), world.sent().len()), (5, 10));
    world.consume().await;
    world.minutes(5);
    assert_eq!(world.run().await.enqueued, 0);
}

#[tokio::test]
async fn two_sweeps_at_once_do_no_harm() {
    let world = World::new().await;
    for _ in 0..10 {
        world.seed();
    }
    world.minutes(20);
    let target = (world.clock.now() - SignedDuration::from_mins(2)).as_second();
    let (one, two) = tokio::join!(world.run(), world.run());
    let events: BTreeSet<String> = world.events().into_iter().collect();
    assert_eq!((events.len(), cursor(&world).await), (10, Some(target)));
    let clear =
        |report: &sweep::Report| report.problems.iter().all(|it| it.fault.class == flow::Class::Conflict);
    assert!(clear(&one) && clear(&two), "{one:?} {two:?}");
}

#[tokio::test]
async fn events_that_stripe_no_longer_lists_are_said_to_be_lost_once() {
    let world = World::new().await;
    world.minutes(40 * 24 * 60);
    let report = world.run().await;
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert_eq!(report.problems[0].fault.code, "events_expired");
    world.minutes(5);
    assert_eq!(world.run().await.problems, []);
}
