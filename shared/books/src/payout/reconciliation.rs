//! A payout, page by page: its movements have to make it to the minor unit, and each is matched.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use canonical::{
    BalanceTransaction, BalanceTransactionId, Category, Money, Payout, PayoutId, SourceKind, StripeAccount,
};
use serde::{Deserialize, Serialize};

use super::documents::Documents;
use super::matching::{self, Item};
use crate::{Entry, Error, PayoutReport};

/// How far a payout is reconciled. It can be stored after each page and taken up from there: it has sums by category and result, and
/// the numbers of documents that were taken by order and amount, not the movements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    account: StripeAccount,
    payout: Payout,
    rows: u64,
    /// Σ net of all movements but the payout's own.
    others: Money,
    /// The payout's own movement.
    own: Option<Own>,
    categories: BTreeMap<Category, CategoryTotal>,
    results: BTreeMap<String, CategoryTotal>,
    used: BTreeSet<String>,
    last: Option<BalanceTransactionId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Own {
    amount: Money,
    fee: Money,
    net: Money,
}

/// How many movements, and what they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryTotal {
    /// How many.
    pub rows: u64,
    /// Gross.
    pub amount: Money,
    /// Fees.
    pub fee: Money,
    /// Net.
    pub net: Money,
}

impl CategoryTotal {
    fn of(transaction: &BalanceTransaction) -> Self {
        Self { rows: 1, amount: transaction.amount, fee: transaction.fee, net: transaction.net }
    }
}

/// Movements that do not make their payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Which payout.
    pub payout: PayoutId,
    /// What left the balance by it: its amount and its fee.
    pub expected: Money,
    /// Σ net of its movements.
    pub others: Money,
    /// What its own movement took, where that is in the list.
    pub own: Option<Money>,
    /// `others` less `expected`.
    pub difference: Money,
    /// How many movements were listed.
    pub rows: u64,
    /// The movements, by category.
    pub categories: BTreeMap<Category, CategoryTotal>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { payout, expected, others, difference, rows, .. } = self;
        write!(f, "the {rows} rows of {payout} make {others} and not {expected}: {difference} too much")?;
        match self.own {
            Some(own) => write!(f, "; its own row took {own}"),
            None => f.write_str("; its own row is not among them"),
        }
    }
}

impl Reconciliation {
    /// Nothing looked at yet.
    ///
    /// # Errors
    /// A payout whose list is not complete, or that has none.
    pub fn new(account: StripeAccount, payout: Payout) -> Result<Self, Error> {
        use canonical::ReconciliationStatus::NotApplicable;
        if !payout.automatic || payout.reconciliation_status == Some(NotApplicable) {
            return Err(Error::NoList { payout: payout.id });
        }
        if !payout.is_list_complete() {
            return Err(Error::ListIncomplete { payout: payout.id });
        }
        Ok(Self {
            account,
            rows: 0,
            others: Money::zero(payout.currency()),
            own: None,
            categories: BTreeMap::new(),
            results: BTreeMap::new(),
            used: BTreeSet::new(),
            last: None,
            payout,
        })
    }

    /// The last movement that was looked at: where the next page begins.
    #[must_use]
    pub const fn last(&self) -> Option<&BalanceTransactionId> {
        self.last.as_ref()
    }

    /// The documents that were taken by order and amount.
    #[must_use]
    pub const fn used(&self) -> &BTreeSet<String> {
        &self.used
    }

    /// How many movements were looked at.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Looks at a page. What each movement is matched with counts only once the payout is found whole ([`Self::finish`]): keep the
    /// items beside this state until then.
    ///
    /// # Errors
    /// A movement in another currency than the payout; sums out of range. The state may have part of the page then: go back to the
    /// one before.
    pub fn page(&mut self, entries: &[Entry], documents: &Documents) -> Result<Vec<Item>, Error> {
        let items = matching::matched(&self.account, entries, documents, &mut self.used)?;
        for (entry, item) in entries.iter().zip(&items) {
            self.sum(&entry.transaction)?;
            add(&mut self.results, item.outcome.as_str(), CategoryTotal::of(&entry.transaction))?;
        }
        if let Some(entry) = entries.last() {
            self.last = Some(entry.transaction.id.clone());
        }
        Ok(items)
    }

    fn sum(&mut self, transaction: &BalanceTransaction) -> Result<(), Error> {
        self.rows += 1;
        add(&mut self.categories, &transaction.reporting_category, CategoryTotal::of(transaction))?;
        let (amount, fee, net) = (transaction.amount, transaction.fee, transaction.net);
        if self.own.is_none() && self.is_own(transaction) {
            self.own = Some(Own { amount, fee, net });
        } else if transaction.is_of_payments() {
            self.others = self.others.checked_add(net)?;
        }
        Ok(())
    }

    /// A list may have rows of other payouts too: one that failed comes back with a later one.
    fn is_own(&self, transaction: &BalanceTransaction) -> bool {
        let is_source = |id: &canonical::SourceId| {
            id.kind() == SourceKind::Payout && id.as_str() == self.payout.id.as_str()
        };
        let by_source = transaction.source.as_ref().is_some_and(is_source);
        transaction.reporting_category == Category::Payout
            && match &self.payout.balance_transaction {
                Some(own) => *own == transaction.id,
                None => by_source,
            }
    }

    /// The report, where the movements make the payout: Σ net of the others is what its own movement took, and that is its amount
    /// and its fee.
    ///
    /// # Errors
    /// They do not; then no item counts.
    pub fn finish(self) -> Result<PayoutReport, Error> {
        let own_fee = self.own.as_ref().map(|own| own.fee);
        let fee = own_fee.or(self.payout.fee).unwrap_or(Money::zero(self.payout.currency()));
        let expected = self.payout.amount.checked_add(fee)?;
        let difference = self.others.checked_sub(expected)?;
        let own = self.own.as_ref().map(|own| own.net.negated()).transpose()?;
        let says_amount = match &self.own {
            Some(own) => own.amount.negated()? == self.payout.amount,
            None => false,
        };
        let says_fee = self.payout.fee.is_none_or(|said| said == fee);
        if difference.is_zero() && own == Some(expected) && says_amount && says_fee {
            Ok(PayoutReport {
                // What it cost is said by its own row.
                payout: Payout { fee: (!fee.is_zero()).then_some(fee), ..self.payout },
                taken: expected,
                rows: self.rows,
                categories: self.categories,
                results: self.results,
                journals: Vec::new(),
            })
        } else {
            Err(Error::PayoutMismatch(Box::new(Mismatch {
                payout: self.payout.id,
                expected,
                others: self.others,
                own,
                difference,
                rows: self.rows,
                categories: self.categories,
            })))
        }
    }
}

fn add<K: Ord + Borrow<Q>, Q: Ord + ToOwned<Owned = K> + ?Sized>(
    totals: &mut BTreeMap<K, CategoryTotal>,
    key: &Q,
    more: CategoryTotal,
) -> Result<(), Error> {
    let total = match totals.get(key) {
        Some(before) => CategoryTotal {
            rows: before.rows + more.rows,
            amount: before.amount.checked_add(more.amount)?,
            fee: before.fee.checked_add(more.fee)?,
            net: before.net.checked_add(more.net)?,
        },
        None => more,
    };
    match totals.get_mut(key) {
        Some(kept) => *kept = total,
        None => {
            totals.insert(key.to_owned(), total);
        }
    }
    Ok(())
}

impl PayoutReport {
    /// What came of matching a movement again.
    ///
    /// # Errors
    /// Sums out of range.
    pub fn rematched(&mut self, before: &Item, now: &Item) -> Result<(), Error> {
        let Item { amount, fee, net, .. } = *now;
        if let Some(total) = self.results.get_mut(before.outcome.as_str()) {
            total.rows = total.rows.saturating_sub(1);
            total.amount = total.amount.checked_sub(amount)?;
            total.fee = total.fee.checked_sub(fee)?;
            total.net = total.net.checked_sub(net)?;
        }
        self.results.retain(|_, total| total.rows > 0);
        add(&mut self.results, now.outcome.as_str(), CategoryTotal { rows: 1, amount, fee, net })
    }
}

/// The movements any of which alone would explain a difference, by its net, gross or fee: listed too much, missing a twin, or with the
/// wrong sign.
pub fn explain<'a>(
    difference: Money,
    rows: impl IntoIterator<Item = &'a BalanceTransaction>,
) -> Vec<BalanceTransactionId> {
    let wanted = i128::from(difference.minor());
    let explains = |net: i64| {
        let net = i128::from(net);
        net == wanted || net == -wanted || 2 * net == wanted
    };
    let same = |row: &&BalanceTransaction| {
        let figures = [row.net, row.amount, row.fee];
        row.currency() == difference.currency() && figures.iter().any(|figure| explains(figure.minor()))
    };
    rows.into_iter().filter(same).map(|row| row.id.clone()).collect()
}
