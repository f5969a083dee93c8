//! What an amount is in another currency, and which rate says so.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Currency, Error, JournalLine, Money, Rate};

impl Money {
    /// The amount in another currency, at so much of that one per unit of its own, rounded half away from zero to that one's digits.
    ///
    /// ```
    /// use canonical::{Money, Rate};
    /// let rate = Rate::try_from("1.0945".to_owned())?;
    /// let base = Money::parse("92.00", "EUR".parse()?)?.converted(rate, "USD".parse()?)?;
    /// assert_eq!(base.to_string(), "100.69 USD");
    /// # Ok::<(), canonical::Error>(())
    /// ```
    ///
    /// # Errors
    /// Out of range.
    pub fn converted(self, rate: Rate, to: Currency) -> Result<Self, Error> {
        let out_of_range =
            || Error::OutOfRange { amount: self.to_decimal().to_string(), currency: self.currency() };
        Self::rounded(self.to_decimal().checked_mul(rate.get()).ok_or_else(out_of_range)?, to)
    }
}

impl JournalLine {
    /// The rate at which the amount makes the base: company currency per unit of the amount's, above nothing. Of all that do, the
    /// one with the fewest decimals: where the line was made with a rate that people use, that rate or one as short.
    ///
    /// None where both are in one currency, and of nothing.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        if self.amount.currency() == self.base.currency() || self.amount.is_zero() {
            return None;
        }
        let exact = self.base.to_decimal().checked_div(self.amount.to_decimal())?;
        let of_digits = |digits| {
            let rounded = exact.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            // What is too small to be anything in the company's currency has a rate all the same.
            Rate::new(rounded.max(Decimal::new(1, digits)))
        };
        let makes_the_base =
            |rate: &Rate| self.amount.converted(*rate, self.base.currency()) == Ok(self.base);
        (0..=Decimal::MAX_SCALE).map(of_digits).find(makes_the_base)
    }
}
