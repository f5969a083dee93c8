//! How far a payout is reconciled: its row. Kept after each page, so that another process goes on where one stopped.
//!
//! Rows: `R#<pair>#<payout>`, all of a pair under the second index.

use books::payout::Item as Matched;
use books::report::JournalReference;
use books::{DayBook, Grouping, PayoutReport, Reconciliation};
use canonical::{PairId, Payout, PayoutId, StripeAccount};
use flow::{Attributes, Condition, Index, Item, Key, StoreError, Write};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::journal::malformed;
use crate::{Client, Error};

/// Exceptions that are kept with their amounts; of more, their number.
const EXCEPTIONS_MAX: usize = 200;
const VERSION: &str = "version";
const STATE: &str = "state";

/// The row.
pub(super) struct Row {
    key: Key,
    /// 0: there is none yet.
    version: u64,
    pub(super) state: State,
}

/// What it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
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

/// What a row holds.
pub(super) fn state(row: &Item) -> Result<State, StoreError> {
    let state = row.attributes.get(STATE).cloned().unwrap_or_default();
    serde_json::from_value(state).map_err(|error| malformed(&row.key, &error))
}

impl Row {
    /// The row of a payout, or that of one that nobody has looked at.
    pub(super) async fn read(client: &Client, payout: &PayoutId) -> Result<Self, Error> {
        let key = row_key(client.pair()?, payout);
        let new = State { part: 1, progress: None, report: None, exceptions: Vec::new(), exception_count: 0 };
        let Some(row) = client.ports.store.get(&key).await? else {
            return Ok(Self { key, version: 0, state: new });
        };
        let state = state(&row)?;
        let version = row.attributes.get(VERSION).and_then(Value::as_u64).unwrap_or_default();
        Ok(Self { key, version, state })
    }

    /// Keeps it, where nobody else has gone on meanwhile.
    pub(super) async fn save(&mut self, client: &Client, payout: &Payout) -> Result<(), Error> {
        let (index_pk, index_sk) = Index::ByEntity.attributes();
        let state = serde_json::to_value(&self.state).map_err(|error| malformed(&self.key, &error))?;
        let attributes = Attributes::from([
            (STATE.to_owned(), state),
            (VERSION.to_owned(), Value::from(self.version + 1)),
            (index_pk.to_owned(), Value::from(index_partition(client.pair()?))),
            (index_sk.to_owned(), Value::from(format!("{}#{}", payout.arrival_date, payout.id))),
        ]);
        let item = Item { key: self.key.clone(), attributes };
        let when = match self.version {
            0 => Condition::Absent,
            version => Condition::Equals(VERSION, Value::from(version)),
        };
        match client.ports.store.write(vec![Write::Put { item, when: vec![when] }]).await {
            Ok(()) => {
                self.version += 1;
                Ok(())
            }
            Err(StoreError::Refused { .. }) => Err(Error::Overtaken { payout: payout.id.clone() }),
            Err(error) => Err(error.into()),
        }
    }

    /// It is whole: report and exceptions stay, how it was come by goes.
    pub(super) fn close(&mut self, progress: Progress, report: PayoutReport) {
        self.state.progress = None;
        self.state.exceptions = progress.exceptions;
        self.state.exception_count = progress.exception_count;
        self.state.report = Some(report);
    }
}
