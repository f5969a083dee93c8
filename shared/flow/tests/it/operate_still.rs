//! Executions whose message is lost are sent for again: once in a while, and without a second effect.

use flow::engine::Outcome;
use flow::execution::Status;
use flow::operate::{QUEUED_STANDS_STILL, STANDS_STILL, Still, Wanted, list, resend_still};
use flow::{Class, Delivery, QueueName, Store, Write};
use jiff::SignedDuration;

use crate::engine_world::{World, delivery, fault};
use crate::operate_world::{SIMPLE, row};

async fn look(world: &World) -> Still {
    resend_still(&world.ports(), &"main".parse().unwrap(), 100).await.unwrap()
}

fn sent(world: &World) -> Vec<(String, Delivery)> {
    let messages = world.queue.sent(&QueueName::Flow("demo".parse().unwrap()));
    let read = |message: flow::Message| {
        (message.deduplication_id, Delivery::from_message(message.body, &message.attributes, 1).unwrap())
    };
    messages.into_iter().map(read).collect()
}

#[tokio::test]
async fn what_waits_and_was_forgotten_is_sent_again_and_ends_with_one_effect() {
    let world = World::new();
    let engine = world.engine(SIMPLE);
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), fault(Class::Transient, "away"), false));
    let outcome = world.deliver(&engine, &delivery("evt_1")).await.outcome;
    assert!(matches!(outcome, Outcome::RetryAfter(_)), "{outcome:?}");
    world.clock.advance(STANDS_STILL - SignedDuration::from_mins(1));
    assert_eq!(look(&world).await, Still::default(), "its message may still come");
    world.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(look(&world).await, Still { found: 1, sent: 1 });
    // A consumer that is down for long makes no flood of messages.
    world.clock.advance(QUEUED_STANDS_STILL);
    assert_eq!(look(&world).await, Still::default());
    world.clock.advance(STANDS_STILL);
    assert_eq!(look(&world).await, Still { found: 1, sent: 1 });
    let sent = sent(&world);
    assert_ne!(sent[0].0, sent[1].0, "SQS may drop what bears the name of a message that it has seen");
    for (_, delivery) in &sent {
        assert_eq!(delivery.body, crate::engine_world::delivery("evt_1").body);
        world.deliver(&engine, delivery).await;
    }
    assert_eq!(row(&world, "evt_1").await.status, Status::Done);
    assert!(world.shop.things().values().all(|made| *made == 1), "{:?}", world.shop.things());
    world.clock.advance(STANDS_STILL * 2);
    assert_eq!(look(&world).await, Still::default(), "what is done stands still for good");
}

#[tokio::test]
async fn what_ran_when_its_process_and_its_message_were_lost_is_sent_again() {
    let world = World::new();
    let engine = world.engine(SIMPLE);
    let one = delivery("evt_1");
    // A process that claims and stops.
    let lease = SignedDuration::from_secs(130);
    let flow = "demo".parse().unwrap();
    flow::execution::claim(&world.ports(), &flow, "hash", &one, lease).await.unwrap();
    world.clock.advance(STANDS_STILL);
    assert_eq!(look(&world).await, Still::default(), "its lease ended later than it was claimed");
    world.clock.advance(lease);
    assert_eq!(look(&world).await, Still { found: 1, sent: 1 });
    let (_, again) = sent(&world).pop().unwrap();
    world.deliver(&engine, &again).await;
    assert_ne!(row(&world, "evt_1").await.status, Status::Running);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_hides_none_of_the_others() {
    let world = World::new();
    let engine = world.engine(SIMPLE);
    for event in ["evt_1", "evt_2", "evt_3"] {
        world.shop.faults.lock().unwrap().push((
            "shop.thing.put".into(),
            fault(Class::Transient, "away"),
            false,
        ));
        world.deliver(&engine, &delivery(event)).await;
    }
    let broken = row(&world, "evt_2").await.key();
    let set = [("attempts".to_owned(), "a few".into())].into();
    let write = Write::Update { key: broken.clone(), set, add: [].into(), remove: vec![], when: vec![] };
    world.store.write(vec![write]).await.unwrap();
    world.clock.advance(STANDS_STILL * 2);
    let error = resend_still(&world.ports(), &"main".parse().unwrap(), 100).await.unwrap_err().to_string();
    assert!(error.contains(&broken.to_string()), "{error}");
    let events: Vec<String> = sent(&world).into_iter().map(|(_, sent)| sent.event.to_string()).collect();
    assert_eq!(events, ["evt_1", "evt_3"]);
    let wanted = Wanted { status: Status::Waiting, ..Wanted::parked("main".parse().unwrap()) };
    let listed = list(world.store.as_ref(), &wanted).await.unwrap();
    assert_eq!((listed.executions.len(), listed.unreadable.len()), (2, 1));
}
