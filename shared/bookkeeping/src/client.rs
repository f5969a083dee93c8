//! Whose books, and whom to ask.

use std::sync::Arc;

use books::{Chart, Ledger, Rates, Role};
use canonical::PairId;
use flow::{Call, Ports};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Error;

/// From when on the environment's rates hold: they have no day.
const RATES_SINCE: Date = Date::constant(1970, 1, 1);

/// The books of one pair, for one call.
#[derive(Clone)]
pub struct Client {
    pub(crate) stripe: stripe::Client,
    pub(crate) magento: magento::Client,
    pub(crate) erp: erp::Client,
    pub(crate) ports: Ports,
    pub(crate) ledger: Arc<Ledger>,
    /// Known once a call is made.
    pair: Option<PairId>,
}

impl Client {
    /// The books of a pair, over the clients of its systems.
    ///
    /// # Errors
    /// An account code, a rate or the time zone in the environment file cannot be used.
    pub fn new(
        pair: &environment::Pair,
        stripe: stripe::Client,
        magento: magento::Client,
        erp: erp::Client,
        ports: Ports,
    ) -> Result<Self, Error> {
        Ok(Self { stripe, magento, erp, ports, ledger: Arc::new(ledger(pair)?), pair: None })
    }

    /// The client of one call: its deadline and trace id.
    #[must_use]
    pub fn bind(&self, call: &Call) -> Self {
        Self {
            stripe: self.stripe.bind(call),
            magento: self.magento.bind(call),
            erp: self.erp.bind(call),
            pair: Some(call.pair.clone()),
            ..self.clone()
        }
    }

    pub(crate) fn pair(&self) -> Result<&PairId, Error> {
        self.pair.as_ref().ok_or(Error::NoPair)
    }
}

/// The company's books, as the environment file describes them. A role that postings do not know is not theirs, and is left.
fn ledger(pair: &environment::Pair) -> Result<Ledger, Error> {
    let erp = &pair.erp;
    let unusable = |what: String| Error::Settings { what };
    let zone = TimeZone::get(&erp.time_zone)
        .map_err(|_| unusable(format!("erp.time_zone `{}` is no IANA time zone", erp.time_zone)))?;
    let mut accounts = Vec::new();
    for (role, code) in &erp.accounts {
        let Ok(role) = role.parse::<Role>() else { continue };
        let code = code.parse().map_err(|error| unusable(format!("erp.accounts.{role}: {error}")))?;
        accounts.push((role, code));
    }
    let mut rates = Rates::new(erp.currency, u16::MAX);
    for (currency, rate) in &erp.rates {
        rates.set(*currency, RATES_SINCE, *rate)?;
    }
    Ok(Ledger { account: pair.stripe.account.clone(), zone, chart: Chart::new(accounts), rates })
}
