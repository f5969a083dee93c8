//! The same event many times, shuffled with others, over two processes at once: one document of each order.

use std::collections::BTreeMap;

use consumer::Consumer;
use flow::Message;
use flow::execution::Status;
use jiff::{SignedDuration, Timestamp};

use crate::held::Held;
use crate::world::{World, delivery, failed};

const COPIES: usize = 20;
/// As many as Lambda hands over from a FIFO queue at once.
const BATCH_MAX: usize = 10;
const ROUNDS_MAX: usize = 400;

/// A message on its way: when it is delivered next, and how often it was.
struct OnItsWay {
    message: Message,
    at: Timestamp,
    receives: u32,
}

/// Hands out all that is due, in any order and without regard to groups, until every message is gone.
async fn drain(world: &World, messages: Vec<Message>, random: &mut fastrand::Rng) {
    let consumers = [world.consumer().await, world.consumer().await];
    let now = world.clock_now();
    let mut waiting: Vec<OnItsWay> =
        messages.into_iter().map(|message| OnItsWay { message, at: now, receives: 0 }).collect();
    for _ in 0..ROUNDS_MAX {
        let Some(next) = waiting.iter().map(|one| one.at).min() else { return };
        let ahead = next.duration_since(world.clock_now());
        world.clock.advance(ahead.max(SignedDuration::ZERO));
        random.shuffle(&mut waiting);
        let now = world.clock_now();
        let (due, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|one| one.at <= now);
        waiting = rest;
        let mut due = due.into_iter();
        let batches: [Vec<OnItsWay>; 2] =
            [due.by_ref().take(BATCH_MAX).collect(), due.by_ref().take(BATCH_MAX).collect()];
        let [one, two] = batches;
        let (one, two) = tokio::join!(hand(world, &consumers[0], one), hand(world, &consumers[1], two));
        waiting.extend(one.into_iter().chain(two).chain(due));
    }
    panic!("{} messages never settle", waiting.len());
}

/// Hands over messages one by one; gives those that come back. One by one, because a receipt must name its message.
async fn hand(world: &World, consumer: &Consumer, batch: Vec<OnItsWay>) -> Vec<OnItsWay> {
    let mut back = Vec::new();
    for OnItsWay { message, receives, .. } in batch {
        let receives = receives + 1;
        let response = world.hand(consumer, std::slice::from_ref(&message), receives).await;
        if !failed(&response).is_empty() {
            let at = world.clock_now() + SignedDuration::from_secs(5);
            back.push(OnItsWay { message, at, receives });
        }
    }
    back
}

#[tokio::test]
async fn twenty_copies_among_others_over_two_processes_make_one_of_everything() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let world = World::new().await;
        let now = world.clock_now();
        let orders: Vec<_> =
            ["simple", "virtual", "guest", "mixed"].map(|kind| world.seed(kind)).into_iter().collect();
        let mut messages: Vec<Message> = Vec::new();
        for seeded in &orders {
            // Stripe tells of one charge twice: both events are about it, and either does the work.
            let mut captured = seeded.event.clone();
            captured["id"] = format!("{}_captured", seeded.event["id"].as_str().unwrap()).into();
            captured["type"] = "charge.captured".into();
            messages.push(delivery(&captured, now).to_message());
            messages.push(world.message(seeded));
        }
        messages.extend(std::iter::repeat_n(world.message(&orders[0]), COPIES - 1));
        random.shuffle(&mut messages);
        drain(&world, messages.clone(), &mut random).await;

        let mut statuses = BTreeMap::new();
        for message in &messages {
            let execution = world.execution(message).await;
            statuses.insert(execution.event.to_string(), execution.status);
        }
        assert!(statuses.values().all(|status| *status == Status::Done), "seed {seed}: {statuses:?}");
        for seeded in &orders {
            let fulfilments = usize::from(seeded.kind != "virtual");
            let held = Held::of(&world.sandbox, seeded);
            assert_eq!(held.counts(), [1, 1, 1, fulfilments, 1], "seed {seed}, {}", seeded.kind);
        }
        assert!(world.letters().is_empty(), "seed {seed}");
    }
}
