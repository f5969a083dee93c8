//! What an accountant files of a payout: totals by category and result, every movement and what it is matched with, as CSV.

use std::collections::BTreeMap;

use canonical::{Category, Money, NaturalKey, Payout};
use serde::{Deserialize, Serialize};

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

/// Movements as CSV, a row each. A page's rows can be appended to another's: ask for the names of the columns once.
#[must_use]
pub fn items_csv(items: &[Item], names: ColumnNames) -> String {
    const COLUMNS: [&str; 11] = [
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

/// CSV in memory.
struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new(names: &[&str]) -> Self {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        if !names.is_empty() {
            table.row(names.iter().copied());
        }
        table
    }

    fn total(&mut self, part: &str, name: &str, rows: u64, [gross, fees, net]: [Money; 3]) {
        let text = |money: Money| money.to_decimal().to_string();
        let (rows, currency) = (rows.to_string(), gross.currency());
        self.row([part, name, &rows, &text(gross), &text(fees), &text(net), currency.code()]);
    }

    /// A row. Writing to memory does not fail, and each row of a table has as many cells as its names.
    fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            let _ = if is_formula(cell) {
                self.0.write_field(format!("'{cell}"))
            } else {
                self.0.write_field(cell)
            };
        }
        let _ = self.0.write_record(None::<&[u8]>);
    }

    fn text(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Whether a spreadsheet would compute a text that came from outside; a number it may.
///
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>
fn is_formula(cell: &str) -> bool {
    let is_number = cell.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.');
    match cell.as_bytes().first() {
        Some(b'=' | b'+' | b'@' | b'\t' | b'\r') => true,
        Some(b'-') => !is_number,
        _ => false,
    }
}
