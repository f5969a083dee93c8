//! `PUT /invoices/{key}`.

use canonical::{NaturalKey, SalesInvoice};
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
    /// None named: all that is open.
    #[serde(default)]
    lines: Vec<serde_json::Value>,
    date: Date,
    /// Besides the contract's own members, so that the ERP refuses what would come to something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<MoneyText>,
}

impl From<&SalesInvoice> for Invoice {
    fn from(invoice: &SalesInvoice) -> Self {
        Self {
            order_key: invoice.order_key.clone(),
            kind: InvoiceKind::Invoice,
            lines: Vec::new(),
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
