//! Ledger days: each is told of once, when it has been over for six hours, by the company's clock.

use flow::{Clock, QueueName};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;

use crate::world::{LEDGER_DAY, World};

/// The days that were told of so far.
fn told(world: &World) -> Vec<String> {
    let sent = world.queue.sent(&QueueName::Flow(LEDGER_DAY.parse().unwrap()));
    let days = sent.iter().map(|message| {
        let body: serde_json::Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(
            message.attributes["tb.event"],
            format!("ledger_day:{}", body["ledger_day"].as_str().unwrap())
        );
        assert_eq!(message.attributes["tb.entity"], message.attributes["tb.event"]);
        body["ledger_day"].as_str().unwrap().to_owned()
    });
    days.collect()
}

fn berlin(world: &World) -> (TimeZone, Date) {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let today = zone.to_datetime(world.clock.now()).date();
    (zone, today)
}

fn move_to(world: &World, at: Timestamp) {
    world.clock.advance(at.duration_since(world.clock.now()));
}

#[tokio::test]
async fn a_day_is_told_of_once_when_it_has_been_over_for_six_hours() {
    let world = World::new().await;
    let (zone, today) = berlin(&world);
    let six = |day: Date| zone.to_timestamp(day.at(6, 0, 0, 0)).unwrap();
    // However late in the day this runs: from here on days are whole.
    let (first, next) = (today.checked_add(1.day()).unwrap(), today.checked_add(2.days()).unwrap());
    move_to(&world, six(first) + SignedDuration::from_mins(1));
    assert_eq!(world.run().await.problems, []);
    let before = told(&world);
    assert!(before.contains(&today.to_string()), "{before:?}");
    move_to(&world, six(next) - SignedDuration::from_mins(1));
    assert_eq!(world.run().await.problems, []);
    assert_eq!(told(&world), before, "six hours are not over");
    for _ in 0..2 {
        world.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(world.run().await.problems, []);
    }
    let mut expected = before;
    expected.push(first.to_string());
    assert_eq!(told(&world), expected, "once");
}

#[tokio::test]
async fn days_that_the_sweep_has_missed_are_told_of_in_order() {
    let world = World::new().await;
    let before = told(&world).len();
    world.clock.advance(SignedDuration::from_hours(5 * 24));
    world.run().await;
    let days = told(&world);
    assert_eq!(days.len() - before, 5);
    assert!(days.is_sorted(), "{days:?}");
}

#[tokio::test]
async fn a_pair_that_does_not_keep_the_books_has_no_days() {
    let mut world = World::before_the_first_run().await;
    world.stage.pairs.values_mut().for_each(|pair| pair.books = false);
    world.run().await;
    world.clock.advance(SignedDuration::from_hours(3 * 24));
    world.run().await;
    assert_eq!(json!(told(&world)), json!([]));
}
