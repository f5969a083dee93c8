//! The refunds of a charge beside the credit memos of its order: which is whose, and how much is still to be credited.
//!
//! A memo is a refund's by what it names, never by its amount: staff may have credited the same sum for another reason. What
//! failed at the payment provider has no memo to come; the memo that it has stands, and counts for what pays it anew.

use canonical::{Money, NaturalKey, Refund, RefundStatus};
use rust_decimal::Decimal;

use super::creditable::Creditable;
use super::memo::Memo;
use super::put::{Input, Outcome};
use crate::Error;

/// Both sides of one order.
pub(super) struct Ledger<'a> {
    order: &'a Creditable,
    memos: &'a [Memo],
    /// The refund in question, and what its memo carries.
    refund: &'a Refund,
    marker: &'a NaturalKey,
    /// All of the charge, this one among them.
    refunds: Vec<&'a Refund>,
}

/// Whether the money has gone back, or is on its way.
pub(super) fn stands(refund: &Refund) -> bool {
    !matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled)
}

impl<'a> Ledger<'a> {
    pub(super) fn new(
        order: &'a Creditable,
        memos: &'a [Memo],
        input: &'a Input,
        marker: &'a NaturalKey,
    ) -> Self {
        let refund = &input.refund;
        let others = input.refunds.iter().filter(|other| other.refund != refund.refund);
        let of_charge = others.filter(|other| other.charge == refund.charge);
        Self { order, memos, refund, marker, refunds: of_charge.chain([refund]).collect() }
    }

    /// The refund's own memo, and who made it.
    ///
    /// # Errors
    /// [`Error::NotConverged`] where two carry our marker, or where the refund was made for a memo that is not this order's.
    pub(super) fn own(&self) -> Result<Option<(Outcome, &'a Memo)>, Error> {
        let mut marked = self.memos.iter().filter(|memo| memo.is_marked(self.marker.as_str()));
        match (marked.next(), marked.next()) {
            (Some(first), Some(second)) => {
                let problem = format!(
                    "credit memos {} and {} are both of refund {}; a memo cannot be taken back: put the second right in the ERP, \
                     then discard",
                    first.increment_id, second.increment_id, self.refund.refund
                );
                return Err(self.order.wrong("duplicate_document", problem));
            }
            (Some(memo), None) => return Ok(Some((Outcome::AlreadyMade, memo))),
            (None, _) => {}
        }
        let by_shop = self.memos.iter().find(|memo| memo.is_of(self.refund));
        match (by_shop, self.refund.credit_memo) {
            (Some(memo), _) => Ok(Some((Outcome::MadeByShop, memo))),
            (None, None) => Ok(None),
            (None, Some(id)) => {
                let problem = format!(
                    "refund {} was made for credit memo {id}, which is not among its own; find whose it is, then discard",
                    self.refund.refund
                );
                Err(self.order.wrong("credit_memo_of_another_order", problem))
            }
        }
    }

    /// Whether a memo of ours comes to what went back.
    ///
    /// # Errors
    /// [`Error::NotConverged`], which names both.
    pub(super) fn agrees(&self, memo: &Memo) -> Result<(), Error> {
        if self.difference(self.refund, memo)?.abs() <= self.order.slack(memo.is_itemised()) {
            return Ok(());
        }
        let problem = format!(
            "credit memo {} is of {}, refund {} of {}; a memo cannot be taken back: credit the difference by hand, book both in \
             the ERP, then discard",
            memo.increment_id,
            memo.total(self.order.currency)?,
            self.refund.refund,
            self.refund.amount
        );
        Err(self.order.wrong("memo_total_differs", problem))
    }

    /// Before a memo is made: there must be room for it between what went back and what is credited.
    ///
    /// # Errors
    /// [`Error::NotYet`], which names both sums.
    pub(super) fn has_room(&self) -> Result<(), Error> {
        let gap = self.gap()?;
        if self.refund.amount.minor() <= gap.minor() {
            return Ok(());
        }
        let (refunded, credited) = self.sums()?;
        let problem = format!(
            "of its charge {refunded} went back, its credit memos come to {credited}, which leaves {gap} for refund {} of {}; if \
             one of the memos is this refund's, write the comment {} on it, then replay; if the refund pays anew what another \
             failed to, discard",
            self.refund.refund, self.refund.amount, self.marker
        );
        Err(self.order.not_yet("refund_gap", problem))
    }

    /// After a memo was made: somebody may have credited the same money meanwhile.
    ///
    /// # Errors
    /// [`Error::NotConverged`], which names both sums.
    pub(super) fn mirrors(&self) -> Result<(), Error> {
        if !self.gap()?.is_negative() {
            return Ok(());
        }
        let (refunded, credited) = self.sums()?;
        let problem = format!(
            "of its charge {refunded} went back, its credit memos come to {credited}: somebody credited the same while refund {} \
             was; put that right in the ERP, then replay",
            self.refund.refund
        );
        Err(self.order.wrong("memos_exceed_refunds", problem))
    }

    /// What the memo shall come to: the refund, and what earlier memos of other refunds fell short of theirs where not every
    /// amount can be hit.
    pub(super) fn target(&self) -> Result<Money, Error> {
        let mut target = self.refund.amount.to_decimal();
        for other in self.standing().filter(|other| other.refund != self.refund.refund) {
            if let Some(memo) = self.memos.iter().find(|memo| memo.is_of(other)) {
                let short = self.difference(other, memo)?;
                // What a person has let stand is no rounding.
                target +=
                    if short.abs() <= self.order.slack(memo.is_itemised()) { short } else { Decimal::ZERO };
            }
        }
        self.order.money(target)
    }

    /// The refund's memo where none names it, for shops whose module credits refunds by itself: only where all that went back is
    /// credited. Of equal amounts the first is the first's.
    pub(super) fn eliminated(&self) -> Result<Option<&'a Memo>, Error> {
        if !self.gap()?.is_zero() {
            return Ok(None);
        }
        let amount = self.refund.amount;
        let mut refunds: Vec<&Refund> = self.open().filter(|other| other.amount == amount).collect();
        refunds.sort_by_key(|other| (other.created, &other.refund));
        let mut memos = Vec::new();
        for memo in self.free() {
            if memo.total(self.order.currency)? == amount {
                memos.push(memo);
            }
        }
        memos.sort_by_key(|memo| memo.entity_id.0);
        let rank = refunds.iter().position(|other| other.refund == self.refund.refund);
        Ok(rank.filter(|_| refunds.len() == memos.len()).and_then(|rank| memos.get(rank).copied()))
    }

    /// What went back without a memo, less what is credited for no refund.
    fn gap(&self) -> Result<Money, Error> {
        let refunded = self.sum(self.open().map(|refund| Ok(refund.amount)))?;
        let credited = self.sum(self.free().map(|memo| memo.total(self.order.currency)))?;
        refunded.checked_sub(credited).map_err(|error| self.uncounted(&error))
    }

    /// All that went back, and all that is credited.
    fn sums(&self) -> Result<(Money, Money), Error> {
        Ok((
            self.sum(self.standing().map(|refund| Ok(refund.amount)))?,
            self.sum(self.memos.iter().map(|memo| memo.total(self.order.currency)))?,
        ))
    }

    fn standing(&self) -> impl Iterator<Item = &'a Refund> {
        self.refunds.iter().copied().filter(|refund| stands(refund))
    }

    /// Refunds that have no memo.
    fn open(&self) -> impl Iterator<Item = &'a Refund> {
        self.standing().filter(|refund| !self.memos.iter().any(|memo| memo.is_of(refund)))
    }

    /// Memos that are no refund's, or one's that failed. One that names a refund that is not listed is another charge's, or
    /// younger than the list.
    fn free(&self) -> impl Iterator<Item = &'a Memo> {
        self.memos.iter().filter(|memo| match self.refunds.iter().find(|refund| memo.is_of(refund)) {
            Some(refund) => !stands(refund),
            None => !memo.names_one(),
        })
    }

    fn difference(&self, refund: &Refund, memo: &Memo) -> Result<Decimal, Error> {
        let difference = refund.amount.checked_sub(memo.total(self.order.currency)?);
        Ok(difference.map_err(|error| self.uncounted(&error))?.to_decimal())
    }

    fn sum(&self, amounts: impl Iterator<Item = Result<Money, Error>>) -> Result<Money, Error> {
        let amounts = amounts.collect::<Result<Vec<_>, _>>()?;
        Money::sum(self.order.currency, amounts).map_err(|error| self.uncounted(&error))
    }

    fn uncounted(&self, error: &canonical::Error) -> Error {
        let problem = format!("its refunds and its credit memos cannot be counted together: {error}");
        self.order.wrong("currency_differs", problem)
    }
}
