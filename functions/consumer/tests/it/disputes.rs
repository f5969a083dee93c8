//! Disputes over the real connectors: nothing is sent for money that may go back, a person hears of it once, and what is withdrawn is
//! either back or a loss.

use flow::execution::{Execution, Status};
use serde_json::{Value, json};

use crate::held::Held;
use crate::ledger::{close, today};
use crate::money::balance;
use crate::payouts::{CLEARING, booked, stripe_balance};
use crate::world::{World, delivery};

const IN_DISPUTE: &str = "1300";
const LOST: &str = "6350";

/// Plays a move at Stripe, and hears of it; gives what it is about and how each event ended.
async fn played(world: &World, wanted: &Value) -> (Value, Vec<Execution>) {
    let played = world.sandbox.play_stripe(wanted).unwrap();
    let mut ended = Vec::new();
    let heard = |event: &&Value| event["type"].as_str().unwrap().starts_with("charge.dispute.");
    for event in played["events"].as_array().unwrap().iter().filter(heard) {
        let message = delivery(event, world.clock_now()).to_message();
        ended.push(world.settle_in("disputes", &message).await);
    }
    assert!(!ended.is_empty(), "{wanted} is told of");
    (played["object"].clone(), ended)
}

fn told(ended: &[Execution]) -> Vec<&str> {
    ended
        .iter()
        .filter_map(|execution| execution.parked.as_ref())
        .map(|parked| parked.reason.as_str())
        .collect()
}

#[tokio::test]
async fn a_disputed_order_is_not_sent_and_a_person_hears_of_it_once() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (_, ended) = played(&world, &json!({ "move": "dispute", "charge": seeded.charge })).await;
    assert_eq!(told(&ended), ["dispute_to_answer"], "{ended:?}");
    assert_eq!(Held::of(&world.sandbox, &seeded).fulfilments[0]["state"], "cancelled");
}

#[tokio::test]
async fn what_is_withdrawn_waits_until_it_is_lost() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (dispute, _) = played(&world, &json!({ "move": "dispute", "charge": seeded.charge })).await;
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!(balance(&world, IN_DISPUTE), seeded.amount);
    let lost = json!({ "move": "dispute_closes", "dispute": dispute["id"], "to": "lost" });
    let (_, ended) = played(&world, &lost).await;
    assert!(ended.iter().all(|execution| execution.status == Status::Done), "{ended:?}");
    assert_eq!((balance(&world, IN_DISPUTE), balance(&world, LOST)), (0, seeded.amount));
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world), "nothing moved at Stripe");
}

#[tokio::test]
async fn what_is_won_is_back() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (dispute, _) = played(&world, &json!({ "move": "dispute", "charge": seeded.charge })).await;
    let won = json!({ "move": "dispute_closes", "dispute": dispute["id"], "to": "won" });
    let (_, ended) = played(&world, &won).await;
    assert!(ended.iter().all(|execution| execution.status == Status::Done), "{ended:?}");
    let back = json!({ "move": "dispute_reinstates", "dispute": dispute["id"] });
    let (_, ended) = played(&world, &back).await;
    assert!(ended.iter().all(|execution| execution.status == Status::Done), "{ended:?}");
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!((balance(&world, IN_DISPUTE), balance(&world, LOST)), (0, 0));
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world));
}

#[tokio::test]
async fn an_inquiry_moves_nothing_and_is_for_a_person_all_the_same() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (_, ended) =
        played(&world, &json!({ "move": "dispute", "charge": seeded.charge, "inquiry": true })).await;
    assert_eq!(told(&ended), ["dispute_to_answer"], "{ended:?}");
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!(balance(&world, IN_DISPUTE), 0);
}

/// Decided for the customer, and nobody heard of it: the account says that the money may come back still.
#[tokio::test]
async fn a_dispute_that_is_lost_unheard_is_told_at_the_days_end() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (dispute, _) = played(&world, &json!({ "move": "dispute", "charge": seeded.charge })).await;
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    let lost = json!({ "move": "dispute_closes", "dispute": dispute["id"], "to": "lost" });
    world.sandbox.play_stripe(&lost).unwrap();
    let execution = close(&world, today(), 2).await;
    let parked = execution.parked.expect("a person hears of it");
    assert_eq!(parked.reason, "disputes_differ");
    assert!(parked.message.contains(IN_DISPUTE) && parked.message.contains("0.00 USD"), "{}", parked.message);
}
