//! Listing, discarding, healing, and letters that have no row.

use flow::engine::Outcome;
use flow::execution::{MendedBy, Status};
use flow::operate::{
    Adopted, By, Deed, Error, Healed, Replayed, STANDS_STILL, Wanted, adopt_letter, discard, group, heal,
    list,
};
use flow::{Class, Clock, Delivery, QueueName};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::engine_world::{World, delivery, fault};
use crate::operate_world::{PAINTED, SIMPLE, by, last_sent, parked_at, row, shown};

fn sweep() -> By {
    By { who: "sweep".parse().unwrap(), why: None }
}

#[tokio::test]
async fn what_is_parked_is_listed_by_what_matters_and_grouped_by_its_reason() {
    let world = World::new();
    let engine = world.engine(SIMPLE);
    for n in 0..1_200 {
        let (class, code) = if n % 3 == 0 {
            (Class::Permission, "permission_missing")
        } else {
            (Class::Validation, "no_such_item")
        };
        world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), fault(class, code), false));
        world.deliver(&engine, &delivery(&format!("evt_{n:04}"))).await;
        world.clock.advance(SignedDuration::from_millis(100));
    }
    let parked = Wanted::parked("main".parse().unwrap());
    let all = list(world.store.as_ref(), &parked).await.unwrap().executions;
    assert_eq!(all.len(), 1_200);
    assert!(
        all.windows(2).all(|two| two[0].parked.as_ref().unwrap().at < two[1].parked.as_ref().unwrap().at)
    );
    let groups = group(&all);
    let counts: Vec<(&str, usize, MendedBy)> =
        groups.iter().map(|group| (group.reason.as_str(), group.count, group.mended_by)).collect();
    assert_eq!(
        counts,
        [("no_such_item", 800, MendedBy::Merchant), ("permission_missing", 400, MendedBy::Administrator)]
    );
    assert_eq!(
        (groups[0].example.as_str(), groups[1].oldest),
        ("demo/evt_0001", all[0].parked.as_ref().unwrap().at)
    );

    let at = |n: usize| Some(all[n].parked.as_ref().unwrap().at);
    let count = async |wanted: Wanted| list(world.store.as_ref(), &wanted).await.unwrap().executions.len();
    assert_eq!(count(Wanted { since: at(1_000), ..parked.clone() }).await, 200);
    assert_eq!(count(Wanted { since: at(600), until: at(700), ..parked.clone() }).await, 100);
    assert_eq!(count(Wanted { reason: Some("no_such_item".into()), limit: 7, ..parked.clone() }).await, 7);
    assert_eq!(count(Wanted { class: Some(Class::Permission), ..parked.clone() }).await, 400);
    assert_eq!(count(Wanted { mended_by: Some(MendedBy::Operator), ..parked.clone() }).await, 0);
    assert_eq!(count(Wanted { flow: Some("other".parse().unwrap()), ..parked.clone() }).await, 0);
    assert_eq!(count(Wanted { status: Status::Done, ..parked }).await, 0);
}

#[tokio::test]
async fn what_is_discarded_stays_so_and_leaves_nothing_for_ever() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let execution = row(&world, "evt_1").await;
    let silent = By { why: Some(" ".to_owned()), ..by("") };
    assert!(matches!(discard(&world.ports(), &execution, &silent).await, Err(Error::Invalid(_))));
    let letter = last_sent(&world, QueueName::DeadLetter);
    discard(&world.ports(), &execution, &by("booked by hand")).await.unwrap();
    let execution = row(&world, "evt_1").await;
    assert_eq!(
        (execution.status, execution.parked.unwrap().reason.as_str()),
        (Status::Discarded, "no_such_colour")
    );
    // The letter is harmless, wherever somebody moves it.
    assert_eq!(world.settle(PAINTED, &letter).await.outcome, Outcome::Skipped("duplicate".into()));
    assert!(world.shop.things().is_empty());
    let act = shown(&world).await.acts.pop().unwrap();
    assert_eq!((act.what, act.why.as_deref()), (Deed::Discarded, Some("booked by hand")));
    for item in world.store.items().iter().filter(|item| item.key.pk.starts_with("X#")) {
        assert!(item.attributes.contains_key("expires_at"), "{}", item.key);
    }
    let again = discard(&world.ports(), &row(&world, "evt_1").await, &by("again")).await;
    assert!(matches!(again, Err(Error::NotParked { .. })));
}

/// A run that has all the time it wants.
fn late(world: &World) -> Timestamp {
    world.clock.now() + SignedDuration::from_hours(1)
}

#[tokio::test]
async fn only_the_effect_of_its_own_write_heals_a_parked_execution() {
    let world = parked_at("shop.thing.put", Class::UnknownOutcome).await;
    let execution = row(&world, "evt_1").await;
    let ports = world.ports();
    assert_eq!(heal(&ports, &world.connected, &execution, late(&world), &sweep()).await, Ok(Healed::NotYet));
    // Another event of the same order has made its parcel, and another thing is there.
    world.shop.effects.lock().unwrap().insert("shop.parcel.put:ch_1".into(), 1);
    world.shop.effects.lock().unwrap().insert("shop.thing.put:ch_2".into(), 1);
    assert_eq!(heal(&ports, &world.connected, &execution, late(&world), &sweep()).await, Ok(Healed::NotYet));
    assert_eq!(row(&world, "evt_1").await, execution, "a look changes nothing");

    world.shop.effects.lock().unwrap().insert("shop.thing.put:ch_1".into(), 1);
    let healed = heal(&ports, &world.connected, &execution, late(&world), &sweep()).await;
    assert_eq!(healed, Ok(Healed::Healed(Replayed::Queued(1))));
    let act = shown(&world).await.acts.pop().unwrap();
    assert_eq!((act.what, act.who.as_str()), (Deed::Healed, "sweep"));
    let again = last_sent(&world, QueueName::Flow("demo".parse().unwrap()));
    assert_eq!(world.settle(PAINTED, &again).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things()["shop.thing.put:ch_1"], 1, "found, not made again");
    assert_eq!(
        heal(&ports, &world.connected, &execution, late(&world), &sweep()).await,
        Ok(Healed::NotHealable)
    );
}

#[tokio::test]
async fn what_was_refused_and_is_there_after_all_is_not_asked_for_again() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    world.shop.effects.lock().unwrap().insert("shop.thing.put:ch_1".into(), 1);
    let healed =
        heal(&world.ports(), &world.connected, &row(&world, "evt_1").await, late(&world), &sweep()).await;
    assert_eq!(healed, Ok(Healed::Healed(Replayed::Queued(1))));
    let sent = world.shop.sent.lock().unwrap().len();
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), fault(Class::Validation, "no"), false));
    let again = last_sent(&world, QueueName::Flow("demo".parse().unwrap()));
    assert_eq!(world.settle(PAINTED, &again).await.outcome, Outcome::Done);
    assert_eq!(world.shop.sent.lock().unwrap().len(), sent + 1, "the parcel alone");
}

#[tokio::test]
async fn a_check_that_failed_is_not_healed_by_anything() {
    let checked = PAINTED.replace(
        "  - id: thing\n",
        "  - id: agree\n    check: \"{% $paint.colour != 'red' %}\"\n    otherwise: { park: wrong_colour }\n  - id: thing\n",
    );
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "colour": "red" });
    assert!(matches!(world.settle(&checked, &delivery("evt_1")).await.outcome, Outcome::Parked(_)));
    world.shop.effects.lock().unwrap().insert("shop.thing.put:ch_1".into(), 1);
    let healed =
        heal(&world.ports(), &world.connected, &row(&world, "evt_1").await, late(&world), &sweep()).await;
    assert_eq!(healed, Ok(Healed::NotHealable));
}

#[tokio::test]
async fn a_letter_without_a_row_gets_one_and_can_be_redriven() {
    let world = World::new();
    let (ports, flow) = (world.ports(), "demo".parse().unwrap());
    let orphan = Delivery { receive_count: 1_001, ..delivery("evt_1") };
    let Ok(Adopted::Parked(made)) = adopt_letter(&ports, &flow, &orphan, &sweep()).await else { panic!() };
    assert_eq!(made.parked.as_ref().unwrap().reason, "never_started");
    let shown = shown(&world).await;
    assert_eq!((shown.execution.status, shown.acts[0].what), (Status::Parked, Deed::Adopted));
    assert_eq!(shown.event, orphan.body);
    // The old letter again, before it is deleted: nothing more is made.
    assert_eq!(adopt_letter(&ports, &flow, &orphan, &sweep()).await, Ok(Adopted::Known));
    let letter = last_sent(&world, QueueName::DeadLetter);
    assert_eq!(adopt_letter(&ports, &flow, &letter, &sweep()).await, Ok(Adopted::Points));
    // An operator's native redrive.
    assert_eq!(world.settle(SIMPLE, &letter).await.outcome, Outcome::Done);
    assert_eq!(adopt_letter(&ports, &flow, &letter, &sweep()).await, Ok(Adopted::Finished(Status::Done)));
    assert!(!row(&world, "evt_1").await.document.is_empty(), "it ended with a document");
}

#[tokio::test]
async fn an_execution_whose_message_the_queue_gave_up_is_parked() {
    let world = World::new();
    let (ports, flow) = (world.ports(), "demo".parse().unwrap());
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), fault(Class::Throttled, "slow"), false));
    let engine = world.engine(SIMPLE);
    let report = world.deliver(&engine, &delivery("evt_1")).await;
    assert!(matches!(report.outcome, Outcome::RetryAfter(_)));
    let given_up = Delivery { receive_count: 1_001, ..delivery("evt_1") };
    assert_eq!(adopt_letter(&ports, &flow, &given_up, &sweep()).await, Ok(Adopted::Moving));
    world.clock.advance(STANDS_STILL + SignedDuration::from_mins(2));
    let adopted = adopt_letter(&ports, &flow, &given_up, &sweep()).await;
    assert!(matches!(adopted, Ok(Adopted::Parked(_))), "{adopted:?}");
    let parked = row(&world, "evt_1").await.parked.unwrap();
    assert_eq!((parked.n, parked.reason.as_str(), parked.at), (1, "given_up_by_queue", world.clock.now()));
    let letter = last_sent(&world, QueueName::DeadLetter);
    assert_eq!(world.settle(SIMPLE, &letter).await.outcome, Outcome::Done);
    assert_eq!(world.shop.things(), [("shop.thing.put:one".to_owned(), 1)].into());
}
