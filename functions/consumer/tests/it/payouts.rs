//! Payouts over the real connectors: what leaves the balance is proved to the cent, and the ERP's accounts say what Stripe's balance does.

use canonical::PayoutStatus;
use flow::execution::{Execution, Status};
use sandbox::{Fault, Planned, Seed, Seeded, System};
use serde_json::{Value, json};

use crate::ledger::{close, today};
use crate::money::{balance, hear as hear_refund, play as play_refund, receivable};
use crate::world::{World, delivery};

pub(crate) const CLEARING: &str = "1050";
const TRANSIT: &str = "1060";
const BANK: &str = "1100";
const RECEIVABLE: &str = "1200";
pub(crate) const SUSPENSE: &str = "1900";
const FEES: &str = "6300";

/// An order that is paid, booked and on its way, and whose money can be paid out.
pub(crate) async fn booked(world: &World, kind: &str) -> Seeded {
    let seed = Seed { kind: kind.to_owned(), available_in_days: Some(0), ..Seed::default() };
    let seeded = world.sandbox.seed(&seed).unwrap();
    assert_eq!(world.settle(&world.message(&seeded)).await.status, Status::Done);
    seeded
}

/// Plays a move at Stripe; gives the object and the payout events that tell of it.
fn play(world: &World, wanted: &Value) -> (Value, Vec<Value>) {
    let played = world.sandbox.play_stripe(wanted).unwrap();
    let heard = |event: &&Value| event["type"].as_str().unwrap().starts_with("payout.");
    let events = played["events"].as_array().unwrap().iter().filter(heard).cloned().collect();
    (played["object"].clone(), events)
}

async fn hear(world: &World, event: &Value) -> Execution {
    world.settle_in("payouts", &delivery(event, world.clock_now()).to_message()).await
}

/// Hears each, and expects that it is done or that there was no list yet.
async fn heard(world: &World, events: &[Value]) {
    for event in events {
        let execution = hear(world, event).await;
        let waits = execution.skipped.as_deref() == Some("list_incomplete");
        assert!(waits || execution.status == Status::Done, "{execution:?}");
    }
}

/// A payout of all that is available, from its making to its arrival; gives it and all its events.
async fn paid_out(world: &World) -> (Value, Vec<Value>) {
    let (made, mut events) = play(world, &json!({ "move": "payout" }));
    heard(world, &events).await;
    for next in [
        json!({ "move": "payout_reconciles", "id": made["id"] }),
        json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }),
    ] {
        let (_, told) = play(world, &next);
        assert!(!told.is_empty(), "{next} is told of");
        heard(world, &told).await;
        events.extend(told);
    }
    (made, events)
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// What is in Stripe's balance, pending and available, in US cents.
pub(crate) fn stripe_balance(world: &World) -> i64 {
    let state = world.sandbox.state();
    let rows = state["stripe"]["balance_transactions"].as_array().unwrap();
    rows.iter().filter(|row| row["currency"] == "usd").map(|row| number(&row["net"])).sum()
}

pub(crate) fn journals(world: &World) -> usize {
    world.sandbox.state()["erp"]["journals"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_payout_is_proved_and_every_account_says_so() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (_, events) =
        play_refund(&world, &json!({ "move": "refund", "charge": seeded.charge, "amount": 500 }));
    for event in &events {
        assert_eq!(hear_refund(&world, event).await.status, Status::Done);
    }
    let (payout, events) = paid_out(&world).await;
    let amount = number(&payout["amount"]);
    assert!(amount > 0);
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world), "clearing is the mirror of the balance");
    assert_eq!(balance(&world, CLEARING), 0);
    assert_eq!(balance(&world, TRANSIT), 0, "it has arrived");
    assert_eq!(balance(&world, BANK), amount);
    assert_eq!(balance(&world, RECEIVABLE), 0, "paid and invoiced, credited and paid back");
    assert_eq!(balance(&world, SUSPENSE), 0);
    assert_eq!(balance(&world, FEES), seeded.amount - 500 - amount, "what Stripe kept");

    let id = payout["id"].as_str().unwrap().parse().unwrap();
    let reported = bookkeeping::payout::report(world.store.as_ref(), &"main".parse().unwrap(), &id).await;
    let reported = reported.unwrap().unwrap();
    assert_eq!(reported.exceptions, [], "every movement has its documents");
    let results = reported.report.unwrap().results;
    let matched: Vec<(&str, u64)> =
        results.iter().map(|(result, total)| (result.as_str(), total.rows)).collect();
    assert_eq!(matched, [("matched", 2), ("not_an_order", 1)]);

    // The last first, and each again under another name: nothing is posted twice.
    let before = journals(&world);
    for (n, event) in events.iter().rev().enumerate() {
        let mut again = event.clone();
        again["id"] = json!(format!("{}-again-{n}", event["id"].as_str().unwrap()));
        heard(&world, &[again]).await;
    }
    assert_eq!(journals(&world), before);
    assert_eq!((balance(&world, BANK), balance(&world, CLEARING)), (amount, 0));
}

/// The case that BOOKS.md works out: 108.00 paid for 3.43, a half paid back, the rest paid out. (An amount that Stripe pays back says
/// nothing of items: its tax is split off when somebody assigns them.)
#[tokio::test]
async fn the_worked_case_comes_to_what_the_book_says() {
    let world = World::new().await;
    let seeded = booked(&world, "halves").await;
    assert_eq!(seeded.amount, 10_800);
    let (_, events) =
        play_refund(&world, &json!({ "move": "refund", "charge": seeded.charge, "amount": 5_400 }));
    for event in &events {
        assert_eq!(hear_refund(&world, event).await.status, Status::Done);
    }
    let (made, events) = play(&world, &json!({ "move": "payout" }));
    assert_eq!(made["amount"], 5_057);
    heard(&world, &events).await;
    assert_eq!(balance(&world, TRANSIT), 5_057, "made, and not arrived");
    for turn in [
        json!({ "move": "payout_reconciles", "id": made["id"] }),
        json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }),
    ] {
        heard(&world, &play(&world, &turn).1).await;
    }
    let said = [CLEARING, TRANSIT, BANK, RECEIVABLE, FEES, SUSPENSE].map(|account| balance(&world, account));
    assert_eq!(said, [0, 0, 5_057, 0, 343, 0]);
    let (sales, tax) = (balance(&world, "4000"), balance(&world, "2200"));
    assert_eq!(sales + tax + balance(&world, "4900"), -5_400, "sold for 108.00, and 54.00 of it given back");
}

#[tokio::test]
async fn a_payout_that_fails_after_it_was_paid_is_back_in_the_balance() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (payout, _) = paid_out(&world).await;
    let amount = number(&payout["amount"]);
    assert_eq!(balance(&world, BANK), amount);
    let failed = json!({ "move": "payout_turns", "payout": payout["id"], "to": "failed" });
    let (_, events) = play(&world, &failed);
    heard(&world, &events).await;
    assert_eq!((balance(&world, BANK), balance(&world, TRANSIT)), (0, 0));
    assert_eq!((balance(&world, CLEARING), stripe_balance(&world)), (amount, amount));
    // It leaves again with the next, whose list has the row that came back: booked already, and proved all the same.
    let (next, _) = paid_out(&world).await;
    assert_eq!((number(&next["amount"]), balance(&world, BANK)), (amount, amount));
    assert_eq!((balance(&world, CLEARING), stripe_balance(&world)), (0, 0));
}

#[tokio::test]
async fn a_payout_that_failed_before_anybody_heard_of_it_moves_nothing_in_the_end() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (made, mut events) = play(&world, &json!({ "move": "payout" }));
    for to in ["paid", "failed"] {
        let turned = json!({ "move": "payout_turns", "payout": made["id"], "to": to });
        events.extend(play(&world, &turned).1);
    }
    events.reverse();
    heard(&world, &events).await;
    assert_eq!((balance(&world, BANK), balance(&world, TRANSIT)), (0, 0));
}

/// Its arrival was to be posted, and the ERP was away; by the time that it is back, so is the money (simulation, seed 161).
#[tokio::test]
async fn an_arrival_that_never_reached_the_erp_is_not_taken_back_alone() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (made, events) = play(&world, &json!({ "move": "payout" }));
    heard(&world, &events).await;
    let (_, paid) = play(&world, &json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }));
    world.plan(System::Erp, "PUT", "/journals/", "error=503");
    let plan = flows::load("payouts", &connections::specs().unwrap()).unwrap();
    let consumer = world.consumer_of_flow(plan).await;
    let message = delivery(paid.last().unwrap(), world.clock_now()).to_message();
    let response = world.hand(&consumer, &[message], 1).await;
    assert_eq!(response.batch_item_failures.len(), 1, "it comes back");
    let (_, failed) = play(&world, &json!({ "move": "payout_turns", "payout": made["id"], "to": "failed" }));
    heard(&world, &failed).await;
    assert_eq!((balance(&world, BANK), balance(&world, TRANSIT)), (0, 0));
    heard(&world, &paid).await;
    assert_eq!((balance(&world, BANK), balance(&world, TRANSIT)), (0, 0));
}

/// A category that Stripe invents, a monthly bill, another shop's payment: the money moved, so clearing moves, and what nobody can
/// explain stands in suspense.
#[tokio::test]
async fn what_nobody_can_explain_is_in_suspense_and_the_payout_is_proved() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let row = |kind: &str, amount: i64| json!({ "move": "row", "type": kind, "amount": amount, "currency": "usd", "description": "Radar" });
    world.sandbox.play_stripe(&row("brand_new_thing", -70)).unwrap();
    world.sandbox.play_stripe(&json!({ "move": "pay", "amount": 2_000, "available_in_days": 0 })).unwrap();
    let (payout, _) = paid_out(&world).await;
    assert_eq!(balance(&world, BANK), number(&payout["amount"]));
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world));
    assert_eq!(balance(&world, SUSPENSE), 70 - 2_000);
    assert_eq!(balance(&world, RECEIVABLE), 0);
}

/// 250 movements are three pages. Stripe is away for the second, the ERP for the journal: it goes on where it stopped.
#[tokio::test]
async fn pages_are_taken_up_where_they_were_left() {
    let world = World::new().await;
    for _ in 0..250 {
        world
            .sandbox
            .play_stripe(&json!({ "move": "pay", "amount": 1_000, "available_in_days": 0 }))
            .unwrap();
    }
    let (made, events) = play(&world, &json!({ "move": "payout" }));
    heard(&world, &events).await;
    let (_, events) = play(&world, &json!({ "move": "payout_reconciles", "id": made["id"] }));
    let away = |system: System, method: &str, path: &str| Planned {
        system,
        fault: "error=503".parse::<Fault>().unwrap(),
        times: Some(2),
        method: Some(method.to_owned()),
        path: Some(path.to_owned()),
    };
    assert!(world.sandbox.plan(away(System::Erp, "PUT", "/journals/")));
    world.sandbox.clear_requests();
    heard(&world, &events).await;
    let seen = world.sandbox.requests(0);
    let lists = seen.iter().filter(|seen| seen.path.ends_with("/balance_transactions")).count();
    assert_eq!(lists, 5, "each page once, and behind the last one for each of two more tries");
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world));
    assert_eq!(balance(&world, SUSPENSE), -250 * 1_000);
}

#[tokio::test]
async fn a_list_that_does_not_make_its_payout_is_for_a_person_and_the_money_is_booked() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (made, events) = play(&world, &json!({ "move": "payout" }));
    heard(&world, &events).await;
    let stray = json!({
        "id": "txn_stray", "object": "balance_transaction", "amount": 1, "fee": 0, "net": 1, "currency": "usd",
        "type": "stripe_fee", "reporting_category": "fee", "status": "available", "_payout": made["id"]
    });
    world.sandbox.put_stripe(&stray).unwrap();
    let (_, events) = play(&world, &json!({ "move": "payout_reconciles", "id": made["id"] }));
    let execution = hear(&world, &events[0]).await;
    assert_eq!(execution.status, Status::Parked, "{execution:?}");
    let parked = execution.parked.unwrap();
    assert_eq!(parked.reason, "payout_mismatch");
    assert!(parked.message.contains("0.01 USD too much"), "{}", parked.message);
    assert_eq!(balance(&world, CLEARING), stripe_balance(&world), "what moved is booked");
}

#[tokio::test]
async fn a_payout_by_hand_has_no_list_and_is_posted_alone() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (made, mut events) = play(&world, &json!({ "move": "payout", "automatic": false, "amount": 1_000 }));
    let paid = json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" });
    events.extend(play(&world, &paid).1);
    for event in &events {
        assert_eq!(hear(&world, event).await.skipped.as_deref(), Some("no_list"));
    }
    assert_eq!((balance(&world, BANK), balance(&world, TRANSIT)), (1_000, 0));
}

/// How a payout stands in the table: the results of matching, and how many exceptions.
async fn proved(world: &World, payout: &Value) -> (Vec<(String, u64)>, u64) {
    let id = payout["id"].as_str().unwrap().parse().unwrap();
    let reported = bookkeeping::payout::report(world.store.as_ref(), &"main".parse().unwrap(), &id).await;
    let reported = reported.unwrap().unwrap();
    let results = reported.report.unwrap().results.into_iter().map(|(result, total)| (result, total.rows));
    (results.collect(), reported.exception_count)
}

fn words(results: &[(&str, u64)]) -> Vec<(String, u64)> {
    results.iter().map(|(result, rows)| ((*result).to_owned(), *rows)).collect()
}

/// The order's webhook came after its payout: its money waits in suspense, the order takes it from there, and the exception closes.
#[tokio::test]
async fn money_that_came_before_its_order_waits_in_suspense_until_the_order_is_booked() {
    let world = World::new().await;
    let seed = Seed { kind: "eur".to_owned(), available_in_days: Some(0), ..Seed::default() };
    let seeded = world.sandbox.seed(&seed).unwrap();
    let (payout, _) = paid_out(&world).await;
    let gross = stripe_gross(&world);
    assert_eq!(balance(&world, SUSPENSE), -gross, "nobody knows whose it is");
    assert_eq!(proved(&world, &payout).await, (words(&[("foreign", 1), ("not_an_order", 1)]), 1));

    assert_eq!(world.settle(&world.message(&seeded)).await.status, Status::Done);
    assert_eq!((balance(&world, SUSPENSE), balance(&world, CLEARING)), (0, 0));
    assert!(receivable(&world).iter().all(|(_, amount, base)| (*amount, *base) == (0, 0)));

    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!(proved(&world, &payout).await, (words(&[("matched", 1), ("not_an_order", 1)]), 0));
    assert_eq!((balance(&world, SUSPENSE), balance(&world, CLEARING)), (0, 0));
}

/// The gross of all payments, in US cents.
fn stripe_gross(world: &World) -> i64 {
    let state = world.sandbox.state();
    let rows = state["stripe"]["balance_transactions"].as_array().unwrap();
    rows.iter().filter(|row| row["reporting_category"] == "charge").map(|row| number(&row["amount"])).sum()
}

/// A refund that was paid out before anybody had credited it is on the customer's account; its exception closes with the memo.
#[tokio::test]
async fn an_exception_closes_by_itself_when_the_missing_document_is_there() {
    let world = World::new().await;
    let seeded = booked(&world, "simple").await;
    let (_, refunded) =
        play_refund(&world, &json!({ "move": "refund", "charge": seeded.charge, "amount": 500 }));
    let (payout, _) = paid_out(&world).await;
    let open = words(&[("matched", 1), ("missing_in_magento", 1), ("not_an_order", 1)]);
    assert_eq!(proved(&world, &payout).await, (open.clone(), 1));
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!(proved(&world, &payout).await, (open, 1), "it is missing still");

    for event in &refunded {
        assert_eq!(hear_refund(&world, event).await.status, Status::Done);
    }
    assert_eq!(close(&world, today(), 2).await.status, Status::Done);
    assert_eq!(proved(&world, &payout).await, (words(&[("matched", 2), ("not_an_order", 1)]), 0));
    assert_eq!((balance(&world, RECEIVABLE), balance(&world, SUSPENSE)), (0, 0));
}

/// Of more exceptions than a payout keeps, the others are found by reading its list again.
#[tokio::test]
async fn of_many_exceptions_none_is_forgotten() {
    let world = World::new().await;
    let seed = Seed { available_in_days: Some(0), ..Seed::default() };
    let seeded: Vec<Seeded> = (0..201).map(|_| world.sandbox.seed(&seed).unwrap()).collect();
    let (payout, _) = paid_out(&world).await;
    assert_eq!(proved(&world, &payout).await, (words(&[("foreign", 201), ("not_an_order", 1)]), 201));
    let posted = journals(&world);
    for seeded in &seeded {
        assert_eq!(world.settle(&world.message(seeded)).await.status, Status::Done);
    }
    assert_eq!(close(&world, today(), 1).await.status, Status::Done);
    assert_eq!(proved(&world, &payout).await, (words(&[("matched", 201), ("not_an_order", 1)]), 0));
    assert_eq!((balance(&world, SUSPENSE), journals(&world)), (0, posted), "nothing is posted twice");
}

/// A payout that failed after it was proved is not said to be paid.
#[tokio::test]
async fn a_report_says_what_has_become_of_the_payout_since() {
    let world = World::new().await;
    booked(&world, "simple").await;
    let (payout, _) = paid_out(&world).await;
    let status = async || {
        let id = payout["id"].as_str().unwrap().parse().unwrap();
        let reported = bookkeeping::payout::report(world.store.as_ref(), &"main".parse().unwrap(), &id).await;
        reported.unwrap().unwrap().report.unwrap().payout.status
    };
    assert_eq!(status().await, PayoutStatus::Paid);
    let failed = json!({ "move": "payout_turns", "payout": payout["id"], "to": "failed" });
    heard(&world, &play(&world, &failed).1).await;
    assert_eq!(status().await, PayoutStatus::Failed);
}
