//! The movements of a span as CSV.

use canonical::{Money, NaturalKey};

use super::SpanReport;
use crate::report::table::Table;

impl SpanReport {
    /// Every movement as a row, with all its names.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut table = Table::new(&[
            "day",
            "transaction",
            "source",
            "category",
            "order",
            "store",
            "documents",
            "booked_by",
            "gross",
            "fee",
            "net",
            "currency",
        ]);
        for line in &self.summed.movements {
            let transaction = &line.transaction;
            let text = |money: Money| money.to_decimal().to_string();
            let keys: Vec<&str> = line.booked_by.iter().map(NaturalKey::as_str).collect();
            table.row([
                line.day.to_string().as_str(),
                transaction.id.as_str(),
                transaction.source.as_ref().map_or("", |source| source.as_str()),
                transaction.reporting_category.as_str(),
                line.order.as_ref().map_or("", |order| order.as_str()),
                line.store.as_deref().unwrap_or_default(),
                &line.documents.join(" "),
                &keys.join(" "),
                &text(transaction.amount),
                &text(transaction.fee),
                &text(transaction.net),
                transaction.currency().code(),
            ]);
        }
        table.text()
    }
}
