//! The journals of a ledger day: one for each currency, or one for each movement.
//!
//! A day is that of a movement's `created` in the company's time zone, whichever payout it leaves with: so month ends split by
//! themselves. The same movements make the same bytes, in whichever order they come.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};

use canonical::{
    AccountCode, BalanceTransactionId, Currency, IncrementId, Journal, JournalHead, JournalLine, Money,
    NaturalKey, PayoutId, SourceId,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::draft::Lines;
use crate::keys::Batch;
use crate::rules::{self, Raised};
use crate::{Entry, Error, Ledger, keys};

/// How movements become journals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// One journal for a day and currency: its lines are summed by account, tax code and customer, debits and credits apart.
    #[default]
    Day,
    /// One for each movement.
    PerTransaction,
}

/// What a day comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// The journals, by day and currency.
    pub journals: Vec<Journal>,
    /// What a person has to see, by movement: the first [`RAISED_MAX`].
    pub raised: Vec<Raised>,
    /// How many there are.
    pub raised_count: u64,
}

/// Things for a person that are kept with what they are about: what is stored between two pages does not grow with them.
pub const RAISED_MAX: usize = 200;

/// The journals of one day. `part` is 1 for the day's own, 2 and up for what turned up later. A movement that is listed twice, as
/// pages may overlap, is posted once.
///
/// # Errors
/// A movement of another day; one id with two contents; an account or a rate that is missing.
pub fn journals(
    ledger: &Ledger,
    day: Date,
    part: u32,
    grouping: Grouping,
    entries: &[Entry],
) -> Result<Posted, Error> {
    let mut book = DayBook::new(grouping);
    let mut seen: HashMap<&BalanceTransactionId, &Entry> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let transaction = &entry.transaction;
        let date = ledger.date(transaction.created);
        if date != day {
            return Err(Error::WrongDay { transaction: transaction.id.clone(), date, day });
        }
        match seen.insert(&transaction.id, entry) {
            None => book.add(ledger, entry)?,
            Some(before) if before == entry => {}
            Some(_) => return Err(Error::ListedTwice { transaction: transaction.id.clone() }),
        }
    }
    book.finish(ledger, &Batch::Day { part })
}

/// Journals in the making, over any number of days: movements are added page by page, each once. By day, what it keeps does not grow
/// with their number but with that of accounts and customers; it can be stored between two pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct DayBook {
    grouping: Grouping,
    days: BTreeMap<(Date, Currency), Day>,
    singles: BTreeMap<(Date, Currency, Timestamp, BalanceTransactionId), Journal>,
    raised: BTreeMap<BalanceTransactionId, Raised>,
    raised_count: u64,
}

/// A day's sums in a currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Day {
    transactions: u64,
    sums: BTreeMap<SumKey, Sum>,
}

/// What is summed into one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct SumKey {
    /// Debits first. They are not netted: an accountant sees what came and what went, and where rates differ a net could have a
    /// base on its other side.
    is_credit: bool,
    account: AccountCode,
    currency: Currency,
    tax_code: Option<String>,
    party: Option<NaturalKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    amount: Money,
    base: Money,
    /// Kept while all that was summed agrees.
    transaction: Option<BalanceTransactionId>,
    source: Option<SourceId>,
    order: Option<IncrementId>,
    payout: Option<PayoutId>,
}

impl DayBook {
    /// Nothing posted yet.
    #[must_use]
    pub fn new(grouping: Grouping) -> Self {
        Self { grouping, ..Self::default() }
    }

    /// Posts a movement.
    ///
    /// # Errors
    /// An account or a rate that is missing. Nothing is added then.
    pub fn add(&mut self, ledger: &Ledger, entry: &Entry) -> Result<(), Error> {
        let (lines, raised) = rules::lines(ledger, entry)?;
        let transaction = &entry.transaction;
        if let Some(raised) = raised {
            self.raised_count += 1;
            if self.raised.len() < RAISED_MAX {
                self.raised.insert(raised.transaction.clone(), raised);
            }
        }
        if lines.lines.is_empty() {
            return Ok(());
        }
        let (date, currency) = (ledger.date(transaction.created), transaction.currency());
        match self.grouping {
            Grouping::Day => self.days.entry((date, currency)).or_default().add(lines)?,
            Grouping::PerTransaction => {
                let journal = single(ledger, entry, date, lines.into_journal_lines())?;
                let at = (date, currency, transaction.created, transaction.id.clone());
                self.singles.insert(at, journal);
            }
        }
        Ok(())
    }

    /// The journals of all days, in order.
    ///
    /// # Errors
    /// A sum that is no journal.
    pub fn finish(self, ledger: &Ledger, batch: &Batch) -> Result<Posted, Error> {
        let mut journals: Vec<Journal> = self.singles.into_values().collect();
        for ((date, currency), day) in self.days {
            let head = JournalHead {
                key: keys::day(&ledger.account, date, currency, batch)?,
                date,
                memo: format!("Stripe balance in {currency}, {date}: {} transactions", day.transactions),
                reverses: None,
                true_date: None,
            };
            journals.push(Journal::new(head, day.sums.into_iter().map(line).collect())?);
        }
        Ok(Posted { journals, raised: self.raised.into_values().collect(), raised_count: self.raised_count })
    }
}

impl Day {
    fn add(&mut self, Lines { origin, lines }: Lines<'_>) -> Result<(), Error> {
        for line in lines {
            let key = SumKey {
                is_credit: line.amount.is_negative(),
                account: line.account,
                currency: line.amount.currency(),
                tax_code: line.tax_code,
                party: origin.party.filter(|_| line.has_party).cloned(),
            };
            match self.sums.entry(key) {
                Slot::Vacant(slot) => {
                    slot.insert(Sum {
                        amount: line.amount,
                        base: line.base,
                        transaction: origin.transaction.cloned(),
                        source: origin.source.cloned(),
                        order: origin.order.cloned(),
                        payout: origin.payout.cloned(),
                    });
                }
                Slot::Occupied(mut slot) => {
                    let sum = slot.get_mut();
                    sum.amount = sum.amount.checked_add(line.amount)?;
                    sum.base = sum.base.checked_add(line.base)?;
                    keep_common(&mut sum.transaction, origin.transaction);
                    keep_common(&mut sum.source, origin.source);
                    keep_common(&mut sum.order, origin.order);
                    keep_common(&mut sum.payout, origin.payout);
                }
            }
        }
        self.transactions += 1;
        Ok(())
    }
}

fn keep_common<T: PartialEq>(kept: &mut Option<T>, other: Option<&T>) {
    if kept.as_ref() != other {
        *kept = None;
    }
}

fn line((key, sum): (SumKey, Sum)) -> JournalLine {
    JournalLine {
        account: key.account,
        amount: sum.amount,
        base: sum.base,
        party: key.party,
        tax_code: key.tax_code,
        transaction: sum.transaction,
        source: sum.source,
        order: sum.order,
        payout: sum.payout,
    }
}

fn single(ledger: &Ledger, entry: &Entry, date: Date, lines: Vec<JournalLine>) -> Result<Journal, Error> {
    let transaction = &entry.transaction;
    let head = JournalHead {
        key: keys::transaction(&ledger.account, &transaction.id)?,
        date,
        memo: transaction.reporting_category.to_string(),
        reverses: None,
        true_date: None,
    };
    Ok(Journal::new(head, lines)?)
}

/// How a day book is stored: JSON has no keys but text.
#[derive(Serialize, Deserialize)]
struct Stored {
    grouping: Grouping,
    days: Vec<(Date, Currency, u64, Vec<(SumKey, Sum)>)>,
    singles: Vec<(Timestamp, Currency, BalanceTransactionId, Journal)>,
    raised: Vec<Raised>,
    #[serde(default)]
    raised_count: u64,
}

impl From<DayBook> for Stored {
    fn from(book: DayBook) -> Self {
        let days = book.days.into_iter();
        let singles = book.singles.into_iter();
        Self {
            grouping: book.grouping,
            days: days
                .map(|((date, cur), day)| (date, cur, day.transactions, day.sums.into_iter().collect()))
                .collect(),
            singles: singles.map(|((_, currency, at, id), journal)| (at, currency, id, journal)).collect(),
            raised: book.raised.into_values().collect(),
            raised_count: book.raised_count,
        }
    }
}

impl From<Stored> for DayBook {
    fn from(stored: Stored) -> Self {
        let days = stored.days.into_iter();
        let singles = stored.singles.into_iter();
        Self {
            grouping: stored.grouping,
            days: days
                .map(|(date, currency, transactions, sums)| {
                    ((date, currency), Day { transactions, sums: sums.into_iter().collect() })
                })
                .collect(),
            singles: singles
                .map(|(at, currency, id, journal)| ((journal.date(), currency, at, id), journal))
                .collect(),
            raised: stored.raised.into_iter().map(|raised| (raised.transaction.clone(), raised)).collect(),
            raised_count: stored.raised_count,
        }
    }
}
