//! What an ERP is asked to book.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Address, Currency, Customer, Error, IncrementId, Money, NaturalKey, Quantity, Rate, Sku, Tax};

/// A sales order. `Σ lines (unit_price × quantity − discount + tax) + shipping + its tax − discount = total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesOrder {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// The shop's order number.
    pub number: IncrementId,
    /// The status that the ERP shall show (`open`), from the environment's lookup table.
    pub status: String,
    /// When it was placed; the connector says it in the company's time zone.
    #[schemars(with = "String")]
    pub ordered_at: Timestamp,
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Company currency per unit of `currency`, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Rate>,
    /// Key of the customer in the ERP.
    pub customer_key: NaturalKey,
    /// The customer, created or brought up to date before the order.
    pub customer: Customer,
    /// Where the bill goes.
    pub billing: Address,
    /// Where the goods go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// What was sold.
    pub lines: Vec<SalesOrderLine>,
    /// Shipping without tax.
    pub shipping: Money,
    /// Taxes on shipping, by the ERP's tax code.
    pub shipping_taxes: Vec<Tax>,
    /// What comes off the whole order (gift cards, store credit): positive lowers the total.
    pub discount: Money,
    /// What the customer owes in all.
    pub total: Money,
    /// How it was paid.
    pub payment: PaymentDetails,
}

/// A row of a sales order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesOrderLine {
    /// The shop's id of the row, so that a shipment or credit note can name it.
    pub line_id: String,
    /// What is sold.
    pub sku: Sku,
    /// Its name, for an item that the ERP does not have yet.
    pub name: String,
    /// Whether a warehouse sends it (`stock`) or not (`service`).
    pub stock: bool,
    /// How many.
    pub quantity: Quantity,
    /// Price of one without tax.
    pub unit_price: Money,
    /// What comes off the row, without tax.
    pub discount: Money,
    /// Taxes on the row, by the ERP's tax code.
    pub taxes: Vec<Tax>,
}

/// What an accountant wants to know of the payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentDetails {
    /// `stripe`.
    pub provider: String,
    /// The provider's id of the charge.
    pub reference: String,
    /// `card`, `sepa_debit`, …
    pub method: String,
    /// What was taken.
    pub amount: Money,
    /// The day it was taken, in the company's time zone.
    #[schemars(with = "String")]
    pub paid_on: Date,
}

/// The invoice of a sales order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesInvoice {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// The sales order that it bills, whole.
    pub order_key: NaturalKey,
    /// Its date, in the company's time zone.
    #[schemars(with = "String")]
    pub date: Date,
    /// The rows of the order, each whole.
    pub lines: Vec<SalesInvoiceLine>,
    /// What it must come to.
    pub total: Money,
}

/// A row of a sales order that is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesInvoiceLine {
    /// The row's id in the sales order.
    pub line_id: String,
    /// How many.
    pub quantity: Quantity,
}

impl SalesOrder {
    /// Checks that the parts make the total, to the minor unit.
    ///
    /// # Errors
    /// Both sums, where they differ; a currency that is not the document's.
    pub fn check(&self) -> Result<(), Error> {
        let mut parts = vec![self.shipping, self.discount.negated()?];
        parts.extend(self.shipping_taxes.iter().map(|tax| tax.amount));
        for line in &self.lines {
            let price = line.unit_price.to_decimal() * line.quantity.get();
            parts.push(Money::rounded(price, line.unit_price.currency())?);
            parts.push(line.discount.negated()?);
            parts.extend(line.taxes.iter().map(|tax| tax.amount));
        }
        let sum = Money::sum(self.currency, parts)?;
        if sum == self.total {
            Ok(())
        } else {
            Err(Error::DoesNotAddUp {
                document: format!("sales order {}", self.number),
                parts: sum,
                total: self.total,
            })
        }
    }
}
