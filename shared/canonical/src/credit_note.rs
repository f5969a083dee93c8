//! What goes back to a customer, as an ERP is asked to book it: the credit note, and the payment that settles it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountCode, Error, Money, NaturalKey, Quantity, Rate, Tax};

/// A credit note against an invoice. `Σ lines (net + Σ tax) = total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditNote {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// The sales order of which something goes back.
    pub order_key: NaturalKey,
    /// The invoice that it is against.
    pub against: NaturalKey,
    /// Its date, in the company's time zone.
    #[schemars(with = "String")]
    pub date: Date,
    /// What goes back. At least one.
    pub lines: Vec<CreditNoteLine>,
    /// What it must come to, above nothing.
    pub total: Money,
}

/// A row of a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteLine {
    /// The row's id in the sales order; absent where no row is named (shipping, an amount that nobody has assigned).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
    /// How many pieces; absent where only money goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// What it is, in words for an accountant.
    pub description: String,
    /// Without tax. Below nothing where a fee is kept back.
    pub net: Money,
    /// Taxes on it, by the ERP's tax code.
    #[serde(default)]
    pub taxes: Vec<Tax>,
}

impl CreditNote {
    /// Checks that the rows make the total, to the minor unit.
    ///
    /// # Errors
    /// Both sums, where they differ; a currency that is not the total's.
    pub fn check(&self) -> Result<(), Error> {
        let of_line = |line: &CreditNoteLine| {
            let taxes: Vec<Money> = line.taxes.iter().map(|tax| tax.amount).collect();
            std::iter::once(line.net).chain(taxes)
        };
        let sum = Money::sum(self.total.currency(), self.lines.iter().flat_map(of_line).collect::<Vec<_>>())?;
        if sum == self.total {
            Ok(())
        } else {
            Err(Error::DoesNotAddUp {
                document: format!("credit note {}", self.key),
                parts: sum,
                total: self.total,
            })
        }
    }
}

/// Money between a customer and the provider's balance, matched to documents of that customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentEntry {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// Which way the money went.
    pub direction: Direction,
    /// Who paid, or was paid: the key in the ERP.
    pub customer_key: NaturalKey,
    /// The day, in the company's time zone.
    #[schemars(with = "String")]
    pub date: Date,
    /// What the customer paid or got. Above nothing.
    pub amount: Money,
    /// Company currency per unit of `amount`'s, where they differ: the rate of the documents that it settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Rate>,
    /// The account that mirrors the provider's balance.
    pub account: AccountCode,
    /// What moved there, above nothing: the same amount, or what it became in the settlement currency.
    pub settled: Money,
    /// Company currency per unit of `settled`'s, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_rate: Option<Rate>,
    /// The provider's id (`re_…`, `ch_…`).
    pub reference: String,
    /// Which documents it settles, and by how much.
    #[serde(default)]
    pub allocations: Vec<Allocation>,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the customer.
    In,
    /// To the customer.
    Out,
}

/// What of a payment belongs to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// The invoice or credit note.
    pub document: NaturalKey,
    /// How much of it is settled, above nothing.
    pub amount: Money,
}
