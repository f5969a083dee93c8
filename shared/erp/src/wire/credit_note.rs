//! `PUT /invoices/{key}` of the kind `credit_note`.

use std::collections::BTreeMap;

use canonical::redact::mask_cards;
use canonical::{Money, NaturalKey, Quantity};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::tax::{TaxRow, taxes};
use super::{InvoiceKind, MoneyText};

/// What goes back, against an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreditNote {
    pub(crate) order_key: NaturalKey,
    pub(crate) kind: InvoiceKind,
    pub(crate) against: NaturalKey,
    /// None where they came back in another form: then the total decides.
    #[serde(default, deserialize_with = "rows")]
    pub(crate) lines: Option<Vec<Line>>,
    pub(crate) date: Date,
    /// Besides the contract's own members, so that the ERP refuses what would come to something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<MoneyText>,
}

/// Worth its amount and its taxes, whatever the quantity was sold for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) qty: Option<Quantity>,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) amount: MoneyText,
    #[serde(default)]
    pub(crate) tax: Vec<TaxRow>,
}

fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Line>>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

impl From<&canonical::CreditNote> for CreditNote {
    fn from(note: &canonical::CreditNote) -> Self {
        let line = |line: &canonical::CreditNoteLine| Line {
            line_id: line.line_id.clone(),
            qty: line.quantity,
            description: mask_cards(&line.description),
            amount: line.net.into(),
            tax: taxes(&line.taxes),
        };
        Self {
            order_key: note.order_key.clone(),
            kind: InvoiceKind::CreditNote,
            against: note.against.clone(),
            lines: Some(note.lines.iter().map(line).collect()),
            date: note.date,
            total: Some(note.total.into()),
        }
    }
}

impl CreditNote {
    /// Whether both give back the same amount of the same invoice, and the same of each tax. Which rows it is made of, and the
    /// day, are those of the first.
    pub(crate) fn means_the_same(&self, other: &Self) -> bool {
        let taxed_alike = match (self.tax_by_code(), other.tax_by_code()) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let whole = |note: &Self| (note.order_key.clone(), note.kind, note.against.clone(), note.total);
        taxed_alike && whole(self) == whole(other)
    }

    /// None where the rows cannot be read.
    fn tax_by_code(&self) -> Option<BTreeMap<&str, Money>> {
        let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
        for TaxRow { code, amount: MoneyText(amount) } in
            self.lines.as_ref()?.iter().flat_map(|line| &line.tax)
        {
            let sum = sums.entry(code).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(*amount).ok()?;
        }
        sums.retain(|_, sum| !sum.is_zero());
        Some(sums)
    }
}
