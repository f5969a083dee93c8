//! Correcting data: what is used afterwards, what is kept, and what is refused.

use flow::Class;
use flow::QueueName;
use flow::engine::Outcome;
use flow::operate::{Checks, Deed, Error, Replay, Target, correct};
use serde_json::{Value, json};

use crate::engine_world::{World, delivery, fault, plan, specs};
use crate::operate_world::{
    PAINTED, by, colours, correct_at, correct_to, last_sent, parked_at, replayed, row, shown, step,
};

fn text(color: &str, n: u32) -> (String, u32) {
    (color.to_owned(), n)
}

#[tokio::test]
async fn a_refused_request_is_sent_as_it_was_corrected_and_the_original_is_kept() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let corrected = correct_at(&world, step("thing"), "/colour", json!("blue")).await.unwrap();
    assert_eq!(corrected.what, "request of step thing");
    assert_eq!(corrected.changes.len(), 1);
    // Refused once more, and replayed without another word: it is still what the person said.
    world.shop.faults.lock().unwrap().push((
        "shop.thing.put".into(),
        fault(Class::Validation, "not_yet"),
        false,
    ));
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Parked("not_yet".into()));
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Done);
    assert_eq!(colours(&world, "shop.thing.put"), [text("red", 0), text("blue", 1), text("blue", 2)]);
    assert_eq!(colours(&world, "shop.parcel.put"), [text("red", 0)], "only that request was corrected");

    let shown = shown(&world).await;
    let (of, original) = &shown.originals[0];
    assert_eq!((of.as_str(), &original["begun"]["body"]["colour"]), ("thing", &json!("red")));
    let deeds: Vec<Deed> = shown.acts.iter().map(|act| act.what).collect();
    assert_eq!(deeds, [Deed::Corrected, Deed::Replayed, Deed::Replayed]);
    let act = &shown.acts[0];
    assert_eq!((act.who.as_str(), act.why.as_deref()), ("ada", Some("the shop renamed it")));
    let change = &act.changes[0];
    assert_eq!(
        (change.at.as_str(), &change.before, &change.after),
        ("/colour", &Some(json!("red")), &Some(json!("blue")))
    );
}

#[tokio::test]
async fn a_corrected_output_is_not_read_again_and_what_is_computed_of_it_follows() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let corrected = correct_at(&world, step("order"), "/colour", json!("blue")).await.unwrap();
    assert_eq!(corrected.what, "output of step order");
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Done);
    assert_eq!(colours(&world, "shop.thing.put"), [text("red", 0), text("blue", 1)]);
    assert_eq!(colours(&world, "shop.parcel.put"), [text("blue", 0)]);
}

#[tokio::test]
async fn a_corrected_output_that_led_to_no_write_yet_stays_too_until_all_is_read_anew() {
    for (how, colour) in [(Replay::FromFailedStep, "blue"), (Replay::Fresh, "green")] {
        let flow = PAINTED.replace("  - id: thing\n", "  - id: agree\n    check: \"{% $paint.colour != 'red' %}\"\n    otherwise: { park: wrong_colour }\n  - id: thing\n");
        let world = World::new();
        *world.shop.order.lock().unwrap() = json!({ "colour": "red" });
        assert_eq!(
            world.settle(&flow, &delivery("evt_1")).await.outcome,
            Outcome::Parked("wrong_colour".into())
        );
        correct_at(&world, step("order"), "/colour", json!("blue")).await.unwrap();
        *world.shop.order.lock().unwrap() = json!({ "colour": "green" });
        assert_eq!(replayed(&world, &flow, how).await, Outcome::Done);
        assert_eq!(colours(&world, "shop.thing.put"), [text(colour, 0)], "{how:?}");
    }
}

#[tokio::test]
async fn a_corrected_event_counts_whatever_the_message_says() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let target = Target::Event;
    let before = shown(&world).await;
    let mut data = target.data(&before).unwrap();
    data["data"]["object"]["note"] = json!("gift");
    data["data"]["object"]["half"] = json!(0.5);
    correct_to(&world, &before, &target, data.clone()).await.unwrap();
    // A native redrive: the letter holds the event as it came.
    let letter = last_sent(&world, QueueName::DeadLetter);
    assert!(!letter.body.contains("gift"));
    assert_eq!(world.settle(PAINTED, &letter).await.outcome, Outcome::Done);
    let sent = world.shop.sent.lock().unwrap().clone();
    assert_eq!(sent.iter().rfind(|(name, ..)| name == "shop.thing.put").unwrap().1["note"], json!("gift"));

    let after = shown(&world).await;
    assert_eq!(after.event_json(), data);
    assert_eq!(after.originals, [("event".to_owned(), before.event_json())]);
    // Nothing of it outlives the execution.
    for item in world.store.items().iter().filter(|item| item.key.pk.starts_with("X#")) {
        assert!(item.attributes.contains_key("expires_at"), "{}", item.key);
    }
}

#[tokio::test]
async fn a_long_event_that_gets_shorter_is_read_as_it_is_then() {
    let world = World::new();
    let mut delivery = delivery("evt_1");
    let mut event: Value = serde_json::from_str(&delivery.body).unwrap();
    event["long"] = json!("é".repeat(200_000));
    delivery.body = event.to_string();
    world.shop.faults.lock().unwrap().push(("shop.thing.put".into(), fault(Class::Validation, "no"), false));
    assert!(matches!(world.settle(PAINTED, &delivery).await.outcome, Outcome::Parked(_)));
    let refused = correct_at(&world, Target::Event, "/long", json!("")).await;
    assert!(matches!(&refused, Err(Error::Invalid(why)) if why.contains("correct less")), "{refused:?}");
    let cut = json!("é".repeat(100_000));
    let data = shown(&world).await;
    let refused = correct_to(&world, &data, &Target::Event, json!([cut])).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    // A little at a time.
    let mut shorter = Target::Event.data(&data).unwrap();
    shorter["data"]["object"]["note"] = json!("gift");
    correct_to(&world, &data, &Target::Event, shorter.clone()).await.unwrap();
    assert_eq!(shown(&world).await.event_json(), shorter);
    assert_eq!(shown(&world).await.originals[0].1, event);
}

#[tokio::test]
async fn a_request_that_may_have_arrived_keeps_its_key_and_is_looked_for() {
    let world = parked_at("shop.thing.put", Class::UnknownOutcome).await;
    assert_eq!(row(&world, "evt_1").await.parked.unwrap().reason, "gave_up");
    let refused = correct_at(&world, step("thing"), "/id", json!("ch_2")).await;
    assert!(
        matches!(&refused, Err(Error::Invalid(why)) if why.contains("may have been done")),
        "{refused:?}"
    );
    correct_at(&world, step("thing"), "/colour", json!("blue")).await.unwrap();
    let finds = world.shop.found_at.lock().unwrap().len();
    let generation = colours(&world, "shop.thing.put").last().unwrap().1;
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Done);
    assert_eq!(world.shop.found_at.lock().unwrap().len(), finds + 2);
    assert_eq!(
        colours(&world, "shop.thing.put").last().unwrap(),
        &text("blue", generation + 1),
        "other bytes, another key"
    );
}

/// Whatever is corrected, it stays about the same thing: a wrong number typed here would pay another order.
#[tokio::test]
async fn nothing_becomes_about_something_else() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let (mut plan, mut specs) = (plan(PAINTED), specs());
    // What it is about, where the first is null.
    plan.triggers[0].entity.push("/data/object/id".to_owned());
    for spec in &mut specs {
        (spec.links, spec.locks) = (&[("order", "/colour")], Some("/note"));
    }
    let checks = Checks { plan: &plan, specs: &specs, connectors: &world.connected.connectors };
    let (ports, shown) = (world.ports(), shown(&world).await);
    let with = |target: &Target, at: &str| {
        let mut data = target.data(&shown).unwrap();
        let (parent, name) = at.rsplit_once('/').unwrap();
        data.pointer_mut(parent).unwrap()[name] = json!("other");
        data
    };
    for (target, at, words) in [
        (step("thing"), "/id", "would be about"),
        (step("thing"), "/note", "which order"),
        (step("order"), "/colour", "what it is"),
        (Target::Event, "/data/object/id", "what the event is about"),
    ] {
        let refused = correct(&ports, &checks, &shown, &target, with(&target, at), &by("")).await;
        assert!(
            matches!(&refused, Err(Error::Invalid(why)) if why.contains(words)),
            "{target:?} {at}: {refused:?}"
        );
    }
}

/// Neither SQS nor anybody else takes U+FFFF raw.
#[tokio::test]
async fn a_corrected_event_can_be_sent_whatever_it_holds() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let (data, mut event) = (shown(&world).await, shown(&world).await.event_json());
    event["data"]["object"]["note"] = json!("a \u{ffff} \u{fffe} b");
    correct_to(&world, &data, &Target::Event, event).await.unwrap();
    assert_eq!(replayed(&world, PAINTED, Replay::Fresh).await, Outcome::Done);
    let sent = last_sent(&world, QueueName::Flow("demo".parse().unwrap())).body;
    assert!(sent.contains("\\uffff \\ufffe") && !sent.contains(['\u{ffff}', '\u{fffe}']), "{sent}");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    let (plan, mut specs) = (plan(PAINTED), specs());
    for spec in &mut specs {
        let schema = schemars::json_schema!({
            "type": "object", "required": ["colour"], "properties": { "colour": { "type": "string" } }
        });
        (spec.input, spec.output) = (schema.clone(), schema);
    }
    let checks = Checks { plan: &plan, specs: &specs, connectors: &world.connected.connectors };
    let (ports, shown) = (world.ports(), shown(&world).await);
    let writes = world.store.writes();
    let event = shown.event_json();
    let with = |at: &str, value: Value| {
        let mut event = event.clone();
        *event.pointer_mut(at).unwrap() = value;
        event
    };
    for (target, data, words) in [
        (step("thing"), json!({ "id": "ch_1", "colour": 7 }), "/colour"),
        (step("thing"), json!({ "id": "ch_1" }), "required"),
        (step("order"), json!({ "colour": null }), "/colour"),
        (step("parcel"), json!({}), "order, paint, thing, and the event"),
        (Target::Event, with("/data/object/payment_intent", json!("pi_2")), "payment_intent:pi_1"),
        (Target::Event, with("/id", json!("evt_2")), "`id`"),
        (Target::Event, json!("text"), "JSON object"),
        (Target::Event, event.clone(), "nothing is different"),
    ] {
        let refused = correct(&ports, &checks, &shown, &target, data, &by("")).await;
        assert!(
            matches!(&refused, Err(Error::Invalid(why)) if why.contains(words)),
            "{target:?}: {refused:?}"
        );
    }
    let blind = Checks { connectors: &[], ..checks };
    let data = json!({ "id": "ch_1", "colour": "blue" });
    let refused = correct(&ports, &blind, &shown, &step("thing"), data.clone(), &by("")).await;
    assert!(matches!(&refused, Err(Error::Invalid(why)) if why.contains("secrets")), "{refused:?}");
    assert_eq!(world.store.writes(), writes);

    // Of two who correct at the same time, the second is told.
    correct(&ports, &checks, &shown, &step("thing"), data, &by("")).await.unwrap();
    let late =
        correct(&ports, &checks, &shown, &step("thing"), json!({ "id": "ch_1", "colour": "grey" }), &by(""))
            .await;
    assert!(matches!(late, Err(Error::Changed { .. })), "{late:?}");
}

#[tokio::test]
async fn only_what_is_parked_is_corrected() {
    let world = parked_at("shop.thing.put", Class::Validation).await;
    assert_eq!(replayed(&world, PAINTED, Replay::FromFailedStep).await, Outcome::Done);
    let refused = correct_at(&world, step("thing"), "/id", json!("x")).await;
    assert!(matches!(refused, Err(Error::NotParked { .. })), "{refused:?}");
}
