//! A ledger day over the real connectors: what nobody has booked is posted on its own day, and the mirror of the balance is the balance,
//! or a person hears by how much it is not.

use flow::execution::{Execution, Status};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::money::balance;
use crate::payouts::{CLEARING, SUSPENSE, booked, journals, stripe_balance};
use crate::world::{World, delivery};

pub(crate) fn today() -> Date {
    TimeZone::get("Europe/Berlin").unwrap().to_datetime(Timestamp::now()).date()
}

/// Closes a day; `again` tells one time from another.
pub(crate) async fn close(world: &World, day: Date, again: u32) -> Execution {
    let event = json!({
        "id": format!("ledger_day:{day}:{again}"), "type": "ledger_day.ended", "ledger_day": day,
        "data": { "object": { "id": day } }
    });
    world.settle_in("ledger-day", &delivery(&event, world.clock_now()).to_message()).await
}

fn row(amount: i64, created: Option<Timestamp>) -> Value {
    let mut row = json!({ "move": "row", "type": "stripe_fee", "amount": amount, "currency": "usd", "description": "Radar" });
    if let Some(created) = created {
        row["created"] = json!(created.as_second());
    }
    row
}

fn journal(world: &World, key: &str) -> Option<Value> {
    let state = world.sandbox.state();
    let key = json!(format!("tb:acct_1TillbridgeLocal:{key}"));
    state["erp"]["journals"].as_array().unwrap().iter().find(|journal| journal["key"] == key).cloned()
}

#[tokio::test]
async fn what_nobody_has_booked_is_posted_on_its_day_and_the_mirror_is_the_balance() {
    let world = World::new().await;
    booked(&world, "simple").await;
    world.sandbox.play_stripe(&row(-250, None)).unwrap();
    world.sandbox.play_stripe(&json!({ "move": "pay", "amount": 2_000 })).unwrap();
    let day = today();
    let execution = close(&world, day, 1).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world));
    assert_eq!(balance(&world, SUSPENSE), -2_000, "a payment of no order of ours");
    assert!(journal(&world, &format!("day:{day}:USD")).is_some());
    let before = journals(&world);
    assert_eq!(close(&world, day, 2).await.status, Status::Done);
    assert_eq!(journals(&world), before, "once");
}

#[tokio::test]
async fn what_turns_up_later_is_booked_on_its_own_day() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (day, next) = (today(), today().checked_add(1.day()).unwrap());
    assert_eq!(close(&world, day, 1).await.status, Status::Done);
    world.sandbox.play_stripe(&row(-250, Some(Timestamp::now() - SignedDuration::from_secs(1)))).unwrap();
    let execution = close(&world, next, 1).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    let late = journal(&world, &format!("day:{day}:USD:2")).unwrap();
    assert_eq!(late["date"], json!(day));
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world));
}

/// Faults of which each moves the books away from the balance: a refund that nobody booked, a fee that was taken twice, a charge that no
/// event told of.
#[tokio::test]
async fn each_difference_is_told_with_day_account_and_both_figures() {
    for (amount, what) in
        [(-500, "a lost refund"), (-343, "a doubled fee"), (2_000, "a lost charge"), (1, "a shifted cent")]
    {
        let world = World::new().await;
        booked(&world, "simple").await;
        let day = today();
        assert_eq!(close(&world, day, 1).await.status, Status::Done);
        let was = balance(&world, CLEARING);
        world.sandbox.play_stripe(&row(amount, None)).unwrap();
        let execution = close(&world, day, 2).await;
        assert_eq!(execution.status, Status::Parked, "{what}: {execution:?}");
        let parked = execution.parked.unwrap();
        assert_eq!(parked.reason, "clearing_differs");
        let money = |minor: i64| {
            format!("{}{}.{:02} USD", if minor < 0 { "-" } else { "" }, minor.abs() / 100, minor.abs() % 100)
        };
        for words in [day.to_string(), "1050".to_owned(), money(was), money(was + amount), money(-amount)] {
            assert!(parked.message.contains(&words), "{what}: no `{words}` in {}", parked.message);
        }
    }
}
