//! What an accountant files of a payout: totals by category and result, every movement and what it is matched with, as CSV.

use std::collections::BTreeMap;

use canonical::{Category, Money, NaturalKey, Payout, PayoutId};
use serde::{Deserialize, Serialize};

use super::table::Table;
use crate::payout::{CategoryTotal, Item};

/// A payout that is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutReport {
    /// The payout.
    pub payout: Payout,
    /// What left the balance by it: what reaches the bank, and its fee.
    pub taken: Money,
    /// How many movements, its own included.
    pub rows: u64,
    /// The movements, by category.
    pub categories: BTreeMap<Category, CategoryTotal>,
    /// The movements, by what came of matching them.
    pub results: BTreeMap<String, CategoryTotal>,
    /// The journals that book it; the caller adds them with the ERP's numbers.
    pub journals: Vec<JournalReference>,
}

/// A journal and the ERP's number of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalReference {
    /// Its key.
    pub key: NaturalKey,
    /// The ERP's number, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl PayoutReport {
    /// Header, totals and journals as CSV: `part,name,rows,gross,fees,net,currency`.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut table = Table::new(&["part", "name", "rows", "gross", "fees", "net", "currency"]);
        let payout = &self.payout;
        let none = Money::zero(payout.currency());
        let fee = payout.fee.unwrap_or(none);
        table.total("payout", payout.id.as_str(), self.rows, [self.taken, fee, payout.amount]);
        for (category, total) in &self.categories {
            table.total("category", category.as_str(), total.rows, [total.amount, total.fee, total.net]);
        }
        for (result, total) in &self.results {
            table.total("result", result, total.rows, [total.amount, total.fee, total.net]);
        }
        for JournalReference { key, number } in &self.journals {
            let number = number.as_deref().unwrap_or_default();
            table.row(["journal", key.as_str(), number, "", "", "", ""]);
        }
        table.text()
    }
}

/// Movements of a payout as CSV, a row each. A page's rows can be appended to another's: ask for the names of the columns once.
#[must_use]
pub fn items_csv(payout: &PayoutId, items: &[Item], names: ColumnNames) -> String {
    const COLUMNS: [&str; 12] = [
        "payout",
        "transaction",
        "source",
        "category",
        "order",
        "gross",
        "fee",
        "net",
        "currency",
        "result",
        "side",
        "difference",
    ];
    let mut table = match names {
        ColumnNames::First => Table::new(&COLUMNS),
        ColumnNames::None => Table::new(&[]),
    };
    for item in items {
        let (side, difference) = match item.outcome {
            crate::Outcome::AmountDiffers { side, difference } => (Some(side), difference.to_string()),
            crate::Outcome::CurrencyDiffers { side } => (Some(side), String::new()),
            _ => (None, String::new()),
        };
        table.row([
            payout.as_str(),
            item.transaction.as_str(),
            item.source.as_ref().map_or("", |source| source.as_str()),
            item.category.as_str(),
            item.order.as_ref().map_or("", |order| order.as_str()),
            &item.amount.to_decimal().to_string(),
            &item.fee.to_decimal().to_string(),
            &item.net.to_decimal().to_string(),
            item.net.currency().code(),
            item.outcome.as_str(),
            match side {
                Some(crate::payout::Side::Magento) => "magento",
                Some(crate::payout::Side::Erp) => "erp",
                None => "",
            },
            &difference,
        ]);
    }
    table.text()
}

/// Whether the columns are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnNames {
    /// In the first row.
    First,
    /// Not: the rows follow others.
    None,
}
