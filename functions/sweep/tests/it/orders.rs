//! Orders that are paid and wait: found once, and only where nobody has acted on the payment.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use flow::execution::{Parked, Progress, linked};
use flow::{Class, Clock, Delivery, Ports};
use jiff::SignedDuration;
use sandbox::{Seeded, System};
use serde_json::{Value, json};

use crate::refusing::FullQueue;
use crate::world::World;

/// An order whose charge was skipped, as one is that comes before its order.
async fn skipped(world: &World) -> Seeded {
    let seeded = world.seed();
    let mut claimed = world.claim(&world.delivery(&seeded)).await.unwrap();
    claimed.end(&world.ports(), Progress::Skipped("unrelated_charge".to_owned())).await.unwrap();
    seeded
}

fn asked(world: &World, path: &str) -> usize {
    world.sandbox.requests(0).iter().filter(|seen| seen.path.contains(path)).count()
}

#[tokio::test]
async fn an_order_that_waits_though_it_is_paid_gets_an_event_of_ours() {
    let world = World::new().await;
    let seeded = skipped(&world).await;
    world.minutes(5);
    assert_eq!(world.run().await.enqueued, 0, "it may still be on its way");
    world.minutes(6);
    let report = world.run().await;
    assert_eq!((report.enqueued, &report.problems), (1, &vec![]));
    let message = world.sent().pop().unwrap();
    let delivery = Delivery::from_message(message.body, &message.attributes, 0).unwrap();
    assert!(delivery.event.as_str().starts_with(&format!("sweep:charge:{}:", seeded.charge)), "{delivery:?}");
    assert_eq!(delivery.entity, format!("payment_intent:{}", seeded.payment_intent.clone().unwrap()));
    let body: Value = serde_json::from_str(&delivery.body).unwrap();
    assert_eq!(
        (&body["type"], &body["data"]["object"]["id"], &body["tillbridge"]["order"]),
        (&json!("charge.succeeded"), &json!(seeded.charge), &json!(seeded.increment_id))
    );
    world.consume().await;
    for _ in 0..3 {
        world.minutes(5);
        assert_eq!(world.run().await.enqueued, 0);
    }
}

/// A queue that is gone, or whose key is off, refuses every message: that is no fault of the order that comes first.
#[tokio::test]
async fn what_no_queue_took_is_not_passed_by() {
    let world = World::new().await;
    let first = skipped(&world).await;
    world.minutes(11);
    for class in [Class::NotFound, Class::Validation] {
        let queue = FullQueue { queue: Arc::clone(&world.queue), left: AtomicUsize::new(0), class };
        let report = world.run_over(Ports { queue: Arc::new(queue), ..world.ports() }).await;
        assert_eq!((report.enqueued, report.problems.len()), (0, 1), "{report:?}");
    }
    // Newer changes, and hours: the first is still the next.
    world.minutes(180);
    skipped(&world).await;
    world.minutes(11);
    // The walk that was cut short is gone on with, then there is the next.
    let enqueued = [world.run().await.enqueued, world.run().await.enqueued];
    assert_eq!(enqueued, [1, 1]);
    assert!(world.events()[0].contains(&first.charge), "{:?}", world.events());
}

#[tokio::test]
async fn whatever_is_done_under_way_parked_or_given_up_is_left_alone() {
    let world = World::new().await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(world.seed());
    }
    let ports = world.ports();
    let mut claims = Vec::new();
    for seeded in &orders {
        claims.push(world.claim(&world.delivery(seeded)).await.unwrap());
    }
    // The first runs, the second is done, the third is parked, the fourth waits.
    claims[1].end(&ports, Progress::Done).await.unwrap();
    let parked = json!({
        "n": 1, "class": "validation", "reason": "amount_mismatch", "step": "agree", "message": "m",
        "mended_by": "merchant", "at": "2026-03-02T09:14:07Z",
    });
    let parked: Parked = serde_json::from_value(parked).unwrap();
    claims[2].park(&ports, parked).await.unwrap();
    claims[3].end(&ports, Progress::Released).await.unwrap();
    world.minutes(20);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.problems), (0, vec![]));
    assert_eq!(world.events(), Vec::<String>::new());
}

#[tokio::test]
async fn an_order_that_nobody_has_paid_is_asked_about_once() {
    let world = World::new().await;
    let mut order = world.seed().order;
    order["increment_id"] = json!("700000001");
    order.as_object_mut().unwrap().remove("entity_id");
    let _ = world.sandbox.put_order(order);
    world.claim_all().await;
    world.minutes(20);
    assert_eq!(world.run().await.problems, []);
    let searches = asked(&world, "/payment_intents/search");
    assert!(searches > 0);
    for _ in 0..3 {
        world.minutes(5);
        assert_eq!(world.run().await.problems, []);
    }
    assert_eq!(asked(&world, "/payment_intents/search"), searches);
}

#[tokio::test]
async fn an_order_that_names_its_payment_is_tied_to_it() {
    let world = World::new().await;
    let seeded = world.sandbox.seed(&sandbox::Seed {
        kind: "simple".to_owned(),
        metadata: Some(serde_json::Map::new()),
        without_order: true,
        ..sandbox::Seed::default()
    });
    let seeded = seeded.unwrap();
    let mut claimed = world.claim(&world.delivery(&seeded)).await.unwrap();
    claimed.end(&world.ports(), Progress::Skipped("unrelated_charge".to_owned())).await.unwrap();
    let intent = seeded.payment_intent.clone().unwrap();
    let mut order = seeded.order.clone();
    order["payment"]["last_trans_id"] = json!(format!("{intent}-capture"));
    let id = world.sandbox.put_order(order);
    world.minutes(20);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.problems), (1, vec![]));
    let names = linked(world.store.as_ref(), &"main".parse().unwrap(), "payment_intent", &intent).await;
    assert_eq!(names.unwrap().unwrap()["order"], id.to_string());
}

/// Its flow waits for the order for half an hour: what ties them must not come after that.
#[tokio::test]
async fn an_order_that_names_a_young_payment_is_tied_at_once_and_looked_at_again() {
    let world = World::new().await;
    let kind = sandbox::Seed { metadata: Some(serde_json::Map::new()), ..sandbox::Seed::default() };
    let seeded = world.sandbox.seed(&sandbox::Seed { without_order: true, ..kind }).unwrap();
    let intent = seeded.payment_intent.clone().unwrap();
    let mut order = seeded.order.clone();
    order["payment"]["last_trans_id"] = json!(intent);
    let earlier = world.clock.now() - SignedDuration::from_mins(8);
    order["updated_at"] = json!(earlier.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let id = world.sandbox.put_order(order);
    let mut claimed = world.claim(&world.delivery(&seeded)).await.unwrap();
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.problems), (0, vec![]), "the payment is five minutes old");
    let names = linked(world.store.as_ref(), &"main".parse().unwrap(), "payment_intent", &intent).await;
    assert_eq!(names.unwrap().unwrap()["order"], id.to_string());
    // It gave up all the same, the tie having come too late for it.
    claimed.end(&world.ports(), Progress::Skipped("unrelated_charge".to_owned())).await.unwrap();
    world.minutes(6);
    assert_eq!(world.run().await.enqueued, 1);
}

#[tokio::test]
async fn a_payment_that_cannot_be_read_holds_up_no_later_order() {
    let world = World::new().await;
    let bad = skipped(&world).await;
    let charge = world.sandbox.state()["stripe"]["charges"]
        .as_array()
        .and_then(|charges| charges.iter().find(|charge| charge["id"] == bad.charge))
        .cloned();
    let mut charge = charge.unwrap();
    charge["currency"] = json!("xts");
    world.sandbox.put_stripe(&charge).unwrap();
    world.minutes(1);
    let good = skipped(&world).await;
    world.minutes(20);
    let report = world.run().await;
    assert_eq!(report.enqueued, 1, "{report:?}");
    assert!(world.events()[0].starts_with(&format!("sweep:charge:{}:", good.charge)));
    let [problem] = report.problems.as_slice() else { panic!("{:?}", report.problems) };
    assert!(problem.fault.message.starts_with(&format!("order {}: ", bad.entity_id.unwrap())), "{problem:?}");
    assert!(report.behind_s < 5 * 60, "{}", report.behind_s);
}

#[tokio::test]
async fn a_payment_from_before_the_time_of_the_sweep_is_found_by_its_order() {
    let world = World::before_the_first_run().await;
    let old = sandbox::Seed { without_order: true, ..sandbox::Seed::default() };
    let seeded = world.sandbox.seed(&old).unwrap();
    world.minutes(120);
    assert_eq!(world.run().await.enqueued, 0);
    let mut order = seeded.order.clone();
    order["updated_at"] = json!(world.clock.now().strftime("%Y-%m-%d %H:%M:%S").to_string());
    let _ = world.sandbox.put_order(order);
    world.minutes(15);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.problems), (1, vec![]));
    assert!(world.events()[0].starts_with(&format!("sweep:charge:{}:", seeded.charge)));
}

#[tokio::test]
async fn an_order_whose_event_still_waits_in_the_queue_gets_no_second_one() {
    let world = World::new().await;
    world.seed();
    for _ in 0..6 {
        world.minutes(5);
        world.run().await;
    }
    assert!(world.events().iter().all(|event| event.starts_with("evt_")), "{:?}", world.events());
}

#[tokio::test]
async fn a_shop_that_is_down_holds_up_nothing_else_and_is_caught_up_with() {
    let world = World::new().await;
    skipped(&world).await;
    let lost = world.seed();
    world.sandbox.set_down(System::Magento, true);
    world.minutes(20);
    let report = world.run().await;
    assert_eq!(world.events(), [lost.event["id"].as_str().unwrap()]);
    assert!(report.behind_s >= 20 * 60, "{report:?}");
    let problems: Vec<_> =
        report.problems.iter().map(|problem| (problem.part, problem.fault.class)).collect();
    assert_eq!(problems, [("magento-orders", Class::Transient)]);
    world.consume().await;
    world.sandbox.set_down(System::Magento, false);
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.enqueued, report.problems), (1, vec![]));
    assert!(report.behind_s < 5 * 60, "{}", report.behind_s);
}

#[tokio::test]
async fn a_quiet_run_asks_each_system_once() {
    let world = World::new().await;
    world.sandbox.clear_requests();
    world.minutes(5);
    world.run().await;
    let asked: Vec<_> = world.sandbox.requests(0).iter().map(|seen| seen.path.clone()).collect();
    assert_eq!(asked, ["/v1/events", "/rest/V1/orders"]);
}
