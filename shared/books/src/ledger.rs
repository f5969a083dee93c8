//! Whose books these are, and on which day something belongs.

use canonical::{AccountCode, Money, StripeAccount};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{Chart, Error, Rates, Role};

/// A company's books, as far as a posting needs them.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The Stripe account, which every key names.
    pub account: StripeAccount,
    /// The company's time zone: it says which day a movement belongs to.
    pub zone: TimeZone,
    /// Its accounts.
    pub chart: Chart,
    /// Its currency and rates.
    pub rates: Rates,
}

impl Ledger {
    /// The ledger day of a moment.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The account of a role.
    ///
    /// # Errors
    /// There is none.
    pub fn code(&self, role: &Role) -> Result<AccountCode, Error> {
        self.chart.account(role).cloned()
    }

    /// An amount in the company's currency.
    ///
    /// # Errors
    /// No rate.
    pub fn base(&self, amount: Money, date: Date) -> Result<Money, Error> {
        self.rates.base(amount, date)
    }
}
