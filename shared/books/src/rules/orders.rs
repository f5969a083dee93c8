//! Movements of an order: what a customer paid, got back, or did not get back. The other side is what the customer owes.

use canonical::Money;

use super::{Raised, Reason, raise};
use crate::draft::Draft;
use crate::{Entry, Error, Receivable, Role};

/// Which way such money goes; it tells the customer's side where the balance moved by nothing that can be said in its currency.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    /// From the customer.
    In,
    /// To the customer.
    Out,
}

/// Clearing by the amount at the day's rate, the receivable by the customer's amount at the rate of the ERP's document.
///
/// The part of an authorisation that was not captured goes the same way: it makes the receivable smaller again, and no credit memo
/// belongs to it.
pub(super) fn moved(
    draft: &mut Draft<'_>,
    entry: &Entry,
    direction: Direction,
) -> Result<Option<Raised>, Error> {
    let amount = entry.transaction.amount;
    let suspense = Role::Suspense(amount.currency());
    let Some(receivable) = entry.context.owed() else {
        draft.pair(&Role::StripeClearing(amount.currency()), &suspense, amount)?;
        return Ok(Some(raise(entry, Reason::NoOrder)));
    };
    draft.line(&Role::StripeClearing(amount.currency()), amount)?;
    let Receivable { amount: owed, base } = credited(receivable, amount, direction)?;
    draft.line_at(&Role::Receivable, owed, base)?;
    if owed.currency() != amount.currency() {
        return Ok(None);
    }
    // In one currency both sides are one amount. What is not is no difference of rates, and is not hidden among them.
    let left = amount.checked_add(owed)?;
    draft.line(&suspense, left.negated()?)?;
    let raised = Raised { amount: left, ..raise(entry, Reason::AmountDiffers) };
    Ok((!left.is_zero()).then_some(raised))
}

/// The customer's side, with its sign: a credit where money came in.
fn credited(receivable: Receivable, moved: Money, direction: Direction) -> Result<Receivable, Error> {
    let is_credit = match direction {
        _ if !moved.is_zero() => !moved.is_negative(),
        Direction::In => true,
        Direction::Out => false,
    };
    if is_credit {
        Ok(Receivable { amount: receivable.amount.negated()?, base: receivable.base.negated()? })
    } else {
        Ok(receivable)
    }
}
