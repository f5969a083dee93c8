//! What the connector knows of its company, from the environment file.

use std::collections::BTreeMap;

use canonical::{AccountCode, Currency};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::Error;
use crate::client::SYSTEM;

/// What customers owe.
pub(crate) const RECEIVABLE: &str = "receivable";
/// What is left where the currencies of a payment differ.
pub(crate) const FX_GAIN_LOSS: &str = "fx_gain_loss";
/// The role whose account new items earn on.
const SALES: &str = "sales";
/// Roles of income and expenses, whose lines have a cost centre. What follows a point (`stripe_fees.processing`) makes no difference.
const OF_PROFIT_AND_LOSS: [&str; 8] = [
    SALES,
    "shipping_income",
    "sales_returns",
    "stripe_fees",
    "chargeback_loss",
    FX_GAIN_LOSS,
    "platform_income",
    "donations",
];

/// What the connector knows of its company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The company's currency.
    pub currency: Currency,
    /// The company's time zone: moments are written in it.
    pub time_zone: TimeZone,
    /// Account codes by role (`receivable`, `fx_gain_loss`, `stripe_clearing.USD`).
    pub accounts: BTreeMap<String, AccountCode>,
    /// The cost centre of lines on accounts of income and expenses; absent: the ERP wants none.
    pub cost_center: Option<String>,
    /// The longest that one request may take.
    pub timeout: SignedDuration,
    /// How long a write that was given up may still be committing.
    pub settle: SignedDuration,
}

impl Settings {
    /// Those of an environment file.
    ///
    /// # Errors
    /// The time zone or an account code cannot be used.
    pub fn of(erp: &environment::Erp) -> Result<Self, Error> {
        let unusable =
            |problem| outbound::Error::Unsendable { system: SYSTEM, action: "start".to_owned(), problem };
        let time_zone = TimeZone::get(&erp.time_zone)
            .map_err(|_| unusable(format!("erp.time_zone `{}` is no IANA time zone", erp.time_zone)))?;
        let mut accounts = BTreeMap::new();
        for (role, code) in &erp.accounts {
            let code = code.parse().map_err(|error| unusable(format!("erp.accounts.{role}: {error}")))?;
            accounts.insert(role.clone(), code);
        }
        Ok(Self {
            currency: erp.currency,
            time_zone,
            accounts,
            cost_center: erp.cost_center.clone(),
            timeout: SignedDuration::from_secs(erp.timeout_s.into()),
            settle: SignedDuration::from_secs(erp.settle_s.into()),
        })
    }

    /// The account of a role.
    ///
    /// # Errors
    /// The environment file has none.
    pub(crate) fn account(&self, role: &'static str) -> Result<&AccountCode, Error> {
        self.accounts.get(role).ok_or(Error::AccountMissing { role })
    }

    /// The account that a new item's sales are booked on; none: the ERP's own default.
    pub(crate) fn income_account(&self) -> Option<&AccountCode> {
        self.accounts.get(SALES)
    }

    /// The cost centre of a line on an account.
    pub(crate) fn cost_center_of(&self, account: &AccountCode) -> Option<&str> {
        let is_counted = |role: &str| OF_PROFIT_AND_LOSS.contains(&role.split('.').next().unwrap_or(role));
        let counted = self.accounts.iter().any(|(role, code)| code == account && is_counted(role));
        self.cost_center.as_deref().filter(|_| counted)
    }
}
