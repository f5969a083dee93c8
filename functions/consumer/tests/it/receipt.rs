//! What a customer pays is in the ERP's books once, against the invoice, as soon as Stripe has booked it.

use canonical::{BalanceTransactionId, NaturalKey};
use environment::{InvoiceOn, Stage};
use flow::Ports;
use flow::execution::Status;
use flow::stored::posting::{Claim, Part, take};
use sandbox::{STRIPE_ACCOUNT, Seed, Seeded};
use serde_json::{Value, json};

use crate::held::Held;
use crate::money::{balance, receivable};
use crate::world::{World, delivery};

/// Reads of a charge that show no movement: the one at the flow's beginning, and two while its end waits.
const READS: u32 = 3;

/// The movement that a charge made, as Stripe has it.
fn movement(world: &World, charge: &str) -> Value {
    let state = world.sandbox.state();
    let rows = state["stripe"]["balance_transactions"].as_array().unwrap();
    rows.iter()
        .find(|row| row["source"] == charge && row["reporting_category"] == "charge")
        .cloned()
        .unwrap_or_default()
}

#[tokio::test]
async fn whatever_currency_was_paid_in_the_customer_owes_nothing_and_clearing_is_what_stripe_holds() {
    for (kind, is_exchanged) in
        [("simple", false), ("guest", false), ("eur", true), ("jpy", true), ("kwd", true)]
    {
        let world = World::new().await;
        let seeded = world.seed(kind);
        let execution = world.settle(&world.message(&seeded)).await;
        assert_eq!(execution.status, Status::Done, "{kind}: {execution:?}");
        let owed = receivable(&world);
        assert!(owed.iter().all(|(_, amount, base)| (*amount, *base) == (0, 0)), "{kind}: {owed:?}");
        let gross = movement(&world, &seeded.charge)["amount"].as_i64().unwrap();
        assert_eq!(balance(&world, "1050"), gross, "{kind}");

        let held = Held::of(&world.sandbox, &seeded);
        let [receipt] = held.receipts.as_slice() else { panic!("{kind}: {:?}", held.receipts) };
        let matched = json!([{ "invoice_key": held.sales_invoices[0]["key"], "amount": held.sales_invoices[0]["total"] }]);
        // A journal is matched to nothing: that of another currency's is on the customer's account.
        assert_eq!(receipt["allocations"], if is_exchanged { Value::Null } else { matched }, "{kind}");
    }
}

#[tokio::test]
async fn a_charge_that_stripe_books_later_holds_up_nothing_but_its_receipt() {
    let world = World::new().await;
    let seeded = world.sandbox.seed(&Seed { settles_after_reads: READS, ..Seed::default() }).unwrap();
    let message = world.message(&seeded);
    let consumer = world.consumer().await;
    let response = world.hand(&consumer, std::slice::from_ref(&message), 1).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    let waiting = world.execution(&message).await.waiting.unwrap();
    assert_eq!((waiting.step.as_str(), waiting.code.as_str()), ("settled", "not_settled_yet"));
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1, 1, 1, 1, 0]);

    let execution = world.settle(&message).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1; 5]);
    assert_eq!((balance(&world, "1050"), balance(&world, "1200")), (seeded.amount, 0));
}

#[tokio::test]
async fn what_a_days_journal_has_booked_is_not_booked_again() {
    let world = World::new().await;
    let seeded = world.seed("simple");
    let transaction = movement(&world, &seeded.charge)["id"].as_str().unwrap().to_owned();
    let transaction: BalanceTransactionId = transaction.parse().unwrap();
    let document: NaturalKey = format!("tb:{STRIPE_ACCOUNT}:day:2026-03-02:USD").parse().unwrap();
    let claim = Claim { transaction, document };
    let ports = Ports { store: world.store.clone(), queue: world.queue.clone(), clock: world.clock.clone() };
    take(&ports, &"main".parse().unwrap(), &Part::ALL, &[claim]).await.unwrap();

    let execution = world.settle(&world.message(&seeded)).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1, 1, 1, 1, 0]);
}

/// Stripe's movement is of all that was authorised, and a second one takes back what was not captured.
#[tokio::test]
async fn of_a_capture_in_part_all_is_booked_and_the_captured_part_is_matched() {
    const RELEASED: i64 = 500;
    let world = World::new().await;
    let seeded = world.sandbox.seed(&Seed { without_order: true, ..Seed::default() }).unwrap();
    let id = world.sandbox.put_order(seeded.order.clone());
    let play = |wanted: Value| world.sandbox.play_stripe(&wanted).unwrap();
    let charge = play(json!({
        "move": "pay", "amount": seeded.amount + RELEASED, "currency": "usd", "captured": false,
        "metadata": { "Order #": seeded.increment_id }
    }))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let state = world.sandbox.state();
    let made =
        state["stripe"]["charges"].as_array().unwrap().iter().find(|made| made["id"] == charge.as_str());
    let intent = made.unwrap()["payment_intent"].as_str().unwrap().to_owned();
    let captured = play(json!({ "move": "capture", "intent": intent, "amount": seeded.amount }));
    let event =
        captured["events"].as_array().unwrap().iter().find(|event| event["type"] == "charge.captured");
    let message = delivery(event.unwrap(), world.clock_now()).to_message();
    let execution = world.settle(&message).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");

    let paid = Seeded { entity_id: Some(id), charge, payment_intent: Some(intent), ..seeded };
    let held = Held::of(&world.sandbox, &paid);
    assert_eq!(held.counts(), [1; 5]);
    let matched =
        json!([{ "invoice_key": held.sales_invoices[0]["key"], "amount": held.sales_invoices[0]["total"] }]);
    assert_eq!(held.receipts[0]["allocations"], matched);
    assert_eq!(balance(&world, "1050"), paid.amount + RELEASED);
    assert_eq!(balance(&world, "1200"), -RELEASED, "until the second movement is booked");
}

#[tokio::test]
async fn before_there_is_an_invoice_it_is_an_advance() {
    let world = World::new().await;
    let seeded = world.seed("simple");
    let on_shipment = |stage: &mut Stage| {
        stage.pairs.values_mut().for_each(|pair| pair.invoice_on = InvoiceOn::Shipment);
    };
    let execution = world.settle_with(&world.message(&seeded), on_shipment).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    let held = Held::of(&world.sandbox, &seeded);
    assert_eq!(held.counts(), [1, 1, 0, 1, 1]);
    assert_eq!(held.receipts[0]["allocations"], json!([]));
    assert_eq!((balance(&world, "1050"), balance(&world, "1200")), (seeded.amount, -seeded.amount));
}
