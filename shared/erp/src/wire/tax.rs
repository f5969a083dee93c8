//! Taxes of a row, by the ERP's tax code.

use canonical::Tax;
use serde::{Deserialize, Serialize};

use super::MoneyText;

/// An amount of one tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaxRow {
    pub(crate) code: String,
    pub(crate) amount: MoneyText,
}

/// The taxes of a row.
pub(super) fn taxes(taxes: &[Tax]) -> Vec<TaxRow> {
    taxes.iter().map(|tax| TaxRow { code: tax.code.clone(), amount: tax.amount.into() }).collect()
}
