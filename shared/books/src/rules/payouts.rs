//! Payouts: between the balance and the bank the money is in transit.

use canonical::{Journal, JournalHead, Money, Payout};
use jiff::civil::Date;

use super::balance;
use crate::draft::{Draft, Origin, share};
use crate::{Entry, Error, Held, Ledger, Role, keys};

/// The arrival of a payout, on its arrival date: the bank has what was in transit. Of a negative payout the signs are turned: the
/// bank was debited. `held` is what its movement has put in transit; without it both sides have the rate of the day.
///
/// # Errors
/// An account or a rate that is missing.
pub fn arrival(ledger: &Ledger, payout: &Payout, held: Option<Held>) -> Result<Journal, Error> {
    let source = payout.id.as_str().parse()?;
    let origin = Origin { payout: Some(&payout.id), source: Some(&source), ..Origin::default() };
    let mut draft = Draft::new(ledger, payout.arrival_date, origin);
    draft.line(&Role::Bank(payout.currency()), payout.amount)?;
    leave_transit(&mut draft, payout.amount, held)?;
    let head = JournalHead {
        key: keys::payout_paid(&ledger.account, &payout.id)?,
        date: payout.arrival_date,
        memo: format!("payout {} arrived", payout.id),
        reverses: None,
        true_date: None,
    };
    Ok(Journal::new(head, draft.settled()?.into_journal_lines())?)
}

/// The arrival taken back: a payout that failed after it was paid. What came back to the balance is a movement with its own rule.
///
/// # Errors
/// A key too long.
pub fn arrival_reversed(arrival: &Journal, on: Date) -> Result<Journal, Error> {
    Ok(arrival.reversed(keys::correction(arrival.key(), 1)?, on)?)
}

/// A payout that failed or was cancelled: out of transit, into the balance.
pub(super) fn back(draft: &mut Draft<'_>, entry: &Entry) -> Result<(), Error> {
    let transaction = &entry.transaction;
    if entry.context.held.is_none() {
        return balance::against(draft, transaction, &Role::CashInTransit(transaction.currency()));
    }
    draft.line(&Role::StripeClearing(transaction.currency()), transaction.amount)?;
    leave_transit(draft, transaction.amount, entry.context.held)
}

/// `amount` leaves transit, with the base that it has there.
fn leave_transit(draft: &mut Draft<'_>, amount: Money, held: Option<Held>) -> Result<(), Error> {
    let transit = Role::CashInTransit(amount.currency());
    let leaving = amount.negated()?;
    let base = match held {
        Some(held) => share(held.base, leaving, held.amount)?,
        None => draft.base(leaving)?,
    };
    draft.line_at(&transit, leaving, base)
}
