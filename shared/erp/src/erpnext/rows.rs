//! Rows that sales orders and sales invoices have alike.

use std::collections::BTreeMap;

use canonical::{Currency, Money};
use serde::{Deserialize, Serialize};

use super::number::Number;
use super::site::Site;
use crate::Error;
use crate::wire::tax::TaxRow;

/// A tax or a charge, worked out by the shop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Charge {
    pub(super) charge_type: String,
    pub(super) account_head: String,
    /// A tax's is its code.
    pub(super) description: String,
    pub(super) tax_amount: Number,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cost_center: Option<String>,
}

impl Charge {
    /// An amount on an account.
    pub(super) fn of(
        site: &Site,
        account: &canonical::AccountCode,
        description: &str,
        amount: Money,
    ) -> Self {
        Self {
            charge_type: "Actual".to_owned(),
            account_head: account.as_str().to_owned(),
            description: description.to_owned(),
            tax_amount: Number::of(amount),
            cost_center: site.cost_center().map(str::to_owned),
        }
    }
}

/// One row for each tax code.
pub(super) fn taxes<'a>(
    site: &Site,
    currency: Currency,
    taxes: impl Iterator<Item = &'a TaxRow>,
) -> Result<Vec<Charge>, Error> {
    let unsound = |source| Error::Unsound { source };
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for tax in taxes {
        let sum = sums.entry(&tax.code).or_insert(Money::zero(currency));
        *sum = sum.checked_add(tax.amount.0).map_err(unsound)?;
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums.into_iter().map(|(code, sum)| Ok(Charge::of(site, site.tax_account(code)?, code, sum))).collect()
}
