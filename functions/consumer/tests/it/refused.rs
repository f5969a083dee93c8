//! What cannot go on is parked with a reason, a step and what to do, and nothing is booked or sent beyond it.

use flow::execution::{MendedBy, Status};
use jiff::SignedDuration;
use sandbox::Seed;
use serde_json::json;

use crate::held::Held;
use crate::world::{World, delivery};

#[tokio::test]
async fn orders_that_cannot_go_on_are_parked_before_anything_is_booked() {
    // Kind of order; reason, step, a part of the message; documents: Magento's invoices, the ERP's, fulfilments.
    let cases: [(&str, &str, &str, &str, [usize; 5]); 6] = [
        ("holded", "order_on_hold", "paid", "take it off hold", [0; 5]),
        ("canceled", "order_canceled", "paid", "refund the payment", [0; 5]),
        ("no_lines", "order_without_lines", "order", "has no lines", [0; 5]),
        ("unknown_currency", "unknown_currency", "order", "`XQZ`", [0; 5]),
        ("amount_mismatch", "amount_mismatch", "agree", "captured were", [0; 5]),
        // The money is taken and the shop knows: only the books wait.
        ("refused_sku", "sku_refused", "sales_order", "REFUSED-BY-ERP", [1, 0, 0, 0, 0]),
    ];
    let world = World::new().await;
    for (kind, reason, step, said, counts) in cases {
        let seeded = world.seed(kind);
        let execution = world.settle(&world.message(&seeded)).await;
        let parked = execution.parked.unwrap_or_else(|| panic!("{kind}: {:?}", execution.status));
        assert_eq!((parked.reason.as_str(), parked.step.as_str(), parked.n), (reason, step, 1), "{kind}");
        assert_eq!(parked.mended_by, MendedBy::Merchant, "{kind}");
        assert!(parked.message.contains(said), "{kind}: {}", parked.message);
        assert_eq!(Held::of(&world.sandbox, &seeded).counts(), counts, "{kind}");
    }
    let letters = world.letters();
    assert_eq!(letters.len(), cases.len());
    assert!(letters.iter().all(|letter| letter.attributes["tb.park"] == "1"));
}

#[tokio::test]
async fn an_order_that_never_comes_is_parked_after_half_an_hour_and_an_unrelated_charge_as_the_pair_says() {
    let world = World::new().await;
    let seed = Seed { without_order: true, ..Seed::default() };
    let (absent, unrelated) = (world.sandbox.seed(&seed).unwrap(), world.seed("unrelated"));
    for (seeded, reason) in [(&absent, "order_not_found"), (&unrelated, "unrelated_charge")] {
        let begun = world.clock_now();
        let execution = world.settle(&world.message(seeded)).await;
        assert_eq!(execution.parked.unwrap().reason, reason);
        let waited = world.clock_now().duration_since(begun);
        assert!(
            waited >= SignedDuration::from_mins(30) && waited < SignedDuration::from_mins(35),
            "{waited:#}"
        );
    }
    let again = world.seed("unrelated");
    let execution = world
        .settle_with(&world.message(&again), |stage| {
            for pair in stage.pairs.values_mut() {
                pair.unrelated_charges = environment::UnrelatedCharges::Skip;
            }
        })
        .await;
    assert_eq!((execution.status, execution.skipped.as_deref()), (Status::Skipped, Some("unrelated_charge")));
}

/// An event may name a charge that Stripe does not know, a pair that no file names, or be no JSON at all.
#[tokio::test]
async fn events_that_lead_nowhere_are_parked_and_change_nothing() {
    let world = World::new().await;
    let seeded = world.seed("simple");
    let mut unknown = seeded.event.clone();
    (unknown["id"], unknown["data"]["object"]["id"]) = (json!("evt_unknown"), json!("ch_unknown"));
    let unknown = delivery(&unknown, world.clock_now());
    let mut broken = delivery(&seeded.event, world.clock_now());
    broken.body = "{\"id\": \"evt_".to_owned();
    for (delivery, reason, said) in
        [(unknown, "charge_unknown", "ch_unknown"), (broken, "malformed_event", "no JSON")]
    {
        let execution = world.settle(&delivery.to_message()).await;
        let parked = execution.parked.unwrap();
        assert_eq!(parked.reason, reason);
        assert!(parked.message.contains(said), "{}", parked.message);
    }
    let mut stranger = delivery(&seeded.event, world.clock_now());
    stranger.pair = "other".parse().unwrap();
    let consumer = world.consumer().await;
    let response = world.hand(&consumer, &[stranger.to_message()], 1).await;
    assert!(response.batch_item_failures.is_empty());
    let letter = world.letters().pop().unwrap();
    assert_eq!(letter.attributes["tb.pair"], "other");
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [0; 5]);
}

/// A status or tax code that the environment file does not list is never guessed.
#[tokio::test]
async fn a_value_without_its_row_in_a_table_is_named() {
    for (table, said) in
        [("order_status", "processing"), ("tax_codes", "US-NY"), ("shipping_services", "flatrate")]
    {
        let world = World::new().await;
        let seeded = world.seed("simple");
        let consumer = world
            .consumer_with(|stage| {
                for pair in stage.pairs.values_mut() {
                    pair.tables.insert(table.to_owned(), std::collections::BTreeMap::new());
                }
            })
            .await;
        let message = world.message(&seeded);
        world.hand(&consumer, std::slice::from_ref(&message), 1).await;
        let parked = world.execution(&message).await.parked.unwrap();
        assert!(parked.message.contains(table) && parked.message.contains(said), "{}", parked.message);
    }
}
