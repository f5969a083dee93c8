//! Replays: what they send, what they leave alone, and what they read anew.

use std::sync::Arc;

use async_trait::async_trait;
use flow::engine::Outcome;
use flow::execution::Status;
use flow::operate::{
    Preview, QUEUED_STANDS_STILL, Replay, Replayed, Still, Wanted, list, preview, replay, replay_all,
    resend_still,
};
use flow::{Class, Delivery, Message, Ports, Queue, QueueError, QueueName};
use jiff::SignedDuration;
use serde_json::json;

use crate::engine_world::{World, delivery, fault, plan, specs};
use crate::operate_world::{
    PAINTED, SIMPLE, by, colours, correct_at, last_sent, parked_at, replayed, row, shown, step,
};

fn flow_queue() -> QueueName {
    QueueName::Flow("demo".parse().unwrap())
}

#[tokio::test]
async fn a_replay_is_numbered_and_recorded_and_goes_on_where_it_failed() {
    let world = parked_at("shop.parcel.put", Class::Validation).await;
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Done);
    let message = world.queue.sent(&flow_queue()).pop().unwrap();
    assert_eq!(message.deduplication_id, "evt_1-r1");
    assert_eq!(colours(&world, "shop.thing.put").len(), 1, "what was done is not done again");
    let acts = shown(&world).await.acts;
    assert_eq!(acts[0].about.as_deref(), Some("no_such_colour at step parcel"));
    // The same once more is refused politely, whoever asks and however.
    let writes = world.store.writes();
    let again = replay(&world.ports(), &row(&world, "evt_1").await, Replay::Fresh, &by("")).await.unwrap();
    assert_eq!((again, world.store.writes()), (Replayed::Unchanged(Status::Done), writes));
}

/// A queue that refuses.
struct Down;

#[async_trait]
impl Queue for Down {
    async fn send(&self, to: &QueueName, _: Message) -> Result<(), QueueError> {
        Err(QueueError { queue: to.clone(), class: Class::Transient, message: "away".to_owned() })
    }
    async fn delay(&self, _: &QueueName, _: &str, _: SignedDuration) -> Result<(), QueueError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_message_that_was_not_sent_is_sent_later() {
    let world = parked_at("shop.parcel.put", Class::Validation).await;
    let down = Ports { queue: Arc::new(Down), ..world.ports() };
    let done = replay(&down, &row(&world, "evt_1").await, Replay::FromFailedStep, &by("")).await.unwrap();
    assert!(matches!(done, Replayed::NotSent(1, _)), "{done:?}");
    assert_eq!(row(&world, "evt_1").await.status, Status::Queued);
    let (pair, ports) = ("main".parse().unwrap(), world.ports());
    assert_eq!(resend_still(&ports, &pair, 100).await, Ok(Still::default()), "it may be on its way");
    world.clock.advance(QUEUED_STANDS_STILL);
    assert!(resend_still(&down, &pair, 100).await.is_err());
    assert_eq!(resend_still(&ports, &pair, 100).await, Ok(Still { found: 1, sent: 1 }));
    assert_eq!(resend_still(&ports, &pair, 100).await, Ok(Still::default()), "it was just looked after");
    // Or the operator repeats the command.
    let done = replay(&ports, &row(&world, "evt_1").await, Replay::FromFailedStep, &by("")).await;
    assert_eq!(done, Ok(Replayed::Queued(1)));
    let sent = world.queue.sent(&flow_queue());
    assert_eq!(sent.len(), 2);
    for message in sent {
        let delivery = Delivery::from_message(message.body, &message.attributes, 0).unwrap();
        world.settle(PAINTED, &delivery).await;
    }
    assert_eq!(row(&world, "evt_1").await.status, Status::Done);
    assert_eq!(colours(&world, "shop.parcel.put").len(), 2, "once refused, once done");
}

#[tokio::test]
async fn replaying_ten_thousand_done_events_changes_nothing() {
    let world = World::new();
    let engine = world.engine(SIMPLE);
    for n in 0..10_000 {
        assert_eq!(world.deliver(&engine, &delivery(&format!("evt_{n:05}"))).await.outcome, Outcome::Done);
    }
    let wanted = Wanted { status: Status::Done, ..Wanted::parked("main".parse().unwrap()) };
    let ports = world.ports();
    let all = list(ports.store.as_ref(), &wanted).await.unwrap().executions;
    assert_eq!(all.len(), 10_000, "page by page");
    let (writes, things) = (world.store.writes(), world.shop.things());
    let came = replay_all(&ports, &all, Replay::Fresh, &by("once more")).await;
    assert!(came.iter().all(|came| *came == Ok(Replayed::Unchanged(Status::Done))));
    // And where the messages themselves come again, as a replay's or as the source's own.
    for (n, execution) in all.iter().enumerate() {
        let replay = (n % 2 == 0).then_some(1);
        let again = Delivery { replay, ..delivery(execution.event.as_str()) };
        let outcome = world.deliver(&engine, &again).await.outcome;
        assert_eq!(outcome, Outcome::Skipped("duplicate".into()));
    }
    assert!(world.queue.sent(&flow_queue()).is_empty());
    assert_eq!((world.store.writes(), world.shop.things()), (writes, things));
}

/// A parcel for each box of the order.
const BOXES: &str = r#"
flow: demo
description: Sends each box of an order.
triggers:
  - source: stripe
    event: charge.succeeded
    entity: [/data/object/payment_intent]
steps:
  - id: order
    use: shop.order.read
    with: { id: "{% $event.data.object.id %}" }
  - id: sent
    for_each: "{% $order.boxes %}"
    as: box
    do:
      - id: parcel
        use: shop.parcel.put
        with: { id: "{% $box %}" }
  - id: thing
    use: shop.thing.put
    with: { id: "{% $order.id %}" }
"#;

#[tokio::test]
async fn a_fresh_replay_knows_what_is_written_by_what_it_is_not_by_where_it_stood() {
    for stop_at in [None, Some(3), Some(4), Some(5), Some(6), Some(7)] {
        let world = World::new();
        *world.shop.order.lock().unwrap() = json!({ "boxes": ["a", "b"] });
        world.shop.faults.lock().unwrap().push((
            "shop.thing.put".into(),
            fault(Class::Validation, "no"),
            false,
        ));
        assert!(matches!(world.settle(BOXES, &delivery("evt_1")).await.outcome, Outcome::Parked(_)));
        // The order is packed otherwise by now: a box more in front, and the others changed places.
        *world.shop.order.lock().unwrap() = json!({ "boxes": ["c", "b", "a"] });
        let ports = world.ports();
        replay(&ports, &row(&world, "evt_1").await, Replay::Fresh, &by("")).await.unwrap();
        let again = last_sent(&world, flow_queue());
        if let Some(at) = stop_at {
            use futures::FutureExt;
            world.fuse.set(at, true);
            let engine = world.engine(BOXES);
            assert!(world.deliver(&engine, &again).now_or_never().is_none(), "stops at {at}");
            world.fuse.clear();
            world.clock.advance(crate::engine_world::LEASE);
        }
        assert_eq!(world.settle(BOXES, &again).await.outcome, Outcome::Done, "{stop_at:?}");
        let made = world.shop.things();
        let once = ["shop.parcel.put:a", "shop.parcel.put:b", "shop.parcel.put:c", "shop.thing.put:ch_1"];
        assert_eq!(made, once.map(|key| (key.to_owned(), 1)).into(), "{stop_at:?}");
        let kept = shown(&world).await;
        for key in once {
            let is_kept = |record: &flow::execution::StepRecord| {
                record.is_finished() && record.begun.as_ref().is_some_and(|begun| begun.key.as_str() == key)
            };
            assert!(kept.steps.iter().any(|(_, record)| is_kept(record)), "no checkpoint of {key} is left");
        }
    }
}

#[tokio::test]
async fn without_fresh_what_led_to_a_write_stays_as_it_was_read() {
    let world = parked_at("shop.parcel.put", Class::Validation).await;
    *world.shop.order.lock().unwrap() = json!({ "colour": "green" });
    world.shop.faults.lock().unwrap().push(("shop.parcel.put".into(), fault(Class::Validation, "no"), false));
    assert!(matches!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Parked(_)));
    assert_eq!(replayed(&world, PAINTED, Replay::Fresh).await, Outcome::Done);
    let said: Vec<String> =
        colours(&world, "shop.parcel.put").into_iter().map(|(colour, _)| colour).collect();
    assert_eq!(said, ["red", "red", "green"]);
    assert_eq!(colours(&world, "shop.thing.put").len(), 1);
}

fn previewed(world: &World, yaml: &str, shown: &flow::operate::Shown) -> Preview {
    preview(&plan(yaml), &specs(), &world.connected, shown)
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_sent_and_sends_nothing() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let (sent, writes) = (world.shop.sent.lock().unwrap().len(), world.store.writes());
    let request = |input, is_looked_for| Preview::Request {
        step: "thing".parse().unwrap(),
        action: "shop.thing.put".to_owned(),
        writes: true,
        natural_key: Some("shop.thing.put:ch_1".parse().unwrap()),
        input,
        is_looked_for,
    };
    assert_eq!(
        previewed(&world, PAINTED, &shown(&world).await),
        request(json!({ "id": "ch_1", "colour": "red" }), false)
    );
    assert_eq!((world.shop.sent.lock().unwrap().len(), world.store.writes()), (sent, writes));
    // A corrected output leads to another request, a corrected request is that request.
    correct_at(&world, step("order"), "/colour", json!("blue")).await.unwrap();
    assert_eq!(
        previewed(&world, PAINTED, &shown(&world).await),
        request(json!({ "id": "ch_1", "colour": "blue" }), false)
    );
    correct_at(&world, step("thing"), "/colour", json!("grey")).await.unwrap();
    assert_eq!(
        previewed(&world, PAINTED, &shown(&world).await),
        request(json!({ "id": "ch_1", "colour": "grey" }), false)
    );

    let world = parked_at("shop.thing.put", Class::UnknownOutcome).await;
    assert_eq!(
        previewed(&world, PAINTED, &shown(&world).await),
        request(json!({ "id": "ch_1", "colour": "red" }), true)
    );
}

#[tokio::test]
async fn a_dry_run_looks_into_rounds_and_checks() {
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "boxes": ["a", "b"] });
    let refused = fault(Class::Validation, "too_heavy");
    world.shop.faults.lock().unwrap().push(("shop.parcel.put".into(), refused, false));
    assert!(matches!(world.settle(BOXES, &delivery("evt_1")).await.outcome, Outcome::Parked(_)));
    let Preview::Request { step: at, input, .. } = previewed(&world, BOXES, &shown(&world).await) else {
        panic!()
    };
    assert_eq!((at.as_str(), input), ("sent.0.parcel", json!({ "id": "a" })));

    let checked = PAINTED.replace("  - id: thing\n", "  - id: agree\n    check: \"{% $paint.colour != 'red' %}\"\n    otherwise: { park: wrong_colour }\n  - id: thing\n");
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "colour": "red" });
    assert!(matches!(world.settle(&checked, &delivery("evt_1")).await.outcome, Outcome::Parked(_)));
    let holds = |holds| Preview::Check { step: "agree".parse().unwrap(), holds };
    assert_eq!(previewed(&world, &checked, &shown(&world).await), holds(false));
    correct_at(&world, step("order"), "/colour", json!("blue")).await.unwrap();
    assert_eq!(previewed(&world, &checked, &shown(&world).await), holds(true));
}
