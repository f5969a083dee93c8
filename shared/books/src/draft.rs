//! Lines in the making: each knows what it comes from, and what does not balance is a difference of rates.

use canonical::{
    AccountCode, BalanceTransactionId, IncrementId, JournalLine, Money, NaturalKey, PayoutId, SourceId,
};
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

/// A line that borrows what it comes from: where lines are summed, most of that is never needed.
pub(crate) struct Line {
    pub(crate) account: AccountCode,
    pub(crate) amount: Money,
    pub(crate) base: Money,
    pub(crate) tax_code: Option<String>,
    /// Whether its account is kept by customer.
    pub(crate) has_party: bool,
}

/// Lines of one event, and what they all come from.
pub(crate) struct Lines<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) lines: Vec<Line>,
}

impl Lines<'_> {
    /// The lines, each with what it comes from.
    pub(crate) fn into_journal_lines(self) -> Vec<JournalLine> {
        let origin = self.origin;
        let line = |line: Line| JournalLine {
            account: line.account,
            amount: line.amount,
            base: line.base,
            party: origin.party.filter(|_| line.has_party).cloned(),
            tax_code: line.tax_code,
            transaction: origin.transaction.cloned(),
            source: origin.source.cloned(),
            order: origin.order.cloned(),
            payout: origin.payout.cloned(),
        };
        self.lines.into_iter().map(line).collect()
    }
}

/// Lines of one event in the making.
pub(crate) struct Draft<'a> {
    ledger: &'a Ledger,
    date: Date,
    origin: Origin<'a>,
    lines: Vec<Line>,
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
        let tax_code = match role {
            Role::TaxPayable(code) => Some(code.clone()),
            _ => None,
        };
        let account = self.ledger.code(role)?;
        self.lines.push(Line { account, amount, base, tax_code, has_party: *role == Role::Receivable });
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
    pub(crate) fn settled(mut self) -> Result<Lines<'a>, Error> {
        let company = self.ledger.rates.company();
        let left = Money::sum(company, self.lines.iter().map(|line| line.base))?.negated()?;
        self.line_at(&Role::FxGainLoss, left, left)?;
        Ok(Lines { origin: self.origin, lines: self.lines })
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
