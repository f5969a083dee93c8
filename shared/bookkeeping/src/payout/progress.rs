//! How far a payout is reconciled: its row. Kept after each page, so that another process goes on where one stopped.
//!
//! Rows: `R#<pair>#<payout>`, all of a pair under the second index.

use std::collections::BTreeSet;

use books::payout::Item as Matched;
use books::report::JournalReference;
use books::{DayBook, Grouping, PayoutReport, Reconciliation};
use canonical::{PairId, Payout, PayoutId, StripeAccount};
use flow::Key;
use serde::{Deserialize, Serialize};

use crate::row::Row;
use crate::{Client, Error};

/// Exceptions that are kept with their amounts; of more, their number.
const EXCEPTIONS_MAX: usize = 200;

/// What it holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// Which list of it: a list that did not make the payout is read anew, and what it lacked gets journals of its own.
    pub(super) part: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) progress: Option<Progress>,
    /// Once it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) report: Option<PayoutReport>,
    /// What a person should see, by movement.
    #[serde(default)]
    pub(super) exceptions: Vec<Matched>,
    /// How many there are.
    #[serde(default)]
    pub(super) exception_count: u64,
    /// Documents that were matched by order and amount: none is matched twice.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) used: BTreeSet<String>,
}

/// Pages that have been looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    pub(super) reconciliation: Reconciliation,
    pub(super) book: DayBook,
    /// Of parts before this one as well.
    #[serde(default)]
    pub(super) posted: Vec<JournalReference>,
    #[serde(default)]
    exceptions: Vec<Matched>,
    #[serde(default)]
    exception_count: u64,
}

impl Progress {
    /// Nothing looked at.
    pub(super) fn new(account: StripeAccount, payout: Payout) -> Result<Self, Error> {
        Ok(Self {
            reconciliation: Reconciliation::new(account, payout)?,
            book: DayBook::new(Grouping::Day),
            posted: Vec::new(),
            exceptions: Vec::new(),
            exception_count: 0,
        })
    }

    /// What came of matching a page.
    pub(super) fn keep(&mut self, items: Vec<Matched>) {
        for item in items.into_iter().filter(|item| item.outcome.is_exception()) {
            self.exception_count += 1;
            if self.exceptions.len() < EXCEPTIONS_MAX {
                self.exceptions.push(item);
            }
        }
    }
}

/// The row of a payout.
pub(super) fn row_key(pair: &PairId, payout: &PayoutId) -> Key {
    Key::new(format!("R#{pair}#{payout}"), "-")
}

/// All payouts of a pair, in the second index.
pub(super) fn index_partition(pair: &PairId) -> String {
    format!("{pair}#payouts")
}

/// The row of a payout, or that of one that nobody has looked at.
pub(super) async fn read(client: &Client, payout: &PayoutId) -> Result<Row<State>, Error> {
    Row::read(client, row_key(client.pair()?, payout), State { part: 1, ..State::default() }).await
}

/// Keeps it.
pub(super) async fn save(client: &Client, row: &mut Row<State>, payout: &Payout) -> Result<(), Error> {
    let place = format!("{}#{}", payout.arrival_date, payout.id);
    row.save(client, (index_partition(client.pair()?), place)).await
}

impl State {
    /// The report, unless the payout is being read anew.
    pub(super) fn proved(&self) -> Option<&PayoutReport> {
        self.report.as_ref().filter(|_| self.progress.is_none())
    }

    /// It is whole: report and exceptions stay, how it was come by goes.
    pub(super) fn close(&mut self, progress: Progress, report: PayoutReport) {
        self.progress = None;
        if progress.exception_count > 0 {
            self.used = progress.reconciliation.used().clone();
        }
        self.exceptions = progress.exceptions;
        self.exception_count = progress.exception_count;
        self.report = Some(report);
    }
}
