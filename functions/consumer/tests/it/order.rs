//! A paid order of every kind goes all the way, and each system holds exactly one document of it.

use canonical::Money;
use environment::Stage;
use flow::execution::Status;
use sandbox::{Seed, Seeded, Seen, System};
use serde_json::{Value, json};

use crate::held::Held;
use crate::world::World;

/// Kinds of orders that go all the way, and whether anything is to be sent.
const KINDS: [(&str, bool); 17] = [
    ("simple", true),
    ("configurable", true),
    ("bundle", true),
    ("fixed_bundle", true),
    ("virtual", false),
    ("guest", true),
    ("mixed", true),
    ("twelve_lines", true),
    ("jpy", true),
    ("eur", true),
    ("kwd", true),
    ("pending_payment", true),
    ("discount", true),
    ("tax_included", true),
    ("tax_included_discount", true),
    ("magentoorderid", true),
    ("description_only", true),
];

#[tokio::test]
async fn every_kind_of_paid_order_is_invoiced_booked_and_on_its_way() {
    let world = World::new().await;
    for (kind, is_sent) in KINDS {
        let seeded = world.seed(kind);
        let execution = world.settle(&world.message(&seeded)).await;
        assert_eq!((execution.status, execution.attempts), (Status::Done, 1), "{kind}: {execution:?}");

        let held = Held::of(&world.sandbox, &seeded);
        assert_eq!(held.counts(), [1, 1, 1, usize::from(is_sent), 1], "{kind}: {held:#?}");
        let (status, due) = (&held.order["status"], &held.order["total_due"]);
        assert_eq!(
            (status, due),
            (&json!(if is_sent { "processing" } else { "complete" }), &json!(0)),
            "{kind}"
        );
        assert_eq!(held.invoices[0]["transaction_id"], json!(seeded.payment_intent), "{kind}");

        let paid = Money::new(seeded.amount, seeded.currency.to_uppercase().parse().unwrap());
        let total = json!({ "amount": paid.to_decimal().to_string(), "currency": paid.currency().code() });
        let sales_order = &held.sales_orders[0];
        assert_eq!(
            (&sales_order["state"], &sales_order["status"]),
            (&json!("confirmed"), &json!("open")),
            "{kind}"
        );
        assert_eq!((&sales_order["total"], &sales_order["payment"]["amount"]), (&total, &total), "{kind}");
        assert_eq!(sales_order["payment"]["reference"], json!(seeded.charge), "{kind}");
        let invoice = &held.sales_invoices[0];
        assert_eq!((&invoice["state"], &invoice["total"]), (&json!("posted"), &total), "{kind}");

        let metadata = &held.metadata;
        for key in ["magentoorderid", "tb_order"] {
            assert_eq!(metadata[key], json!(seeded.increment_id), "{kind}: {metadata}");
        }
        assert_eq!(
            metadata["tb_order_id"],
            json!(seeded.entity_id.unwrap().to_string()),
            "{kind}: {metadata}"
        );
    }
    assert!(world.letters().is_empty());
}

/// Everything that another system says is sent on in its own words: what the warehouse gets are the physical rows, what
/// the ERP gets are those with a price.
#[tokio::test]
async fn the_rows_of_a_mixed_order_are_those_that_an_erp_and_a_warehouse_expect() {
    let world = World::new().await;
    let seeded = world.seed("mixed");
    world.settle(&world.message(&seeded)).await;
    let held = Held::of(&world.sandbox, &seeded);
    let skus = |document: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        document["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (text(&row["sku"]), text(&row["qty"])))
            .collect()
    };
    let row = |sku: &str, quantity: &str| (sku.to_owned(), quantity.to_owned());
    let bundle = [row("PEN-BLACK", "1"), row("INK-BLUE", "2")];
    let mut booked = vec![row("LAMP-BRASS", "3"), row("JACKET-GREEN-L", "1")];
    booked.extend(bundle.clone());
    booked.extend([row("WRITING-SET-GIFT", "2"), row("WARRANTY-2Y", "1")]);
    assert_eq!(skus(&held.sales_orders[0]), booked);
    let mut sent = vec![row("LAMP-BRASS", "3"), row("JACKET-GREEN-L", "1")];
    sent.extend(bundle);
    sent.extend([row("PEN-BLACK", "2"), row("INK-BLUE", "4")]);
    assert_eq!(skus(&held.fulfilments[0]), sent);
}

/// Magento lets an order be sent before it is invoiced: what has left is not sent again when the money is captured.
#[tokio::test]
async fn what_was_sent_before_the_capture_is_not_sent_again() {
    let world = World::new().await;
    let seeded = world.sandbox.seed(&Seed { without_order: true, ..Seed::default() }).unwrap();
    let mut order = seeded.order.clone();
    let rows = order["items"].as_array_mut().unwrap();
    let sku = |row: &Value| row["sku"].as_str().unwrap().to_owned();
    let left: Vec<String> = rows[1..].iter().map(sku).collect();
    rows[0]["qty_shipped"] = rows[0]["qty_ordered"].clone();
    (order["state"], order["status"]) = (json!("processing"), json!("processing"));
    let id = world.sandbox.put_order(order);
    world.settle(&world.message(&seeded)).await;
    let held = Held::of(&world.sandbox, &Seeded { entity_id: Some(id), ..seeded });
    assert_eq!(held.counts(), [1; 5]);
    let sent: Vec<String> = held.fulfilments[0]["lines"].as_array().unwrap().iter().map(sku).collect();
    assert_eq!((sent.is_empty(), sent), (false, left));
}

/// The shop keeps UTC; books are kept by the company's days.
#[tokio::test]
async fn days_are_those_of_the_companys_time_zone() {
    let world = World::new().await;
    for (zone, ordered_at) in [
        ("America/Los_Angeles", "2026-02-28T23:30:00-08:00"),
        ("UTC", "2026-03-01T07:30:00+00:00"),
        ("Europe/Berlin", "2026-03-01T08:30:00+01:00"),
        ("Asia/Tokyo", "2026-03-01T16:30:00+09:00"),
        ("Pacific/Kiritimati", "2026-03-01T21:30:00+14:00"),
    ] {
        let seed = Seed { without_order: true, ..Seed::default() };
        let seeded = world.sandbox.seed(&seed).unwrap();
        let mut order = seeded.order.clone();
        order["created_at"] = json!("2026-03-01 07:30:00");
        let id = world.sandbox.put_order(order);
        let message = world.message(&seeded);
        let charged_at = seeded.event["data"]["object"]["created"].as_i64().unwrap();
        let consumer = world
            .consumer_with(|stage| {
                stage.pairs.values_mut().for_each(|pair| pair.erp.time_zone = zone.to_owned());
            })
            .await;
        world.hand(&consumer, &[message], 1).await;
        let held = Held::of(&world.sandbox, &Seeded { entity_id: Some(id), ..seeded });
        assert_eq!(held.sales_orders[0]["ordered_at"], json!(ordered_at), "{zone}");
        let charged_at = jiff::Timestamp::from_second(charged_at).unwrap();
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let paid_on = zone.to_datetime(charged_at).date().to_string();
        assert_eq!(held.sales_orders[0]["payment"]["paid_on"], json!(paid_on), "{zone:?}");
        assert_eq!(held.sales_invoices[0]["date"], json!(paid_on), "{zone:?}");
    }
}

#[tokio::test]
async fn an_order_makes_as_few_calls_as_it_can() {
    let world = World::new().await;
    // Stripe: charge, tag, read back, its movement. Magento: search, read, invoice, transaction, read back. ERP: customer, order,
    // confirm, find; invoice, find; payment, find. The first order has items that the ERP lacks: each is one more, and the order
    // goes twice.
    for erp in [11, 8] {
        world.sandbox.clear_requests();
        let seeded = world.seed("simple");
        world.settle(&world.message(&seeded)).await;
        let asked =
            |system: System| world.sandbox.requests(0).iter().filter(|seen| seen.system == system).count();
        assert_eq!(System::ALL.map(asked), [4, 5, erp, 2]);
    }
}

#[tokio::test]
async fn an_order_that_comes_after_its_payment_is_waited_for() {
    let world = World::new().await;
    let seed = Seed { without_order: true, ..Seed::default() };
    let seeded = world.sandbox.seed(&seed).unwrap();
    let message = world.message(&seeded);
    let consumer = world.consumer().await;
    let response = world.hand(&consumer, std::slice::from_ref(&message), 1).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    let waiting = world.execution(&message).await.waiting.unwrap();
    assert_eq!((waiting.step.as_str(), waiting.code.as_str()), ("order", "order_not_found"));

    let id = world.sandbox.put_order(seeded.order.clone());
    let execution = world.settle(&message).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    let held = Held::of(&world.sandbox, &sandbox::Seeded { entity_id: Some(id), ..seeded });
    assert_eq!(held.counts(), [1; 5]);
}

#[tokio::test]
async fn a_charge_that_is_not_captured_is_skipped_and_does_nothing() {
    let world = World::new().await;
    let seed = Seed { authorised_only: true, ..Seed::default() };
    let seeded = world.sandbox.seed(&seed).unwrap();
    let execution = world.settle(&world.message(&seeded)).await;
    assert_eq!((execution.status, execution.skipped.as_deref()), (Status::Skipped, Some("not_captured")));
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [0; 5]);
}

/// Where items are made.
const ITEMS: &str = "/items/";

/// A write whose answer is lost may have happened: it is looked for, and there is one of it in the end. A read is repeated.
#[tokio::test]
async fn whatever_request_loses_its_answer_there_is_one_document() {
    let faults =
        ["commit_then_500", "drop_after_headers", "drop", "html_body", "html_200", "error=503", "error=429"];
    let requests = [
        (System::Stripe, "GET", "/charges/"),
        (System::Magento, "GET", "/V1/orders"),
        (System::Erp, "GET", "/orders"),
        (System::Erp, "GET", "/invoices"),
        (System::Erp, "GET", "/payments"),
        (System::Wms, "GET", "/fulfilments"),
        (System::Stripe, "GET", "/payment_intents/"),
        (System::Magento, "POST", "/invoice"),
        (System::Magento, "POST", "/V1/invoices"),
        (System::Erp, "PUT", "/customers/"),
        (System::Erp, "PUT", ITEMS),
        (System::Erp, "PUT", "/orders/"),
        (System::Erp, "POST", "/confirm"),
        (System::Erp, "PUT", "/invoices/"),
        (System::Wms, "PUT", "/fulfilments/"),
        (System::Stripe, "POST", "/payment_intents/"),
        (System::Erp, "PUT", "/payments/"),
    ];
    let mut world = World::new().await;
    for (system, method, path) in requests {
        for fault in faults {
            // Only items that the ERP does not know are made.
            if path == ITEMS {
                world = World::new().await;
            }
            let seeded = world.seed("simple");
            world.plan(system, method, path, fault);
            let execution = world.settle(&world.message(&seeded)).await;
            assert_eq!(execution.status, Status::Done, "{fault} at {method} {path}: {execution:?}");
            let held = Held::of(&world.sandbox, &seeded);
            assert_eq!(held.counts(), [1; 5], "{fault} at {method} {path}");
            assert!(execution.attempts > 1, "{fault} at {method} {path} was not met");
        }
    }
}

/// The one that separates a right connector from a lucky one: it is done, and nobody ever says so.
#[tokio::test]
async fn a_write_that_is_never_answered_is_found_and_not_repeated() {
    let world = World::new().await;
    // From here on the ERP knows the items.
    world.settle(&world.message(&world.seed("simple"))).await;
    world.sandbox.clear_requests();
    let seeded = world.seed("simple");
    let message = world.message(&seeded);
    let writes = [
        (System::Magento, "POST", "/invoice", 1),
        // A draft is no whole effect: the same order is put once more, which changes nothing, and confirmed.
        (System::Erp, "PUT", "/orders/", 2),
        (System::Erp, "PUT", "/invoices/", 1),
        (System::Wms, "PUT", "/fulfilments/", 1),
        (System::Stripe, "POST", "/payment_intents/", 1),
        (System::Erp, "PUT", "/payments/", 1),
    ];
    for (system, method, path, _) in writes {
        world.plan(system, method, path, "commit_then_timeout");
    }
    let execution = world.settle_with(&message, impatient).await;
    assert_eq!(execution.status, Status::Done, "{execution:?}");
    assert_eq!(execution.attempts, 1 + u32::try_from(writes.len()).unwrap());
    assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1; 5]);
    for (_, method, path, times) in writes {
        let is_it = |seen: &&Seen| {
            seen.method == method
                && if path.ends_with('/') { seen.path.contains(path) } else { seen.path.ends_with(path) }
        };
        assert_eq!(world.sandbox.requests(0).iter().filter(is_it).count(), times, "{method} {path}");
    }
}

/// Waits a second for an answer.
fn impatient(stage: &mut Stage) {
    for pair in stage.pairs.values_mut() {
        pair.stripe.timeout_s = 1;
        pair.magento.timeout_s = 1;
        pair.erp.timeout_s = 1;
        pair.wms.timeout_s = 1;
    }
}
