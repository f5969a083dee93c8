//! Periods that are closed: what belongs to one is booked on the first open day, or waits for a person.

use canonical::{Journal, JournalHead};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Which days are closed, and what the merchant chose for what turns up for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    /// The last closed day; none is closed where there is none.
    #[serde(default)]
    pub closed_through: Option<Date>,
    /// What then.
    pub when_closed: ClosedPeriod,
}

/// What is done with a journal of a closed period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedPeriod {
    /// A person decides.
    Park,
    /// It is booked on the first open day and says its true one.
    FirstOpenDay,
}

impl Periods {
    /// The journal on a day that is open. Its amounts stay those of its true day: the money moved then.
    ///
    /// # Errors
    /// Its day is closed and the merchant wants to be asked.
    pub fn place(&self, journal: Journal) -> Result<Journal, Error> {
        let date = journal.date();
        let Some(closed_through) = self.closed_through.filter(|closed| date <= *closed) else {
            return Ok(journal);
        };
        let closed = Error::PeriodClosed { date, closed_through };
        match (self.when_closed, closed_through.checked_add(1.day())) {
            (ClosedPeriod::FirstOpenDay, Ok(first_open)) => {
                let head = JournalHead {
                    date: first_open,
                    true_date: journal.head().true_date.or(Some(date)),
                    ..journal.head().clone()
                };
                Ok(journal.with_head(head))
            }
            (ClosedPeriod::Park, _) | (_, Err(_)) => Err(closed),
        }
    }
}
