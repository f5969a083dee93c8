//! A ledger day over the real connectors: what nobody has booked is posted on its own day, and the mirror of the balance is the balance,
//! or a person hears by how much it is not.

use flow::execution::{Execution, Status};
use flow::stored::posting::{Claim, Part, take};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sandbox::Seed;
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

/// Of two payments of the same amount, that one is named which is said to be booked by a document that the ERP has not.
#[tokio::test]
async fn a_difference_names_the_movement_that_makes_it() {
    let world = World::new().await;
    let kept = booked(&world, "simple").await;
    let lost = world.sandbox.seed(&Seed::default()).unwrap();
    assert_eq!(kept.amount, lost.amount);
    let movement = |charge: &str| {
        let state = world.sandbox.state();
        let rows = state["stripe"]["balance_transactions"].as_array().unwrap();
        let its = rows.iter().find(|row| row["source"] == charge).unwrap();
        its["id"].as_str().unwrap().to_owned()
    };
    let claim = Claim {
        transaction: movement(&lost.charge).parse().unwrap(),
        document: "tb:acct_1TillbridgeLocal:day:2026-03-01:USD".parse().unwrap(),
    };
    take(&world.ports(), &"main".parse().unwrap(), &[Part::Gross], &[claim]).await.unwrap();
    assert_eq!(world.settle(&world.message(&lost)).await.status, Status::Done);
    let execution = close(&world, today(), 1).await;
    let parked = execution.parked.expect("a person hears of it");
    assert_eq!(parked.reason, "clearing_differs");
    assert!(parked.message.contains(&movement(&lost.charge)), "{}", parked.message);
    assert!(!parked.message.contains(&movement(&kept.charge)), "{}", parked.message);
}

/// A payout on its way is no difference; one that has arrived, which nobody heard of, is.
#[tokio::test]
async fn what_is_in_transit_are_the_payouts_that_have_not_arrived() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let played = world.sandbox.play_stripe(&json!({ "move": "payout" })).unwrap();
    let payout = &played["object"];
    let day = today();
    let execution = close(&world, day, 1).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    assert_eq!(balance(&world, "1060"), payout["amount"].as_i64().unwrap());
    let paid = json!({ "move": "payout_turns", "payout": payout["id"], "to": "paid" });
    world.sandbox.play_stripe(&paid).unwrap();
    let arrived = world.sandbox.state()["stripe"]["payouts"][0]["arrival_date"].as_i64().unwrap();
    let arrived = TimeZone::UTC.to_datetime(Timestamp::from_second(arrived).unwrap()).date();
    let execution = close(&world, day.max(arrived), 2).await;
    let parked = execution.parked.expect("a person hears of it");
    assert_eq!(parked.reason, "transit_differs");
    for words in ["1060", "cash_in_transit.USD", payout["balance_transaction"].as_str().unwrap()] {
        assert!(parked.message.contains(words), "no `{words}` in {}", parked.message);
    }
}
