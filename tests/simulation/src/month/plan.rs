//! What the month is made of: its days, its faults, and who buys what.

use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use sandbox::System;

use crate::chance::Chance;
use crate::faults::{Faults, RECEIVES_MAX};
use crate::setup::Setup;
use crate::world::World;

/// When the stage is installed: the day before the month.
const BEGIN: &str = "2026-02-28T12:00:00Z";
/// The first and the last moment of an order.
const FIRST: &str = "2026-03-01T05:00:00Z";
const LAST: &str = "2026-03-31T21:30:00Z";
/// When it is over: payouts of the month's end have arrived by then, and those of its last days have not.
pub(super) const END: &str = "2026-04-08T12:00:00Z";
/// How often it is looked whether a rule is broken.
pub(super) const LOOKED_AT: Duration = Duration::from_hours(6);
/// How often it is looked what Stripe has made.
const LOOK: Duration = Duration::from_secs(20);
/// The sweep of a month runs less often than that of half an hour, and finds the same.
const SWEPT_EVERY: Duration = Duration::from_mins(30);
/// An order of a month is some hundred lines.
const LINES_MAX: usize = 20_000_000;
/// Outages in a month, and how long one lasts, minutes.
const OUTAGES: u64 = 12;
const OUTAGE_MIN: (u64, u64) = (2, 50);

/// What an order is bought and paid with.
#[derive(Clone, Debug)]
pub(super) struct Bought {
    /// From now on.
    pub(super) after: Duration,
    /// As `sandbox::Seed` names it.
    pub(super) kind: &'static str,
    /// What it settles in.
    pub(super) settled_in: &'static str,
    pub(super) fate: Fate,
}

/// What becomes of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is kept.
    Kept,
    /// All of it goes back.
    PaidBack,
    /// A part goes back.
    PartPaidBack,
    /// Several equal parts go back.
    EqualParts(u32),
    /// A first card is declined.
    DeclinedFirst,
    /// The customer's bank asks, and leaves it at that.
    AskedAbout,
    /// The customer's bank takes it back, and gives it back again.
    DisputeWon,
    /// The customer's bank takes it back.
    DisputeLost,
    /// The same, and nothing is decided in this month.
    DisputeOpen,
    /// It is authorised, and taken days later.
    TakenLater,
    /// It is authorised, and a part of it is taken.
    PartTaken,
    /// It is authorised, and nobody takes it.
    NeverTaken,
}

/// Kinds of orders: how often of a thousand, and what they settle in.
const KINDS: [(&str, u64, &str); 12] = [
    ("simple", 170, "usd"),
    ("configurable", 60, "usd"),
    ("bundle", 50, "usd"),
    ("fixed_bundle", 40, "usd"),
    ("virtual", 60, "usd"),
    ("discount", 50, "usd"),
    ("tax_included", 50, "usd"),
    ("magentoorderid", 20, "usd"),
    ("eur", 210, "eur"),
    ("eur", 80, "usd"),
    ("jpy", 120, "usd"),
    ("kwd", 90, "usd"),
];

/// What becomes of how many of a thousand; the rest is kept.
const FATES: [(Fate, u64); 13] = [
    (Fate::PaidBack, 45),
    (Fate::PartPaidBack, 40),
    (Fate::EqualParts(2), 10),
    (Fate::EqualParts(3), 10),
    (Fate::DeclinedFirst, 50),
    (Fate::AskedAbout, 6),
    (Fate::DisputeWon, 8),
    (Fate::DisputeLost, 8),
    (Fate::DisputeOpen, 3),
    (Fate::TakenLater, 25),
    (Fate::PartTaken, 8),
    (Fate::NeverTaken, 6),
    (Fate::Kept, 781),
];

/// The world of a month.
pub(super) fn setup(seed: u64) -> Result<Setup> {
    let begin: Timestamp = BEGIN.parse().context("the begin of the month")?;
    let end: Timestamp = END.parse().context("the end of the month")?;
    let lasts_ms = u64::try_from(end.duration_since(begin).as_millis())?;
    // A source of its own: how many orders there are does not move the outages.
    let chance = Chance::new(seed ^ 0x6d6f_6e74_6800);
    let outage = |_| {
        let from = chance.between(0, lasts_ms);
        let lasts = chance.between(OUTAGE_MIN.0, OUTAGE_MIN.1) * 60_000;
        (*chance.pick(&System::ALL), from, from + lasts)
    };
    let faults = Faults {
        slow: 20,
        latency_ms: 20_000,
        unreachable: 4,
        dropped: 4,
        unanswered: 6,
        late: 4,
        limited: 6,
        failed: 5,
        failed_after: 5,
        page: 2,
        stale: 20,
        outages: (0..OUTAGES).map(outage).collect(),
        store_refused: 1,
        store_lost: 1,
        store_slow: 5,
        queue_refused: 3,
        queue_lost: 3,
        delivered_twice: 3,
        undeleted: 5,
        killed: 8,
        paused: 3,
        vault_away: 1,
        comes_back: 80,
        races: true,
        swept: true,
        receives_max: RECEIVES_MAX,
        webhook_lost: 15,
        webhook_again: 30,
        order_late: 40,
        ..Faults::default()
    };
    Ok(Setup { begin, faults, look: LOOK, swept_every: SWEPT_EVERY, lines_max: LINES_MAX, sends_all: true })
}

/// The month's orders.
pub(super) fn orders(world: &World, count: u64) -> Result<Vec<Bought>> {
    let chance = &world.chance;
    let from_now = |text: &str| -> Result<u64> {
        let moment: Timestamp = text.parse()?;
        let rest: SignedDuration = moment.duration_since(world.clock.time());
        Ok(u64::try_from(rest.as_millis())?)
    };
    let (first, last) = (from_now(FIRST)?, from_now(LAST)?);
    let one = |_| {
        let (kind, settled_in) = drawn(chance, &KINDS.map(|(kind, share, into)| ((kind, into), share)));
        Bought { after: chance.millis(first, last), kind, settled_in, fate: drawn(chance, &FATES) }
    };
    Ok((0..count).map(one).collect())
}

/// One of some, by their shares.
fn drawn<T: Copy>(chance: &Chance, of: &[(T, u64)]) -> T {
    let all: u64 = of.iter().map(|(_, share)| share).sum();
    let mut left = chance.between(0, all.saturating_sub(1));
    for (one, share) in of {
        if left < *share {
            return *one;
        }
        left -= share;
    }
    of[0].0
}
