//! Whose books, and whom to ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use books::{Chart, Ledger, Rates, Role};
use canonical::{Currency, PairId};
use flow::{Call, Ports};
use jiff::civil::Date;

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

/// The accounts that postings of a pair need and the environment file does not name, by role. What sales are booked on is the ERP's
/// own business: its invoices and credit notes are not ours to post.
#[must_use]
pub fn missing_accounts(pair: &environment::Pair) -> Vec<Role> {
    let named: BTreeSet<Role> = pair.erp.accounts.keys().filter_map(|role| role.parse().ok()).collect();
    let settled_in = named.iter().filter_map(|role| match role {
        Role::StripeClearing(currency) => Some(*currency),
        _ => None,
    });
    let mut currencies: Vec<Currency> = settled_in.collect();
    if currencies.is_empty() {
        currencies.push(pair.erp.currency);
    }
    let is_posted = |role: &Role| {
        let is_payment = matches!(role, Role::Receivable | Role::FxGainLoss | Role::StripeClearing(_));
        let is_sale =
            matches!(role, Role::Sales | Role::ShippingIncome | Role::SalesReturns | Role::TaxPayable(_));
        is_payment || (pair.books && !is_sale)
    };
    Role::all(&currencies, &[]).filter(|role| is_posted(role) && !named.contains(role)).collect()
}

/// The company's books, as the environment file describes them. A role that postings do not know is not theirs, and is left.
///
/// # Errors
/// An account code, a rate or the time zone cannot be used.
pub fn ledger(pair: &environment::Pair) -> Result<Ledger, Error> {
    let erp::Settings { currency, time_zone: zone, accounts, .. } = erp::Settings::of(&pair.erp)?;
    let known = accounts.into_iter().filter_map(|(role, code)| Some((role.parse::<Role>().ok()?, code)));
    let mut rates = Rates::new(currency, u16::MAX);
    for (currency, rate) in &pair.erp.rates {
        rates.set(*currency, RATES_SINCE, *rate)?;
    }
    Ok(Ledger { account: pair.stripe.account.clone(), zone, chart: Chart::new(known), rates })
}
