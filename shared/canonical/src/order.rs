//! An order as the shop holds it, in lines that an ERP and a warehouse expect.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Address, Currency, Customer, Error, IncrementId, Money, OrderId, Quantity, Rate, Sku};

/// One order. Its parts add up: see [`Order::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shop's own id.
    pub id: OrderId,
    /// The number that people see; unique within a store.
    pub number: IncrementId,
    /// The store view that sold it.
    pub store: u64,
    /// Where it stands.
    pub state: OrderState,
    /// The shop's label for that (`processing`, `payment_failed`, …).
    pub status: String,
    /// When it was placed.
    #[schemars(with = "String")]
    pub placed_at: Timestamp,
    /// The currency that the customer saw and paid.
    pub currency: Currency,
    /// The shop's base currency, and how many units of `currency` one unit of it is.
    pub base_currency: Currency,
    /// `amount in currency = amount in base × rate`.
    pub base_to_order_rate: Rate,
    /// Who bought.
    pub customer: Customer,
    /// Where the bill goes.
    pub billing: Address,
    /// Where the goods go; absent when there is nothing to ship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Address>,
    /// The shop's code of the shipping method (`flatrate_flatrate`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    /// What was sold: each row once, whatever product structure the shop keeps.
    pub lines: Vec<OrderLine>,
    /// What shipping costs.
    pub shipping_charge: ShippingCharge,
    /// What the rest of the total is: gift cards, store credit, fixed product taxes. Mostly zero, may be negative.
    pub other: Money,
    /// What the customer owes in all.
    pub grand_total: Money,
    /// What the shop says is paid.
    pub total_paid: Money,
    /// What the shop says is open.
    pub total_due: Money,
    /// What the shop says went back.
    pub total_refunded: Money,
    /// How the shop was paid (`stripe_payments`, `checkmo`).
    pub payment_method: String,
    /// The gateway's id that the shop holds, without suffixes such as `-capture`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
    /// Whether anything is yet to be sent.
    pub needs_shipping: bool,
}

/// A row of an order. `net + Σ tax` is what the customer pays for it: `net = unit_price × quantity − discount`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The shop's id of the row.
    pub id: u64,
    /// What is sold (for a configurable product, the child's).
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one without tax, in whole minor units, such that `unit_price × quantity ≥` the row's price.
    pub unit_price: Money,
    /// What comes off the row without tax, the rounding of `unit_price` included. Never negative.
    pub discount: Money,
    /// Price of the row without tax after discount.
    pub net: Money,
    /// Taxes on the row, by code.
    pub taxes: Vec<Tax>,
    /// Money lines are booked; a bundle's parent may be shipped and not booked, or the reverse.
    pub booked: bool,
    /// Whether a warehouse sends it.
    pub shipped: bool,
    /// How many a warehouse has yet to send: not what has left, nor what was paid back or cancelled. Never negative; none of
    /// what no warehouse sends.
    pub to_ship: Quantity,
}

/// An amount of one tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// The shop's code or title of the rate (`US-NY-*-Rate 1`), or `tax` where it names none.
    pub code: String,
    /// Its percentage, where the shop says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Rate>,
    /// The amount.
    pub amount: Money,
}

/// What shipping costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingCharge {
    /// Without tax, after discount.
    pub net: Money,
    /// Taxes on it.
    pub taxes: Vec<Tax>,
}

/// The state of an order. The rank only rises, but for `holded`, which is left again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Placed, nothing paid.
    New,
    /// Waits for a payment that comes later.
    PendingPayment,
    /// The gateway reviews.
    PaymentReview,
    /// Paid or shipped in part.
    Processing,
    /// Nothing left to invoice or to ship.
    Complete,
    /// Everything refunded.
    Closed,
    /// Cancelled.
    Canceled,
    /// On hold.
    Holded,
}

impl OrderState {
    /// How far the order is: a change to a lower rank is read again, never applied. `None` on hold, which is beside
    /// the line.
    #[must_use]
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::New | Self::PendingPayment => Some(0),
            Self::PaymentReview => Some(1),
            Self::Processing => Some(2),
            Self::Complete => Some(3),
            Self::Closed | Self::Canceled => Some(4),
            Self::Holded => None,
        }
    }
}

impl Order {
    /// Checks that `Σ booked lines (net + tax) + shipping (net + tax) + other = grand_total`, to the minor unit, and
    /// that each line says `unit_price × quantity − discount = net`.
    ///
    /// # Errors
    /// The parts and the total, where they differ; a currency that is not the order's.
    pub fn check(&self) -> Result<(), Error> {
        let mut parts = vec![self.shipping_charge.net, self.other];
        parts.extend(self.shipping_charge.taxes.iter().map(|tax| tax.amount));
        for line in &self.lines {
            line.check()?;
            if line.booked {
                parts.push(line.net);
                parts.extend(line.taxes.iter().map(|tax| tax.amount));
            }
        }
        let sum = Money::sum(self.currency, parts)?;
        let document = || format!("order {}", self.number);
        if sum == self.grand_total {
            Ok(())
        } else {
            Err(Error::DoesNotAddUp { document: document(), parts: sum, total: self.grand_total })
        }
    }
}

impl OrderLine {
    /// Checks `unit_price × quantity − discount = net`.
    ///
    /// # Errors
    /// The two sides, where they differ.
    pub fn check(&self) -> Result<(), Error> {
        let price =
            Money::rounded(self.unit_price.to_decimal() * self.quantity.get(), self.unit_price.currency())?;
        let net = price.checked_sub(self.discount)?;
        if net == self.net {
            Ok(())
        } else {
            Err(Error::DoesNotAddUp {
                document: format!("order line {}", self.sku),
                parts: net,
                total: self.net,
            })
        }
    }
}
