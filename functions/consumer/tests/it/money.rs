//! Money that goes back, over the real connectors: it is in the books of all systems, once, to the cent, whatever tells of it and how often.

use flow::execution::{Execution, Status};
use sandbox::Seeded;
use serde_json::{Value, json};

use crate::held::Held;
use crate::world::{World, delivery};

/// What the ERP holds on an account, in minor units of its currency; nothing, where nobody has booked there.
pub(crate) fn balance(world: &World, account: &str) -> i64 {
    let state = world.sandbox.state();
    let rows = state["erp"]["balances"].as_array().unwrap();
    rows.iter().find(|row| row["account"] == account).map_or(0, |row| minor(&row["balance"]["amount"]))
}

/// An amount with all its decimals, without the point.
fn minor(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// An order that is paid, booked and on its way.
async fn booked(world: &World, kind: &str) -> Seeded {
    let seeded = world.seed(kind);
    assert_eq!(world.settle(&world.message(&seeded)).await.status, Status::Done);
    seeded
}

/// Hands an event to `refunds` until nothing more happens.
pub(crate) async fn hear(world: &World, event: &Value) -> Execution {
    let message = delivery(event, world.clock_now()).to_message();
    world.settle_in("refunds", &message).await
}

/// Plays a move at Stripe; gives the id and the events that `refunds` hears of.
pub(crate) fn play(world: &World, wanted: &Value) -> (String, Vec<Value>) {
    let played = world.sandbox.play_stripe(wanted).unwrap();
    let heard = |event: &&Value| {
        let event_type = event["type"].as_str().unwrap();
        event_type.starts_with("refund.") || matches!(event_type, "charge.refunded" | "charge.refund.updated")
    };
    let events = played["events"].as_array().unwrap().iter().filter(heard).cloned().collect();
    (played["id"].as_str().unwrap().to_owned(), events)
}

fn memos(world: &World, seeded: &Seeded) -> Vec<Value> {
    let state = world.sandbox.state();
    let rows = state["magento"]["creditmemos"].as_array().unwrap();
    rows.iter().filter(|memo| memo["order_id"] == json!(seeded.entity_id)).cloned().collect()
}

fn credit_notes(world: &World) -> Vec<Value> {
    let state = world.sandbox.state();
    let rows = state["erp"]["invoices"].as_array().unwrap();
    rows.iter().filter(|row| row["kind"] == "credit_note").cloned().collect()
}

#[tokio::test]
async fn two_equal_refunds_are_two_whoever_tells_of_them_and_how_often() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (clearing, owed) = (balance(&world, "1050"), balance(&world, "1200"));
    let mut events = Vec::new();
    for _ in 0..2 {
        let wanted = json!({ "move": "refund", "charge": seeded.charge, "amount": 500 });
        let (refund, told) = play(&world, &wanted);
        assert!(told.len() >= 2, "{refund} is told of twice");
        events.extend(told);
    }
    // The last first, and each again under another name.
    events.reverse();
    for (n, event) in events.clone().into_iter().enumerate() {
        let again = json!({ "id": format!("{}-again-{n}", event["id"].as_str().unwrap()) });
        let mut copy = event.clone();
        copy["id"] = again["id"].clone();
        events.push(copy);
    }
    for event in &events {
        let execution = hear(&world, event).await;
        assert_eq!(execution.status, Status::Done, "{execution:?}");
    }
    let totals: Vec<Value> = memos(&world, &seeded).iter().map(|memo| memo["grand_total"].clone()).collect();
    assert_eq!(totals, [json!(5), json!(5)], "one memo for each refund");
    let totals: Vec<Value> =
        credit_notes(&world).iter().map(|note| note["total"]["amount"].clone()).collect();
    assert_eq!(totals, [json!("5.00"), json!("5.00")]);
    assert_eq!(balance(&world, "1050"), clearing - 1_000, "what went back left the Stripe balance");
    assert_eq!(balance(&world, "1200"), owed, "credited and paid");
    let held = Held::of(&world.sandbox, &seeded);
    assert_eq!(held.fulfilments[0]["state"], "received", "a part that went back stops nothing");
}

#[tokio::test]
async fn what_is_paid_back_whole_is_not_sent() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    assert_eq!((balance(&world, "1050"), balance(&world, "1200")), (seeded.amount, 0), "invoiced and paid");
    let (_, events) = play(&world, &json!({ "move": "refund", "charge": seeded.charge }));
    for event in &events {
        let execution = hear(&world, event).await;
        assert_eq!(execution.status, Status::Done, "{execution:?}");
    }
    let held = Held::of(&world.sandbox, &seeded);
    assert_eq!(held.fulfilments[0]["state"], "cancelled");
    assert_eq!(held.order["state"], "closed");
    let memos = memos(&world, &seeded);
    assert_eq!((memos.len(), &memos[0]["grand_total"]), (1, &held.order["grand_total"]));
    assert_eq!((balance(&world, "1050"), balance(&world, "1200")), (0, 0), "as if nothing had been");
}

#[tokio::test]
async fn a_refund_that_comes_back_leaves_the_customer_something_owed() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let owed = balance(&world, "1200");
    let wanted = json!({ "move": "refund", "charge": seeded.charge, "amount": 500 });
    let (refund, events) = play(&world, &wanted);
    let credited = hear(&world, &events[0]).await;
    assert_eq!(credited.status, Status::Done, "{credited:?}");
    let clearing = balance(&world, "1050");
    let (_, events) = play(&world, &json!({ "move": "refund_turns", "refund": refund, "to": "failed" }));
    for event in &events {
        let execution = hear(&world, event).await;
        assert_eq!(execution.status, Status::Parked, "{execution:?}");
        assert_eq!(execution.parked.unwrap().reason, "refund_to_be_paid");
    }
    assert_eq!((memos(&world, &seeded).len(), credit_notes(&world).len()), (1, 1), "both stand");
    assert_eq!(balance(&world, "1050"), clearing + 500, "the money is back");
    assert_eq!(balance(&world, "1200"), owed - 500, "and owed");
}

#[tokio::test]
async fn a_refund_that_came_back_before_anybody_knew_of_it_is_not_credited() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let wanted = json!({ "move": "refund", "charge": seeded.charge, "amount": 500 });
    let (refund, _) = play(&world, &wanted);
    let (_, events) = play(&world, &json!({ "move": "refund_turns", "refund": refund, "to": "failed" }));
    for event in &events {
        let execution = hear(&world, event).await;
        assert_eq!(execution.skipped.as_deref(), Some("refund_not_standing"), "{execution:?}");
    }
    assert_eq!((memos(&world, &seeded).len(), credit_notes(&world).len()), (0, 0));
}

/// Stripe settles in dollars what was paid in euros, each at its own day's rate: what is left is a difference of rates.
#[tokio::test]
async fn what_goes_back_in_another_currency_leaves_the_customer_nothing() {
    for kind in ["eur", "jpy", "kwd"] {
        let world = World::new().await;
        let seeded = booked(&world, kind).await;
        let owed = receivable(&world);
        let (_, events) = play(&world, &json!({ "move": "refund", "charge": seeded.charge }));
        for event in &events {
            let execution = hear(&world, event).await;
            assert_eq!(execution.status, Status::Done, "{kind}: {execution:?}");
        }
        assert_eq!(credit_notes(&world).len(), 1, "{kind}");
        assert_eq!(
            receivable(&world),
            owed,
            "{kind}: credited and paid, in its currency and in the company's"
        );
    }
}

/// What customers owe, by currency: in it and in the company's.
pub(crate) fn receivable(world: &World) -> Vec<(String, i64, i64)> {
    let state = world.sandbox.state();
    let rows = state["erp"]["balances"].as_array().unwrap().iter();
    rows.filter(|row| row["account"] == "1200")
        .map(|row| {
            (row["balance"]["currency"].to_string(), minor(&row["balance"]["amount"]), minor(&row["base"]))
        })
        .collect()
}
