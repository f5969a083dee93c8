//! Lines in the making: each knows what it comes from, and what does not balance is a difference of rates.

use canonical::{BalanceTransactionId, IncrementId, JournalLine, Money, NaturalKey, PayoutId, SourceId};
use jiff::civil::Date;

use crate::{Entry, Error, Ledger, Role};

/// What a line comes from.
#[derive(Clone, Copy, Default)]
pub(crate) struct Origin<'a> {
    pub(crate) transaction: Option<&'a BalanceTransactionId>,
    pub(crate) source: Option<&'a SourceId>,
    pub(crate) order: Option<&'a IncrementId>,
    pub(crate) payout: Option<&'a PayoutId>,
    pub(crate) party: Option<&'a NaturalKey>,
}

impl<'a> From<&'a Entry> for Origin<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            transaction: Some(&entry.transaction.id),
            source: entry.transaction.source.as_ref(),
            order: entry.context.order.as_ref(),
            payout: entry.context.payout.as_ref(),
            party: entry.context.party.as_ref(),
        }
    }
}

/// Lines of one event.
pub(crate) struct Draft<'a> {
    ledger: &'a Ledger,
    date: Date,
    origin: Origin<'a>,
    lines: Vec<JournalLine>,
}

impl<'a> Draft<'a> {
    /// No lines yet.
    pub(crate) const fn new(ledger: &'a Ledger, date: Date, origin: Origin<'a>) -> Self {
        Self { ledger, date, origin, lines: Vec::new() }
    }

    /// `amount` in the company's currency on this draft's day.
    pub(crate) fn base(&self, amount: Money) -> Result<Money, Error> {
        self.ledger.base(amount, self.date)
    }

    /// A line at the day's rate.
    pub(crate) fn line(&mut self, role: &Role, amount: Money) -> Result<(), Error> {
        let base = self.base(amount)?;
        self.line_at(role, amount, base)
    }

    /// A line whose base is known already. Nothing is no line.
    pub(crate) fn line_at(&mut self, role: &Role, amount: Money, base: Money) -> Result<(), Error> {
        if amount.is_zero() && base.is_zero() {
            return Ok(());
        }
        let mut line = JournalLine::new(self.ledger.code(role)?, amount, base);
        line.transaction = self.origin.transaction.cloned();
        line.source = self.origin.source.cloned();
        line.order = self.origin.order.cloned();
        line.payout = self.origin.payout.cloned();
        if *role == Role::Receivable {
            line.party = self.origin.party.cloned();
        }
        if let Role::TaxPayable(code) = role {
            line.tax_code = Some(code.clone());
        }
        self.lines.push(line);
        Ok(())
    }

    /// `amount` on one account, against another, both at the day's rate.
    pub(crate) fn pair(&mut self, debit: &Role, credit: &Role, amount: Money) -> Result<(), Error> {
        let base = self.base(amount)?;
        self.line_at(debit, amount, base)?;
        self.line_at(credit, amount.negated()?, base.negated()?)
    }

    /// `parts` of a whole whose base is known: each gets its share of the base, and the shares add up.
    pub(crate) fn parts(&mut self, parts: &[(Role, Money)], whole: Money, base: Money) -> Result<(), Error> {
        let mut so_far = Money::zero(whole.currency());
        let mut base_so_far = Money::zero(base.currency());
        for (role, part) in parts {
            so_far = so_far.checked_add(*part)?;
            // Shares are differences of rounded sums: they lose nothing, and have the sign of their part.
            let share = share(base, so_far, whole)?;
            self.line_at(role, *part, share.checked_sub(base_so_far)?)?;
            base_so_far = share;
        }
        Ok(())
    }

    /// The lines, with what is left of the base on fx_gain_loss.
    pub(crate) fn settled(mut self) -> Result<Vec<JournalLine>, Error> {
        let company = self.ledger.rates.company();
        let left = Money::sum(company, self.lines.iter().map(|line| line.base))?.negated()?;
        self.line_at(&Role::FxGainLoss, left, left)?;
        Ok(self.lines)
    }
}

/// `base × part / whole`, rounded; exact where the two currencies are one.
pub(crate) fn share(base: Money, part: Money, whole: Money) -> Result<Money, Error> {
    if whole == base {
        return Ok(part);
    }
    if whole.is_zero() {
        return Ok(Money::zero(base.currency()));
    }
    let out_of_range =
        || canonical::Error::OutOfRange { amount: part.to_decimal().to_string(), currency: part.currency() };
    let product = base.to_decimal().checked_mul(part.to_decimal());
    let quotient = product.and_then(|product| product.checked_div(whole.to_decimal()));
    Ok(Money::rounded(quotient.ok_or_else(out_of_range)?, base.currency())?)
}
