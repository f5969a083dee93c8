//! What an amount is in the company's currency on a day.

use std::collections::BTreeMap;

use canonical::{Currency, Money, Rate};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::Error;

/// The rates that are known. Banks publish none on holidays: the last one before counts, for so many days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    company: Currency,
    look_back_days: i64,
    rates: BTreeMap<(Currency, Date), Rate>,
}

impl Rates {
    /// No rates yet. `look_back_days` is how old a rate may be: 0 asks for the day's own; the ECB's gaps at Easter and Christmas
    /// are up to 4 days.
    #[must_use]
    pub const fn new(company: Currency, look_back_days: u16) -> Self {
        Self { company, look_back_days: look_back_days as i64, rates: BTreeMap::new() }
    }

    /// The company's currency.
    #[must_use]
    pub const fn company(&self) -> Currency {
        self.company
    }

    /// Adds a rate: units of the company's currency for one of `currency`.
    ///
    /// # Errors
    /// A rate that is nothing or less.
    pub fn set(&mut self, currency: Currency, date: Date, rate: Rate) -> Result<(), Error> {
        if rate.get() <= Decimal::ZERO {
            return Err(Error::RateUnsound { currency, date });
        }
        self.rates.insert((currency, date), rate);
        Ok(())
    }

    /// `amount` in the company's currency on `date`, rounded half away from zero.
    ///
    /// # Errors
    /// No rate; out of range.
    pub fn base(&self, amount: Money, date: Date) -> Result<Money, Error> {
        let currency = amount.currency();
        if currency == self.company {
            return Ok(amount);
        }
        let (at, rate) = self
            .rates
            .range((currency, Date::MIN)..=(currency, date))
            .next_back()
            .map(|((_, at), rate)| (*at, *rate))
            .ok_or(Error::RateMissing { currency, date })?;
        if date.duration_since(at).as_hours() / 24 > self.look_back_days {
            return Err(Error::RateMissing { currency, date });
        }
        Ok(amount.converted(rate, self.company)?)
    }
}
