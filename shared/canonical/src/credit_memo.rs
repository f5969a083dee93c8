//! A credit memo as the shop holds it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{IncrementId, Money, OrderId, Quantity, Sku, Tax};

/// One credit memo, in the order's currency. `Σ lines (net + Σ tax) + shipping + Σ its tax + adjustment = total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditMemo {
    /// The shop's own id.
    pub id: u64,
    /// The number that people see.
    pub number: IncrementId,
    /// The order of which something goes back.
    pub order: OrderId,
    /// The rows of which pieces go back. Empty where only an amount does: then somebody has to say what it was for.
    pub lines: Vec<CreditMemoLine>,
    /// Shipping that goes back, without tax.
    pub shipping: Money,
    /// Taxes on it.
    pub shipping_taxes: Vec<Tax>,
    /// What goes back besides, less what is kept: below nothing where more is kept. It carries no tax.
    pub adjustment: Money,
    /// What goes back in all.
    pub total: Money,
}

/// A row of a credit memo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditMemoLine {
    /// The row of the order.
    pub order_line: u64,
    /// What goes back.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// Without tax, after discount.
    pub net: Money,
    /// Taxes on it, by the shop's code.
    pub taxes: Vec<Tax>,
}
