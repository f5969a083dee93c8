//! What goes wrong in a history, drawn from its seed. Each kind of fault is there in some histories and not in others, so that one
//! does not hide what another would show.

use sandbox::System;

use crate::chance::Chance;

/// Everything that may go wrong, in times per thousand where it is no time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Requests that take longer, up to `latency_ms`.
    pub(crate) slow: u64,
    pub(crate) latency_ms: u64,
    /// Requests that never reach their system.
    pub(crate) unreachable: u64,
    pub(crate) dropped: u64,
    /// Requests that are carried out and whose answers are lost.
    pub(crate) unanswered: u64,
    /// Requests that are given up and carried out later, within the settle time.
    pub(crate) late: u64,
    /// Answers: 429, 5xx, a 500 after it was done, a page.
    pub(crate) limited: u64,
    pub(crate) failed: u64,
    pub(crate) failed_after: u64,
    pub(crate) page: u64,
    /// Reads of a replica that lags.
    pub(crate) stale: u64,
    /// Times when a system is away: which, from and to, milliseconds.
    pub(crate) outages: Vec<(System, u64, u64)>,
    /// Table: refusals, lost answers, delays.
    pub(crate) store_refused: u64,
    pub(crate) store_lost: u64,
    pub(crate) store_slow: u64,
    /// Queues: refusals, lost answers, second deliveries, messages that were deleted and come back.
    pub(crate) queue_refused: u64,
    pub(crate) queue_lost: u64,
    pub(crate) delivered_twice: u64,
    pub(crate) undeleted: u64,
    /// Deliveries whose process stops, or sleeps and goes on.
    pub(crate) killed: u64,
    pub(crate) paused: u64,
    /// Secrets that cannot be read.
    pub(crate) vault_away: u64,
    /// Orders that people touch in the shop.
    pub(crate) people: u64,
    /// Orders that are stopped.
    pub(crate) stopped: u64,
    /// Payments of which something is paid back, and refunds that do not reach the customer.
    pub(crate) paid_back: u64,
    pub(crate) comes_back: u64,
    /// Charges of which two events tell.
    pub(crate) told_twice: u64,
    /// Whether the second event is in a group of its own, as that of another flow would be: two write to one order at once.
    pub(crate) own_groups: bool,
    /// Whether a put that is late does not see what was put meanwhile. One flow at a time keeps to the settle time; two flows at
    /// once put other documents.
    pub(crate) races: bool,
    /// Whether the sweep runs. Where it does not, nothing is lost that only it could find, and the messages alone must suffice: it would
    /// hide a message that we have lost ourselves.
    pub(crate) swept: bool,
    /// Receives after which a queue gives a message up.
    pub(crate) receives_max: u32,
    /// Webhooks that never come.
    pub(crate) webhook_lost: u64,
    /// Webhooks that come again after they were taken.
    pub(crate) webhook_again: u64,
    /// Orders that the shop stores after the charge.
    pub(crate) order_late: u64,
    /// New versions of the flow document, new secrets, at these milliseconds.
    pub(crate) deploys: Vec<u64>,
    pub(crate) rotations: Vec<u64>,
}

/// Receives after which a queue gives a message up, as `template.yaml` says.
pub(crate) const RECEIVES_MAX: u32 = 1_000;
/// When faults stop, milliseconds.
pub(crate) const FAULTS_END_MS: u64 = 30 * 60 * 1000;

impl Faults {
    /// Draws.
    pub(crate) fn draw(chance: &Chance) -> Self {
        let some = |highest: u64| if chance.permille(500) { chance.between(1, highest) } else { 0 };
        let moments = |most: u64| -> Vec<u64> {
            let count = if chance.permille(400) { chance.between(1, most) } else { 0 };
            (0..count).map(|_| chance.between(0, FAULTS_END_MS)).collect()
        };
        let outage = |_| {
            let from = chance.between(0, FAULTS_END_MS);
            (*chance.pick(&System::ALL), from, from + chance.between(5_000, 15 * 60 * 1000))
        };
        let own_groups = chance.permille(300);
        let swept = chance.permille(700);
        let outages = if chance.permille(400) { chance.between(1, 3) } else { 0 };
        Self {
            slow: some(300),
            latency_ms: *chance.pick(&[300, 2_000, 20_000, 45_000]),
            unreachable: some(60),
            dropped: some(60),
            unanswered: some(80),
            late: some(60),
            limited: some(80),
            failed: some(80),
            failed_after: some(60),
            page: some(40),
            stale: some(200),
            outages: (0..outages).map(outage).collect(),
            store_refused: some(40),
            store_lost: some(40),
            store_slow: some(200),
            queue_refused: some(100),
            queue_lost: some(100),
            delivered_twice: some(60),
            undeleted: some(80),
            killed: some(250),
            paused: some(120),
            vault_away: some(40),
            people: some(350),
            stopped: some(150),
            paid_back: some(400),
            comes_back: some(300),
            told_twice: some(300),
            own_groups,
            races: !own_groups,
            swept,
            receives_max: if swept { *chance.pick(&[RECEIVES_MAX, RECEIVES_MAX, 30]) } else { RECEIVES_MAX },
            webhook_lost: if swept { some(100) } else { 0 },
            webhook_again: some(400),
            order_late: some(250),
            deploys: moments(3),
            rotations: moments(2),
        }
    }

    /// Whether a system is away at a time.
    pub(crate) fn is_away(&self, system: System, ms: u64) -> bool {
        self.outages.iter().any(|(away, from, to)| *away == system && (*from..*to).contains(&ms))
    }

    /// Whether requests may fail so often that their tries are spent.
    pub(crate) fn trouble_systems(&self) -> bool {
        let each = [
            self.unreachable,
            self.dropped,
            self.unanswered,
            self.late,
            self.failed,
            self.failed_after,
            self.page,
            self.slow,
        ];
        !self.outages.is_empty() || each.iter().any(|times| *times > 0)
    }
}
