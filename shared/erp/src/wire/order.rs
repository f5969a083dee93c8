//! `PUT /orders/{key}`.

use canonical::{Currency, IncrementId, NaturalKey, Quantity, Rate, SalesOrder, SalesOrderLine, Sku};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::MoneyText;
use super::tax::{TaxRow, taxes};

/// A sales order. Read back, it may hold more; that is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) customer_key: NaturalKey,
    pub(crate) number: IncrementId,
    /// RFC 3339 with the offset of the company's time zone, whose day the books go by. Read back in whatever form, it is not
    /// looked at.
    #[serde(skip_deserializing)]
    pub(crate) ordered_at: String,
    pub(crate) currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_rate: Option<Rate>,
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: Shipping,
    pub(crate) discount: MoneyText,
    pub(crate) total: MoneyText,
    /// Besides the contract's own members: what the shop's order stands at, in the ERP's words.
    #[serde(default)]
    pub(crate) status: String,
    /// Besides the contract's own members: how it was paid.
    #[serde(default)]
    pub(crate) payment: Option<Payment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) line_id: String,
    pub(crate) sku: Sku,
    pub(crate) qty: Quantity,
    pub(crate) unit_price: MoneyText,
    pub(crate) discount: MoneyText,
    pub(crate) tax: Vec<TaxRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shipping {
    pub(crate) amount: MoneyText,
    pub(crate) tax: Vec<TaxRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) provider: String,
    pub(crate) reference: String,
    pub(crate) method: String,
    pub(crate) amount: MoneyText,
    pub(crate) paid_on: Date,
}

impl Order {
    /// The order of a company in that time zone.
    pub(crate) fn of(order: &SalesOrder, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(order.ordered_at);
        let payment = &order.payment;
        Self {
            customer_key: order.customer_key.clone(),
            number: order.number.clone(),
            ordered_at: order.ordered_at.display_with_offset(offset).to_string(),
            currency: order.currency,
            exchange_rate: order.exchange_rate,
            lines: order.lines.iter().map(Line::from).collect(),
            shipping: Shipping { amount: order.shipping.into(), tax: taxes(&order.shipping_taxes) },
            discount: order.discount.into(),
            total: order.total.into(),
            status: order.status.clone(),
            payment: Some(Payment {
                provider: payment.provider.clone(),
                reference: payment.reference.clone(),
                method: payment.method.clone(),
                amount: payment.amount.into(),
                paid_on: payment.paid_on,
            }),
        }
    }
}

impl From<&SalesOrderLine> for Line {
    fn from(line: &SalesOrderLine) -> Self {
        Self {
            line_id: line.line_id.clone(),
            sku: line.sku.clone(),
            qty: line.quantity,
            unit_price: line.unit_price.into(),
            discount: line.discount.into(),
            tax: taxes(&line.taxes),
        }
    }
}

impl Order {
    /// Whether both say the same about who bought what for how much, and which payment paid for it. The rate, the
    /// status and the day may have moved between two tries, and an ERP may order its rows as it likes.
    pub(crate) fn means_the_same(&self, other: &Self) -> bool {
        let payment = |order: &Self| order.payment.as_ref().map(|payment| payment.reference.clone());
        let paid_alike = match (payment(self), payment(other)) {
            (Some(one), Some(other)) => one == other,
            // An ERP without a place for it does not give it back.
            _ => true,
        };
        paid_alike && self.meaning() == other.meaning()
    }

    fn meaning(&self) -> Self {
        let mut order = self.clone();
        order.lines.sort_by(|one, other| one.line_id.cmp(&other.line_id));
        for line in &mut order.lines {
            line.tax.sort_by(|one, other| one.code.cmp(&other.code));
        }
        order.shipping.tax.sort_by(|one, other| one.code.cmp(&other.code));
        Self { exchange_rate: None, status: String::new(), payment: None, ordered_at: String::new(), ..order }
    }
}
