//! What an account is for. The merchant's chart gives each role a code.

use std::fmt;
use std::str::FromStr;

use canonical::{Currency, redact};
use serde::{Deserialize, Serialize};

use crate::Error;

/// What an account is for. As text, `stripe_clearing.USD`, `stripe_fees.processing`, `tax_payable.US-NY`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// What customers owe; kept by customer.
    Receivable,
    /// Goods sold.
    Sales,
    /// Shipping sold.
    ShippingIncome,
    /// Tax owed, by tax code.
    TaxPayable(String),
    /// Goods taken back.
    SalesReturns,
    /// The mirror of the Stripe balance, pending and available.
    StripeClearing(Currency),
    /// Payouts made and not yet in the bank.
    CashInTransit(Currency),
    /// The bank account that payouts reach.
    Bank(Currency),
    /// Withdrawn by disputes that are not decided.
    DisputesReceivable(Currency),
    /// Held back by Stripe.
    ReservesHeld(Currency),
    /// What Stripe costs, by kind.
    StripeFees(FeeAccount),
    /// Tax inside Stripe's fees.
    FeesInputTax,
    /// Tax kept back for an authority.
    WithheldTax,
    /// Disputes lost.
    ChargebackLoss,
    /// Realised differences of rates.
    FxGainLoss,
    /// To and from accounts of the same platform.
    Intercompany,
    /// A platform's share.
    PlatformIncome,
    /// Advances and loans of Stripe.
    Loans,
    /// Contributions.
    Donations,
    /// Money of customers that no payment asked for.
    CustomerDeposits,
    /// What nobody has mapped.
    Suspense(Currency),
}

/// Kinds of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeeAccount {
    /// Of payments.
    Processing,
    /// Of disputes.
    Dispute,
    /// Of instant payouts.
    InstantPayout,
    /// Radar.
    Radar,
    /// Billing.
    Billing,
    /// Stripe Tax, the product; the tax on a fee is [`Role::FeesInputTax`].
    Tax,
    /// What networks and methods ask, handed on.
    Passthrough,
    /// A platform's.
    Application,
    /// The rest.
    Other,
}

/// What an accountant calls the kind of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountType {
    /// What the company has.
    Assets,
    /// What it owes.
    Liabilities,
    /// What it earns.
    Income,
    /// What it costs.
    Expenses,
}

impl FeeAccount {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Processing,
        Self::Dispute,
        Self::InstantPayout,
        Self::Radar,
        Self::Billing,
        Self::Tax,
        Self::Passthrough,
        Self::Application,
        Self::Other,
    ];

    /// The word in a role's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Dispute => "dispute",
            Self::InstantPayout => "instant_payout",
            Self::Radar => "radar",
            Self::Billing => "billing",
            Self::Tax => "tax",
            Self::Passthrough => "passthrough",
            Self::Application => "application",
            Self::Other => "other",
        }
    }
}

/// Roles that stand for one account.
const SINGLE: [(&str, Role); 13] = [
    ("receivable", Role::Receivable),
    ("sales", Role::Sales),
    ("shipping_income", Role::ShippingIncome),
    ("sales_returns", Role::SalesReturns),
    ("fees_input_tax", Role::FeesInputTax),
    ("withheld_tax", Role::WithheldTax),
    ("chargeback_loss", Role::ChargebackLoss),
    ("fx_gain_loss", Role::FxGainLoss),
    ("intercompany", Role::Intercompany),
    ("platform_income", Role::PlatformIncome),
    ("loans", Role::Loans),
    ("donations", Role::Donations),
    ("customer_deposits", Role::CustomerDeposits),
];
/// Roles that stand for one account a settlement currency.
const BY_CURRENCY: [(&str, fn(Currency) -> Role); 6] = [
    ("stripe_clearing", Role::StripeClearing),
    ("cash_in_transit", Role::CashInTransit),
    ("bank", Role::Bank),
    ("disputes_receivable", Role::DisputesReceivable),
    ("reserves_held", Role::ReservesHeld),
    ("suspense", Role::Suspense),
];

impl Role {
    /// Every role that a pair with these settlement currencies and tax codes needs.
    pub fn all<'a>(currencies: &'a [Currency], tax_codes: &'a [String]) -> impl Iterator<Item = Self> + 'a {
        let single = SINGLE.iter().map(|(_, role)| role.clone());
        let fees = FeeAccount::ALL.into_iter().map(Self::StripeFees);
        let taxes = tax_codes.iter().cloned().map(Self::TaxPayable);
        let of = |currency: &Currency| BY_CURRENCY.map(|(_, role)| role(*currency));
        single.chain(fees).chain(taxes).chain(currencies.iter().flat_map(of))
    }

    /// What an accountant calls it.
    #[must_use]
    pub const fn account_type(&self) -> AccountType {
        match self {
            Self::Receivable
            | Self::StripeClearing(_)
            | Self::CashInTransit(_)
            | Self::Bank(_)
            | Self::DisputesReceivable(_)
            | Self::ReservesHeld(_)
            | Self::FeesInputTax
            | Self::WithheldTax
            | Self::Intercompany
            | Self::Suspense(_) => AccountType::Assets,
            Self::TaxPayable(_) | Self::Loans | Self::CustomerDeposits => AccountType::Liabilities,
            Self::Sales | Self::ShippingIncome | Self::SalesReturns | Self::PlatformIncome => {
                AccountType::Income
            }
            Self::StripeFees(_) | Self::ChargebackLoss | Self::FxGainLoss | Self::Donations => {
                AccountType::Expenses
            }
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, part) = match self {
            Self::TaxPayable(code) => ("tax_payable", code.as_str()),
            Self::StripeClearing(currency) => ("stripe_clearing", currency.code()),
            Self::CashInTransit(currency) => ("cash_in_transit", currency.code()),
            Self::Bank(currency) => ("bank", currency.code()),
            Self::DisputesReceivable(currency) => ("disputes_receivable", currency.code()),
            Self::ReservesHeld(currency) => ("reserves_held", currency.code()),
            Self::Suspense(currency) => ("suspense", currency.code()),
            Self::StripeFees(kind) => ("stripe_fees", kind.as_str()),
            single => {
                let name = SINGLE.iter().find(|(_, role)| role == single).map_or("", |(name, _)| name);
                return f.write_str(name);
            }
        };
        write!(f, "{name}.{part}")
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownRole { text: redact(text, 60) };
        let Some((name, part)) = text.split_once('.') else {
            let single = SINGLE.iter().find(|(name, _)| *name == text);
            return single.map(|(_, role)| role.clone()).ok_or_else(unknown);
        };
        match name {
            "tax_payable" if !part.is_empty() => Ok(Self::TaxPayable(part.to_owned())),
            "stripe_fees" => {
                let kind = FeeAccount::ALL.into_iter().find(|kind| kind.as_str() == part);
                kind.map(Self::StripeFees).ok_or_else(unknown)
            }
            _ => {
                let (_, role) = BY_CURRENCY.iter().find(|(role, _)| *role == name).ok_or_else(unknown)?;
                Ok(role(part.parse()?))
            }
        }
    }
}

impl TryFrom<String> for Role {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.to_string()
    }
}
