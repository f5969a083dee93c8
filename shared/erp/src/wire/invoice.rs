//! `PUT /invoices/{key}`.

use canonical::{NaturalKey, Quantity, SalesInvoice};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::MoneyText;

/// What an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceKind {
    Invoice,
    CreditNote,
}

/// An invoice of a whole order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) order_key: NaturalKey,
    pub(crate) kind: InvoiceKind,
    /// Each row, whole. Read back in whatever form, they are not looked at: the total is.
    #[serde(skip_deserializing)]
    pub(crate) lines: Vec<Line>,
    pub(crate) date: Date,
    /// Besides the contract's own members, so that the ERP refuses what would come to something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<MoneyText>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    pub(crate) line_id: String,
    pub(crate) qty: Quantity,
}

impl From<&SalesInvoice> for Invoice {
    fn from(invoice: &SalesInvoice) -> Self {
        Self {
            order_key: invoice.order_key.clone(),
            kind: InvoiceKind::Invoice,
            lines: invoice
                .lines
                .iter()
                .map(|line| Line { line_id: line.line_id.clone(), qty: line.quantity })
                .collect(),
            date: invoice.date,
            total: Some(invoice.total.into()),
        }
    }
}

impl Invoice {
    /// Whether both bill the same order for the same amount. The day of the first stands.
    pub(crate) fn means_the_same(&self, other: &Self) -> bool {
        self.order_key == other.order_key && self.kind == other.kind && self.total == other.total
    }
}
