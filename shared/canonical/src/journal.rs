//! A journal entry. One that does not balance cannot be had.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountCode, BalanceTransactionId, Currency, Error, IncrementId, Money, NaturalKey, PayoutId, SourceId,
};

/// Lines that add up to nothing: in the company's currency always, in their own where they share one.
///
/// ```
/// use canonical::{Journal, JournalHead, JournalLine, Money};
/// let head = JournalHead {
///     key: "tb:acct_1:bt:txn_1".parse()?,
///     date: "2026-03-01".parse().unwrap(),
///     memo: "charge".into(),
///     reverses: None,
///     true_date: None,
/// };
/// let one = JournalLine::new("1200".parse()?, Money::new(5, "USD".parse()?), Money::new(5, "USD".parse()?));
/// assert!(Journal::new(head.clone(), vec![one.clone()]).is_err());
/// let journal = Journal::new(head, vec![one.clone(), one.negated()?])?;
/// assert_eq!(journal.lines().len(), 2);
/// # Ok::<(), canonical::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Journal {
    head: JournalHead,
    lines: Vec<JournalLine>,
}

/// What a journal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalHead {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// The day it is booked on.
    pub date: Date,
    /// What people read.
    pub memo: String,
    /// The journal that this one takes back.
    pub reverses: Option<NaturalKey>,
    /// The day it belongs to, where that day's period is closed.
    pub true_date: Option<Date>,
}

/// A line: a debit is positive, a credit negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalLine {
    /// Where to.
    pub account: AccountCode,
    /// How much, in the currency of what moved.
    pub amount: Money,
    /// The same in the company's currency.
    pub base: Money,
    /// The customer's key in the ERP, on accounts that are kept by customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<NaturalKey>,
    /// The ERP's tax code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<String>,
    /// The movement of the balance that it books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<BalanceTransactionId>,
    /// The provider's id of what moved the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// The shop's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<IncrementId>,
    /// The payout that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutId>,
}

/// What is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// It has no lines, or one.
    #[error("it has {lines} lines")]
    TooFewLines {
        /// How many.
        lines: usize,
    },
    /// The lines do not make nothing.
    #[error("its lines add up to {sum} and not to nothing")]
    Unbalanced {
        /// What they make.
        sum: Money,
    },
    /// A line's base is not that of its amount.
    #[error("on {account}, {amount} cannot be {base}")]
    BaseDiffers {
        /// The line's account.
        account: AccountCode,
        /// Its amount.
        amount: Money,
        /// Its base.
        base: Money,
    },
    /// Lines of two companies.
    #[error("its lines are in the books of two currencies, {first} and {second}")]
    TwoBases {
        /// The first line's.
        first: Currency,
        /// Another line's.
        second: Currency,
    },
}

impl Journal {
    /// A journal that balances.
    ///
    /// # Errors
    /// Fewer than two lines; lines that do not balance; a base that cannot be its amount's: another number in the same currency,
    /// another sign, or something for nothing.
    pub fn new(head: JournalHead, lines: Vec<JournalLine>) -> Result<Self, Error> {
        match fault(&lines)? {
            None => Ok(Self { head, lines }),
            Some(fault) => Err(Error::UnsoundJournal { key: head.key, fault }),
        }
    }

    /// What makes it one and the same.
    #[must_use]
    pub const fn key(&self) -> &NaturalKey {
        &self.head.key
    }

    /// The day it is booked on.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.head.date
    }

    /// What it is.
    #[must_use]
    pub const fn head(&self) -> &JournalHead {
        &self.head
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }

    /// The same lines under another head: what balanced does so still.
    #[must_use]
    pub fn with_head(self, head: JournalHead) -> Self {
        Self { head, ..self }
    }

    /// The journal that takes this one back.
    ///
    /// # Errors
    /// An amount out of range.
    pub fn reversed(&self, key: NaturalKey, date: Date) -> Result<Self, Error> {
        let lines = self.lines.iter().map(JournalLine::negated).collect::<Result<_, _>>()?;
        let head = JournalHead {
            key,
            date,
            memo: format!("reversal: {}", self.head.memo),
            reverses: Some(self.head.key.clone()),
            true_date: None,
        };
        Self::new(head, lines)
    }
}

impl JournalLine {
    /// A line that names nothing but its account.
    #[must_use]
    pub const fn new(account: AccountCode, amount: Money, base: Money) -> Self {
        Self {
            account,
            amount,
            base,
            party: None,
            tax_code: None,
            transaction: None,
            source: None,
            order: None,
            payout: None,
        }
    }

    /// The line on the other side.
    ///
    /// # Errors
    /// An amount out of range.
    pub fn negated(&self) -> Result<Self, Error> {
        Ok(Self { amount: self.amount.negated()?, base: self.base.negated()?, ..self.clone() })
    }
}

fn fault(lines: &[JournalLine]) -> Result<Option<Unsound>, Error> {
    let [first, _, ..] = lines else {
        return Ok(Some(Unsound::TooFewLines { lines: lines.len() }));
    };
    for line in lines {
        let (first, second) = (first.base.currency(), line.base.currency());
        if first != second {
            return Ok(Some(Unsound::TwoBases { first, second }));
        }
        if !is_base_of(line.base, line.amount) {
            let (account, amount, base) = (line.account.clone(), line.amount, line.base);
            return Ok(Some(Unsound::BaseDiffers { account, amount, base }));
        }
    }
    let base = sum(lines.iter().map(|line| line.base), first.base)?;
    if !base.is_zero() {
        return Ok(Some(Unsound::Unbalanced { sum: base }));
    }
    if lines.iter().all(|line| line.amount.currency() == first.amount.currency()) {
        let own = sum(lines.iter().map(|line| line.amount), first.amount)?;
        if !own.is_zero() {
            return Ok(Some(Unsound::Unbalanced { sum: own }));
        }
    }
    Ok(None)
}

/// Something for nothing cannot be said as a price (`0.00 EUR @@ 1.00 USD`), and a debit in one currency is one in the other. What
/// is too small to be anything in the company's currency is nothing there.
fn is_base_of(base: Money, amount: Money) -> bool {
    let (own, base_sign) = (amount.minor().signum(), base.minor().signum());
    let same_side = base_sign == 0 || base_sign == own;
    same_side && (amount.currency() != base.currency() || amount == base)
}

fn sum(amounts: impl Iterator<Item = Money>, first: Money) -> Result<Money, Error> {
    Money::sum(first.currency(), amounts)
}

/// How a journal is written in JSON.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wire {
    key: NaturalKey,
    #[schemars(with = "String")]
    date: Date,
    memo: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reverses: Option<NaturalKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    true_date: Option<Date>,
    lines: Vec<JournalLine>,
}

impl TryFrom<Wire> for Journal {
    type Error = Error;

    fn try_from(wire: Wire) -> Result<Self, Error> {
        let Wire { key, date, memo, reverses, true_date, lines } = wire;
        Self::new(JournalHead { key, date, memo, reverses, true_date }, lines)
    }
}

impl From<Journal> for Wire {
    fn from(journal: Journal) -> Self {
        let Journal { head: JournalHead { key, date, memo, reverses, true_date }, lines } = journal;
        Self { key, date, memo, reverses, true_date, lines }
    }
}
