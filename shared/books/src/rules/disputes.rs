//! Disputes: what is withdrawn waits on disputes_receivable until it comes back or is lost.
//!
//! Source: <https://docs.stripe.com/disputes/how-disputes-work>; a lost dispute moves nothing, so it has no movement.

use canonical::{BalanceTransaction, DisputeId, IncrementId, Journal, JournalHead, Money, Rate};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::draft::{Draft, Origin, share};
use crate::{DisputeState, Entry, Error, Held, Ledger, Role, keys};

/// A dispute that was decided for the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostDispute {
    /// Which.
    pub id: DisputeId,
    /// The day of the event that closed it.
    pub closed_on: Date,
    /// What was withdrawn and has not come back.
    pub withdrawn: Held,
    /// The order, where it is known.
    pub order: Option<IncrementId>,
}

/// The movements by which a dispute holds money back at a day's end: those that withdrew it and have not been settled by one that came
/// back since. What comes back settles all, be it less: what is missing then is a loss already.
#[must_use]
pub fn outstanding<'a>(
    ledger: &Ledger,
    transactions: &'a [BalanceTransaction],
    until: Date,
) -> Vec<&'a BalanceTransaction> {
    let mut sorted: Vec<&BalanceTransaction> =
        transactions.iter().filter(|transaction| ledger.date(transaction.created) <= until).collect();
    sorted.sort_by_key(|transaction| (transaction.created, !transaction.amount.is_negative()));
    let settled = sorted.iter().rposition(|transaction| !transaction.amount.is_negative());
    sorted.split_off(settled.map_or(0, |last| last + 1))
}

/// The journal of a lost dispute: the withdrawal becomes a loss, at what it was booked with.
///
/// # Errors
/// An account that is missing.
pub fn dispute_lost(ledger: &Ledger, lost: &LostDispute) -> Result<Journal, Error> {
    let Held { amount, base, .. } = lost.withdrawn;
    let source = lost.id.as_str().parse()?;
    let origin = Origin { source: Some(&source), order: lost.order.as_ref(), ..Origin::default() };
    let mut draft = Draft::new(ledger, lost.closed_on, origin);
    draft.line_at(&Role::ChargebackLoss, amount, base)?;
    draft.line_at(&Role::DisputesReceivable(amount.currency()), amount.negated()?, base.negated()?)?;
    let head = JournalHead {
        key: keys::dispute_lost(&ledger.account, &lost.id)?,
        date: lost.closed_on,
        memo: format!("dispute {} lost", lost.id),
        reverses: None,
        true_date: None,
    };
    Ok(Journal::new(head, draft.settled()?.into_journal_lines())?)
}

/// Money that comes back from a dispute. After it was lost, the loss is smaller. Before, all that was withdrawn is settled: what did
/// not come back is lost, and what the rate made is a difference of rates.
pub(super) fn reversed(draft: &mut Draft<'_>, entry: &Entry) -> Result<(), Error> {
    let back = entry.transaction.amount;
    let clearing = Role::StripeClearing(back.currency());
    let waiting = Role::DisputesReceivable(back.currency());
    let held = entry.context.held.filter(|_| !back.is_negative());
    match (entry.context.dispute, held) {
        (Some(DisputeState::Lost), _) => draft.pair(&clearing, &Role::ChargebackLoss, back),
        (Some(DisputeState::Open | DisputeState::Won) | None, None) => draft.pair(&clearing, &waiting, back),
        (Some(DisputeState::Open | DisputeState::Won) | None, Some(held)) => {
            let then = at_rate_then(back, entry.transaction.exchange_rate, held)?;
            let lost = held.amount.checked_sub(then)?;
            draft.line(&clearing, back)?;
            draft.line_at(&waiting, held.amount.negated()?, held.base.negated()?)?;
            draft.line_at(&Role::ChargebackLoss, lost, share(held.base, lost, held.amount)?)?;
            // Stripe's own rate moved the settlement currency: a line there, so that each currency balances by itself.
            draft.line(&Role::FxGainLoss, then.checked_sub(back)?)
        }
    }
}

/// What came back, had the rate stayed as it was when the money was withdrawn.
fn at_rate_then(back: Money, now: Option<Rate>, held: Held) -> Result<Money, Error> {
    let (Some(then), Some(now)) = (held.exchange_rate, now) else {
        return Ok(back);
    };
    let factor = then.get().checked_div(now.get()).unwrap_or(Decimal::ONE);
    let rebased = back.converted(Rate::new(factor), back.currency())?;
    // Stripe's rates have six digits: a unit is no loss.
    let is_whole = rebased.checked_sub(held.amount)?.minor().unsigned_abs() <= 1;
    Ok(if is_whole { held.amount } else { rebased })
}
