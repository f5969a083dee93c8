//! What stands still moves again, and what nobody would see is seen.

use flow::execution::{Progress, Status, execution_by_event};
use flow::operate::STANDS_STILL;
use flow::{Clock, Letter, QueueName};
use jiff::SignedDuration;
use serde_json::json;

use crate::world::{FLOW, World};

#[tokio::test]
async fn an_execution_whose_message_is_lost_is_sent_for_again() {
    let world = World::new().await;
    let delivery = world.delivery(&world.seed());
    let mut claimed = world.claim(&delivery).await.unwrap();
    claimed.end(&world.ports(), Progress::Released).await.unwrap();
    world.clock.advance(STANDS_STILL - SignedDuration::from_mins(5));
    assert_eq!(world.run().await.standing_still, 0);
    world.minutes(5);
    let report = world.run().await;
    assert_eq!((report.standing_still, report.resent, &report.problems), (1, 1, &vec![]));
    assert_eq!(world.events(), [delivery.event.to_string()]);
    assert_eq!(world.sent()[0].body, delivery.body);
    world.consume().await;
    world.clock.advance(STANDS_STILL);
    assert_eq!(world.run().await.standing_still, 0);
}

#[tokio::test]
async fn a_letter_without_a_row_gets_one_and_others_stay() {
    let world = World::new().await;
    let orphan = world.delivery(&world.seed());
    let known = world.delivery(&world.seed());
    let mut claimed = world.claim(&known).await.unwrap();
    let parked = json!({
        "n": 1, "class": "validation", "reason": "amount_mismatch", "step": "agree", "message": "m",
        "mended_by": "merchant", "at": "2026-03-02T09:14:07Z",
    });
    claimed.park(&world.ports(), serde_json::from_value(parked).unwrap()).await.unwrap();
    let letter = |receipt: &str, message: flow::Message, from: Option<&str>| Letter {
        receipt: receipt.to_owned(),
        body: message.body,
        attributes: message.attributes,
        from_queue: from.map(str::to_owned),
    };
    let flow = FLOW.parse().unwrap();
    let mut strange = orphan.to_message();
    strange.attributes.clear();
    world.letters.letters.lock().unwrap().extend([
        letter("orphan", orphan.to_message(), Some("tillbridge-local-flow-order-to-cash.fifo")),
        letter("points", known.to_letter(&flow, 1), None),
        letter("strange", strange, None),
    ]);
    let report = world.run().await;
    assert_eq!((report.adopted(), report.unreadable, &report.problems), (1, 1, &vec![]));
    assert_eq!((report.parked, report.uncounted), (2, 0));
    let left: Vec<String> =
        world.letters.letters.lock().unwrap().iter().map(|letter| letter.receipt.clone()).collect();
    assert_eq!(left, ["points", "strange"]);
    let row =
        execution_by_event(world.store.as_ref(), &orphan.pair, &flow, &orphan.event).await.unwrap().unwrap();
    assert_eq!(row.status, Status::Parked);
    let sent = world.queue.sent(&QueueName::DeadLetter);
    assert_eq!(sent.len(), 1, "a letter that points to the row");
    assert_eq!(sent[0].attributes["tb.park"], "1");
    // It has its row: its event is not brought as well.
    world.minutes(5);
    assert_eq!(world.run().await.enqueued, 0);
}

/// Stripe's feed is not read either where another system's secret is malformed, and no consumer meets it while no webhook comes.
#[tokio::test]
async fn a_pair_that_cannot_be_connected_says_how_far_it_is_behind() {
    let world = World::new().await;
    world.minutes(120);
    let sweep = world.sweep_with(world.ports(), &json!({ "wms": { "word": "no token" } }));
    let report = sweep.run(world.clock.now() + SignedDuration::from_mins(5)).await;
    assert_eq!(report.problems.iter().map(|problem| problem.part).collect::<Vec<_>>(), ["connections"]);
    assert!(report.behind_s >= 2 * 60 * 60 && !report.is_blind, "{report:?}");
    assert_eq!(report.uncounted, 1, "nobody has counted what stands parked");
}
