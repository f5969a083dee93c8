//! Sums over several currencies.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Currency, Error, Money};

/// A sum that keeps a line for each currency, because amounts of two currencies have no sum.
///
/// ```
/// use canonical::{Money, Totals};
/// let (eur, usd) = ("EUR".parse()?, "USD".parse()?);
/// let totals = Totals::of([Money::new(100, eur), Money::new(5, usd), Money::new(1, eur)])?;
/// assert_eq!(totals.get(eur).minor(), 101);
/// # Ok::<(), canonical::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Vec<Money>")]
pub struct Totals {
    lines: BTreeMap<Currency, Money>,
}

impl Totals {
    /// The sums of `amounts`.
    ///
    /// # Errors
    /// A sum out of range.
    pub fn of(amounts: impl IntoIterator<Item = Money>) -> Result<Self, Error> {
        let mut totals = Self::default();
        for amount in amounts {
            totals.add(amount)?;
        }
        Ok(totals)
    }

    /// Adds an amount to its currency's line.
    ///
    /// # Errors
    /// The sum is out of range.
    pub fn add(&mut self, amount: Money) -> Result<(), Error> {
        let sum = self.get(amount.currency()).checked_add(amount)?;
        self.lines.insert(amount.currency(), sum);
        Ok(())
    }

    /// The sum in `currency`; zero where there was none.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Money {
        self.lines.get(&currency).copied().unwrap_or(Money::zero(currency))
    }

    /// The lines, by currency code.
    pub fn lines(&self) -> impl Iterator<Item = Money> {
        self.lines.values().copied()
    }
}

impl From<Totals> for Vec<Money> {
    fn from(totals: Totals) -> Self {
        totals.lines.into_values().collect()
    }
}
