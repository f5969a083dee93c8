//! What an order's total is made of: exact, and then rounded together so that nothing is lost.

use canonical::{Currency, Money, OrderLine, Quantity, Sku, apportion};
use rust_decimal::{Decimal, RoundingStrategy};

use super::lines::Role;
use super::map::unusable;
use super::taxes::row_taxes;
use super::wire::{WireItem, WireOrder};
use crate::Error;
use crate::amount::value;

/// The same parts in whole minor units: they make the total.
pub(super) struct Rounded {
    pub(super) lines: Vec<OrderLine>,
    pub(super) shipping_net: Money,
    pub(super) shipping_tax: Money,
    /// Gift cards, store credit, fixed product taxes.
    pub(super) other: Money,
}

/// The exact parts of an order's total.
pub(super) struct Parts<'a> {
    rows: Vec<Row<'a>>,
    shipping_net: Decimal,
    shipping_tax: Decimal,
}

struct Row<'a> {
    item: &'a WireItem,
    booked: bool,
    shipped: bool,
    to_ship: Decimal,
    net: Decimal,
    tax: Decimal,
    /// The price of the row before its discount.
    gross: Decimal,
}

impl<'a> Parts<'a> {
    pub(super) fn of(wire: &WireOrder, roles: &[Role<'a>]) -> Self {
        let booked = || roles.iter().filter(|role| role.booked);
        let rows_sum: Decimal = booked().map(|role| value(role.item.row_total)).sum();
        let discounts: Decimal = booked().map(|role| value(role.item.discount_amount)).sum();
        // 2.4.5 was seen to send row totals after discount, other versions before: the subtotal tells.
        let gap = value(wire.subtotal) - rows_sum;
        let after_discount = !discounts.is_zero() && (gap - discounts).abs() < gap.abs();
        let rows = roles.iter().map(|role| {
            let item = role.item;
            let discount = value(item.discount_amount);
            let total = value(item.row_total);
            let gross = if after_discount { total + discount } else { total };
            // Where prices include tax the discount does too; the compensation is the tax in it.
            let net = gross - discount + value(item.discount_tax_compensation_amount);
            let tax = value(item.tax_amount);
            let Role { booked, shipped, to_ship, .. } = *role;
            Row { item, booked, shipped, to_ship, net, tax, gross }
        });
        let shipping_discount =
            value(wire.shipping_discount_amount) - value(wire.shipping_discount_tax_compensation_amount);
        Self {
            rows: rows.collect(),
            shipping_net: value(wire.shipping_amount) - shipping_discount,
            shipping_tax: value(wire.shipping_tax_amount),
        }
    }

    /// Rounds them so that they make `total`, which is `exact` rounded.
    pub(super) fn rounded(&self, wire: &WireOrder, exact: Decimal, total: Money) -> Result<Rounded, Error> {
        let currency = total.currency();
        let mut amounts = apportion(&self.amounts(exact), total)
            .map_err(|e| unusable(wire, "order_does_not_add_up", &e.to_string()))?
            .into_iter();
        let mut next = || amounts.next().unwrap_or(Money::zero(currency));
        let lines = self.rows.iter().map(|row| line(wire, row, currency, &mut next));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        Ok(Rounded { lines, shipping_net: next(), shipping_tax: next(), other: next() })
    }

    /// Net and tax of each booked row, then shipping's, then what else makes the total (gift cards, credit, fixed
    /// product taxes).
    fn amounts(&self, grand_total: Decimal) -> Vec<Decimal> {
        let booked = self.rows.iter().filter(|row| row.booked);
        let mut amounts: Vec<Decimal> = booked.flat_map(|row| [row.net, row.tax]).collect();
        amounts.extend([self.shipping_net, self.shipping_tax]);
        let other = grand_total - amounts.iter().copied().sum::<Decimal>();
        amounts.push(other);
        amounts
    }
}

/// A line. Amounts of booked ones come from `next`: they are rounded together with all the others.
fn line(
    wire: &WireOrder,
    row: &Row<'_>,
    currency: Currency,
    next: &mut impl FnMut() -> Money,
) -> Result<OrderLine, Error> {
    let item = row.item;
    let malformed = |e: canonical::Error| unusable(wire, "malformed_line", &e.to_string());
    let quantity = value(item.qty_ordered);
    if quantity <= Decimal::ZERO || item.item_id.0 == 0 {
        let problem = format!("line {} has quantity {quantity}", item.item_id.0);
        return Err(unusable(wire, "malformed_line", &problem));
    }
    let sku: Sku = item.sku.parse().map_err(malformed)?;
    let zero = Money::zero(currency);
    let (net, tax) = if row.booked { (next(), next()) } else { (zero, zero) };
    let unit_price = if row.booked { unit_price(row.gross, net, quantity).map_err(malformed)? } else { zero };
    let price = Money::rounded(unit_price.to_decimal() * quantity, currency).map_err(malformed)?;
    Ok(OrderLine {
        id: item.item_id.0,
        sku,
        name: item.name.clone().unwrap_or_else(|| item.sku.clone()),
        quantity: Quantity::new(quantity),
        unit_price,
        discount: price.checked_sub(net).map_err(malformed)?,
        net,
        taxes: row_taxes(wire, item, tax)?,
        booked: row.booked,
        shipped: row.shipped,
        to_ship: Quantity::new(row.to_ship),
    })
}

/// The price of one, rounded up so that the row's price is never above quantity × it.
fn unit_price(gross: Decimal, net: Money, quantity: Decimal) -> Result<Money, canonical::Error> {
    let currency = net.currency();
    let row = gross.max(net.to_decimal());
    let out_of_range = || canonical::Error::OutOfRange { amount: row.to_string(), currency };
    let exact = row.checked_div(quantity).ok_or_else(out_of_range)?;
    Money::exact(
        exact.round_dp_with_strategy(currency.digits(), RoundingStrategy::ToPositiveInfinity),
        currency,
    )
}
