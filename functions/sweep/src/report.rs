//! What a run came to, for its caller, its log and its metrics.

use std::collections::BTreeMap;

use aws::{Metric, emf};
use canonical::PairId;
use flow::fault::{OUT_OF_TIME, PACED};
use flow::{Fault, FlowName};
use jiff::SignedDuration;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events and orders that were looked at.
    pub found: usize,
    /// Messages that were sent because nothing else had brought the event.
    pub enqueued: usize,
    /// Events that were too large and came as stubs.
    pub stubs: usize,
    /// Events that no flow wants, or that are of another account or mode.
    pub skipped: usize,
    /// Executions whose message was lost.
    pub standing_still: usize,
    /// Of these, those whose message was sent again.
    pub resent: usize,
    /// Executions that stand parked.
    pub parked: usize,
    /// Pairs whose parked executions could not be counted.
    pub uncounted: usize,
    /// Parked executions that go on because their effect was found.
    pub healed: usize,
    /// Letters that were given a row, or whose row was parked, by flow: nobody else counts them as newly parked.
    pub adopted_of: BTreeMap<FlowName, usize>,
    /// Letters of which nobody can tell what they are about.
    pub unreadable: usize,
    /// How far the feed is behind that is furthest.
    pub behind_s: i64,
    /// Whether nobody can tell how far, because the table did not say.
    pub is_blind: bool,
    /// Whether something is left for the next run because the time was up.
    pub is_cut_short: bool,
    /// What went wrong.
    pub problems: Vec<Problem>,
}

/// What went wrong in a part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The pair, where it is one pair's.
    pub pair: Option<PairId>,
    /// The part.
    pub part: &'static str,
    /// What it was.
    pub fault: Fault,
}

impl Report {
    /// Letters that were given a row, or whose row was parked.
    #[must_use]
    pub fn adopted(&self) -> usize {
        self.adopted_of.values().sum()
    }

    /// Adds what a part came to.
    pub(crate) fn add(&mut self, part: &Self) {
        self.found += part.found;
        self.enqueued += part.enqueued;
        self.stubs += part.stubs;
        self.skipped += part.skipped;
        self.problems.extend(part.problems.iter().cloned());
    }

    pub(crate) fn behind(&mut self, seconds: i64) {
        self.behind_s = self.behind_s.max(seconds);
    }

    pub(crate) fn problem(&mut self, pair: &PairId, part: &'static str, fault: Fault) {
        self.problems.push(Problem { pair: Some(pair.clone()), part, fault });
    }

    /// What ended a part before all was done. Where it is only that its system has had as many requests as it gets for now, or that the
    /// time was up, nothing is wrong: the next run goes on there.
    pub(crate) fn ended(&mut self, pair: &PairId, part: &'static str, fault: Fault) {
        if fault.code == PACED || fault.code == OUT_OF_TIME {
            self.is_cut_short = true;
        } else {
            self.problem(pair, part, fault);
        }
    }

    pub(crate) fn fault(&mut self, part: &'static str, fault: Fault) {
        self.problems.push(Problem { pair: None, part, fault });
    }
}

/// A line for the run and one for each problem, and the metrics. Zeros are said too: silence must mean that it does not run.
pub(crate) fn tell(stage: &str, report: &Report, took: SignedDuration) {
    for Problem { pair, part, fault } in &report.problems {
        tracing::warn!(
            pair = pair.as_ref().map(PairId::as_str),
            sweep.part = part,
            fault.class = fault.class.as_str(),
            fault.message = fault.for_log(),
            "The sweep's {part}: {}",
            fault.for_log()
        );
    }
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or_default();
    tracing::info!(
        sweep.found = report.found,
        sweep.enqueued = report.enqueued,
        sweep.stubs = report.stubs,
        sweep.skipped = report.skipped,
        sweep.standing_still = report.standing_still,
        sweep.resent = report.resent,
        sweep.parked = report.parked,
        sweep.healed = report.healed,
        sweep.adopted = report.adopted(),
        sweep.unreadable = report.unreadable,
        sweep.behind_s = report.behind_s,
        sweep.cut_short = report.is_cut_short,
        duration_ms,
        "Swept: {} found, {} enqueued, {} sent again, {} healed, {} problems",
        report.found,
        report.enqueued,
        report.resent,
        report.healed,
        report.problems.len()
    );
    let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let counts = [
        (Metric::SweepEnqueued, count(report.enqueued)),
        (Metric::StandingStill, count(report.standing_still)),
    ];
    emf::emit(stage, &counts);
    for (flow, adopted) in &report.adopted_of {
        emf::emit(stage, &[(Metric::Parked { flow: flow.as_str() }, count(*adopted))]);
    }
    // A part is no whole: the last count stands until there is another.
    if report.uncounted == 0 {
        emf::emit(stage, &[(Metric::StandingParked, count(report.parked))]);
    }
    // Where nobody can tell, nothing is said: the alarm takes silence for the worst.
    if !report.is_blind {
        emf::emit(stage, &[(Metric::SweepBehindSeconds, report.behind_s)]);
    }
}
