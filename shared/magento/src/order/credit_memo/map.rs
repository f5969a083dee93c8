//! From Magento's credit memo to the canonical one, whose parts add up to the minor unit.
//!
//! The parts are rounded together, so that they make the rounded total. Where Magento's own parts do not make its total, the rest
//! goes where it changes least: of the tax to the largest tax, anything else to the adjustment, which carries none.

use std::collections::BTreeMap;

use canonical::{CreditMemo, CreditMemoLine, IncrementId, Money, Quantity, Sku, apportion};
use rust_decimal::Decimal;

use super::super::taxes::{row_taxes, shipping_taxes};
use super::super::wire::WireItem;
use super::creditable::Creditable;
use super::memo::{Memo, MemoItem};
use crate::Error;
use crate::amount::value;

/// The exact parts of a memo: net and tax of each row, net and tax of shipping, adjustment.
struct Parts<'a> {
    rows: Vec<Row<'a>>,
    shipping_net: Decimal,
    shipping_tax: Decimal,
    adjustment: Decimal,
}

struct Row<'a> {
    of: &'a WireItem,
    quantity: Decimal,
    net: Decimal,
    tax: Decimal,
}

impl<'a> Parts<'a> {
    fn of(order: &'a Creditable, memo: &Memo) -> Self {
        let booked: BTreeMap<u64, &WireItem> =
            order.booked().into_iter().map(|row| (row.item_id.0, row)).collect();
        let named = memo.items.iter().flatten().filter_map(|item| {
            let row = booked.get(&item.order_item_id.0)?;
            (value(item.qty) > Decimal::ZERO).then_some((*row, item))
        });
        let items: Vec<(&WireItem, &MemoItem)> = named.collect();
        let sum = |of: fn(&MemoItem) -> Decimal| items.iter().map(|(_, item)| of(item)).sum::<Decimal>();
        let discounts = sum(|item| value(item.discount_amount));
        let compensations = sum(|item| value(item.discount_tax_compensation_amount));
        // Order rows come after their discount on some versions: the subtotal tells whether a memo's do.
        let gap = value(memo.subtotal) - sum(|item| value(item.row_total));
        let is_after_discount = !discounts.is_zero() && (gap - discounts).abs() < gap.abs();
        let rows = items.iter().map(|(of, item)| {
            let discount = if is_after_discount { Decimal::ZERO } else { value(item.discount_amount) };
            Row {
                of,
                quantity: value(item.qty),
                // Where prices include tax the discount does too; the compensation is the tax in it.
                net: value(item.row_total) - discount + value(item.discount_tax_compensation_amount),
                tax: value(item.tax_amount),
            }
        });
        let shipping_discount = -value(memo.discount_amount) - discounts;
        let shipping_compensation = value(memo.discount_tax_compensation_amount) - compensations;
        let mut parts = Self {
            rows: rows.collect(),
            shipping_net: value(memo.shipping_amount) - shipping_discount + shipping_compensation,
            shipping_tax: value(memo.shipping_tax_amount),
            adjustment: memo.adjustment(),
        };
        parts.complete(value(memo.tax_amount), memo.exact());
        parts
    }

    /// Puts what is missing of the tax and of the total where it changes least.
    fn complete(&mut self, tax: Decimal, total: Decimal) {
        let missing = tax - self.rows.iter().map(|row| row.tax).sum::<Decimal>() - self.shipping_tax;
        match self.rows.iter_mut().max_by_key(|row| row.tax) {
            Some(row) if row.tax > self.shipping_tax => row.tax += missing,
            _ => self.shipping_tax += missing,
        }
        self.adjustment += total - self.amounts().iter().sum::<Decimal>();
    }

    fn amounts(&self) -> Vec<Decimal> {
        let mut amounts: Vec<Decimal> = self.rows.iter().flat_map(|row| [row.net, row.tax]).collect();
        amounts.extend([self.shipping_net, self.shipping_tax, self.adjustment]);
        amounts
    }
}

/// Translates a memo. Taxes are told by code as those of the order's rows are.
///
/// # Errors
/// A number that is none, a SKU or number that is malformed, parts that are not those of the total.
pub(super) fn credit_memo(order: &Creditable, memo: &Memo) -> Result<CreditMemo, Error> {
    let malformed = |error: canonical::Error| memo.unusable(&error.to_string());
    let number: IncrementId = memo.increment_id.parse().map_err(malformed)?;
    let total = memo.total(order.currency)?;
    let parts = Parts::of(order, memo);
    let mut amounts = apportion(&parts.amounts(), total).map_err(malformed)?.into_iter();
    let mut next = || amounts.next().unwrap_or(Money::zero(order.currency));
    let mut lines = Vec::new();
    for row in &parts.rows {
        let (net, tax) = (next(), next());
        let sku: Sku = row.of.sku.parse().map_err(malformed)?;
        lines.push(CreditMemoLine {
            order_line: row.of.item_id.0,
            sku,
            quantity: Quantity::new(row.quantity),
            net,
            taxes: row_taxes(&order.wire, row.of, tax)?,
        });
    }
    let (shipping, shipping_tax, adjustment) = (next(), next(), next());
    let memo = CreditMemo {
        id: memo.entity_id.0,
        number,
        order: order.id,
        lines,
        shipping,
        shipping_taxes: shipping_taxes(&order.wire, shipping_tax)?,
        adjustment,
        total,
    };
    memo.check().map_err(malformed)?;
    Ok(memo)
}
