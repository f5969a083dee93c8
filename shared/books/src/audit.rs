//! What must add up: each check compares two figures and names the movements that make the difference.

use std::collections::{BTreeMap, BTreeSet};

use canonical::{BalanceTransaction, BalanceTransactionId, Currency, IncrementId, JournalLine, Money};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::rules::Raised;
use crate::{Error, Role};

/// Two figures that should be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Which check.
    pub check: Check,
    /// The ledger day.
    pub day: Date,
    /// The account, by its role.
    pub account: Role,
    /// The currency of both figures.
    pub currency: Currency,
    /// What the books say.
    pub ours: Money,
    /// What they should.
    pub theirs: Money,
    /// The movements that make the difference, as far as that can be told.
    pub transactions: Vec<BalanceTransactionId>,
    /// The order, where it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<IncrementId>,
}

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A journal balances, read back.
    Journal,
    /// Clearing is Stripe's balance.
    Clearing,
    /// In transit are the payouts that have not arrived.
    InTransit,
    /// What Stripe lists for a day is posted, each once.
    Posted,
    /// An order that is paid and invoiced owes nothing.
    Receivable,
    /// What disputes hold are the open ones.
    Disputes,
    /// In suspense is what is open for a person.
    Suspense,
}

/// Check 1: lines as the ERP has them. Σ base is nothing, and Σ amount where they share a currency.
///
/// # Errors
/// Sums out of range; bases in two currencies.
pub fn journal(day: Date, account: &Role, lines: &[JournalLine]) -> Result<Option<Difference>, Error> {
    let Some(first) = lines.first() else {
        return Ok(None);
    };
    let base = Money::sum(first.base.currency(), lines.iter().map(|line| line.base))?;
    let currency = first.amount.currency();
    let is_single = lines.iter().all(|line| line.amount.currency() == currency);
    let own = lines.iter().filter(|_| is_single).map(|line| line.amount);
    let own = Money::sum(currency, own)?;
    let off = if base.is_zero() { own } else { base };
    let ids: BTreeSet<_> = lines.iter().filter_map(|line| line.transaction.clone()).collect();
    let zero = Money::zero(off.currency());
    Ok(differs(Check::Journal, day, account.clone(), off, zero, ids.into_iter().collect()))
}

/// Check 2: clearing at a day's end is Stripe's balance then: what it is now (pending and available) less what came later.
/// `made_by` are the movements that check 4 has found.
///
/// # Errors
/// A movement in another currency; sums out of range.
pub fn clearing<'a>(
    day: Date,
    ours: Money,
    stripe_now: Money,
    later: impl IntoIterator<Item = &'a BalanceTransaction>,
    made_by: &[Difference],
) -> Result<Option<Difference>, Error> {
    let currency = ours.currency();
    let later = later.into_iter().filter(|row| row.is_of_payments() && row.currency() == currency);
    let since = Money::sum(currency, later.map(|row| row.net))?;
    let theirs = stripe_now.checked_sub(since)?;
    let known = made_by.iter().filter(|difference| difference.currency == currency);
    let ids = known.flat_map(|difference| difference.transactions.clone()).collect();
    Ok(differs(Check::Clearing, day, Role::StripeClearing(currency), ours, theirs, ids))
}

/// Check 3: in transit are the payouts that have not arrived.
///
/// # Errors
/// A payout in another currency; sums out of range.
pub fn in_transit(
    day: Date,
    ours: Money,
    not_arrived: &[(BalanceTransactionId, Money)],
) -> Result<Option<Difference>, Error> {
    open(Check::InTransit, day, Role::CashInTransit(ours.currency()), ours, not_arrived)
}

/// Check 4: each movement that Stripe lists for a day is posted once, with its net. `posted` is what clearing got for each movement,
/// a row for each posting: a movement may be among them twice. One difference for each movement.
///
/// # Errors
/// Sums out of range; a movement posted in another currency.
pub fn posted<'a>(
    day: Date,
    listed: impl IntoIterator<Item = &'a BalanceTransaction>,
    posted: impl IntoIterator<Item = (&'a BalanceTransactionId, Money)>,
) -> Result<Vec<Difference>, Error> {
    let mut both: BTreeMap<&BalanceTransactionId, (Option<Money>, Option<Money>)> = BTreeMap::new();
    for row in listed.into_iter().filter(|row| row.is_of_payments()) {
        both.entry(&row.id).or_default().0 = Some(row.net);
    }
    for (id, amount) in posted {
        let ours = &mut both.entry(id).or_default().1;
        *ours = Some(match *ours {
            Some(before) => before.checked_add(amount)?,
            None => amount,
        });
    }
    let found = both.into_iter().filter_map(|(id, figures)| {
        let currency = figures.0.or(figures.1)?.currency();
        let (theirs, ours) =
            (figures.0.unwrap_or(Money::zero(currency)), figures.1.unwrap_or(Money::zero(currency)));
        differs(Check::Posted, day, Role::StripeClearing(currency), ours, theirs, vec![id.clone()])
    });
    Ok(found.collect())
}

/// Check 5: what an order that is paid and invoiced still owes is what its named open items say.
///
/// # Errors
/// An open item in another currency; sums out of range.
pub fn receivable(
    day: Date,
    order: &IncrementId,
    ours: Money,
    open_items: &[(BalanceTransactionId, Money)],
) -> Result<Option<Difference>, Error> {
    let found = open(Check::Receivable, day, Role::Receivable, ours, open_items)?;
    Ok(found.map(|difference| Difference { order: Some(order.clone()), ..difference }))
}

/// Check 6, disputes: what is withdrawn is what the open disputes hold.
///
/// # Errors
/// A dispute in another currency; sums out of range.
pub fn disputes(
    day: Date,
    ours: Money,
    open_disputes: &[(BalanceTransactionId, Money)],
) -> Result<Option<Difference>, Error> {
    open(Check::Disputes, day, Role::DisputesReceivable(ours.currency()), ours, open_disputes)
}

/// Check 6, suspense: what stands there is what is open for a person. A movement that came in is a credit there.
///
/// # Errors
/// Sums out of range.
pub fn suspense(day: Date, ours: Money, raised: &[Raised]) -> Result<Option<Difference>, Error> {
    let currency = ours.currency();
    let in_suspense =
        raised.iter().filter(|raised| raised.reason.is_suspense() && raised.amount.currency() == currency);
    let items = in_suspense.map(|raised| Ok((raised.transaction.clone(), raised.amount.negated()?)));
    let items = items.collect::<Result<Vec<_>, Error>>()?;
    open(Check::Suspense, day, Role::Suspense(currency), ours, &items)
}

/// A balance that is made of items that are known. Where one item alone explains the difference it is named, else all are.
fn open(
    check: Check,
    day: Date,
    account: Role,
    ours: Money,
    items: &[(BalanceTransactionId, Money)],
) -> Result<Option<Difference>, Error> {
    let theirs = Money::sum(ours.currency(), items.iter().map(|(_, amount)| *amount))?;
    let off = ours.checked_sub(theirs)?.minor().unsigned_abs();
    let alone = items.iter().filter(|(_, amount)| amount.minor().unsigned_abs() == off);
    let mut ids: Vec<_> = alone.map(|(id, _)| id.clone()).collect();
    if ids.is_empty() {
        ids = items.iter().map(|(id, _)| id.clone()).collect();
    }
    Ok(differs(check, day, account, ours, theirs, ids))
}

fn differs(
    check: Check,
    day: Date,
    account: Role,
    ours: Money,
    theirs: Money,
    transactions: Vec<BalanceTransactionId>,
) -> Option<Difference> {
    let currency = theirs.currency();
    (ours != theirs).then_some(Difference {
        check,
        day,
        account,
        currency,
        ours,
        theirs,
        transactions,
        order: None,
    })
}
