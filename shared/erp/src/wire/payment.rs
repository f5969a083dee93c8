//! `PUT /payments/{key}`.

use canonical::{AccountCode, Direction, Money, NaturalKey, PaymentEntry, Rate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::MoneyText;

/// Money in or out, matched to invoices and credit notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) direction: Direction,
    pub(crate) customer_key: NaturalKey,
    pub(crate) amount: MoneyText,
    pub(crate) date: Date,
    pub(crate) account: AccountCode,
    pub(crate) reference: String,
    /// Besides the contract's own members, as an order has it: where the amount is not in the company's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_rate: Option<Rate>,
    #[serde(default)]
    pub(crate) allocations: Vec<Allocation>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Allocation {
    /// A credit note's as well: both are invoices to the ERP.
    pub(crate) invoice_key: NaturalKey,
    pub(crate) amount: MoneyText,
}

impl Payment {
    /// A payment at a rate, where it is not in the company's currency.
    pub(crate) fn of(payment: &PaymentEntry, exchange_rate: Option<Rate>) -> Self {
        let allocation = |allocation: &canonical::Allocation| Allocation {
            invoice_key: allocation.document.clone(),
            amount: allocation.amount.into(),
        };
        Self {
            direction: payment.direction,
            customer_key: payment.customer_key.clone(),
            amount: payment.amount.into(),
            date: payment.date,
            account: payment.account.clone(),
            reference: payment.reference.clone(),
            exchange_rate,
            allocations: payment.allocations.iter().map(allocation).collect(),
        }
    }

    /// How much.
    pub(crate) fn amount(&self) -> Money {
        self.amount.0
    }

    /// Whether both move the same money for the same documents. The day and the rate of the first stand.
    pub(crate) fn means_the_same(&self, other: &Self) -> bool {
        let meaning = |payment: &Self| {
            let mut allocations = payment.allocations.clone();
            allocations.sort();
            Self { allocations, exchange_rate: None, date: Date::MIN, ..payment.clone() }
        };
        meaning(self) == meaning(other)
    }
}
