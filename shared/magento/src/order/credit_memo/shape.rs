//! What a credit memo is made of: all of an order, or an amount and nothing else.
//!
//! Source: `Sales/Model/Order/{Creditmemo,CreditmemoFactory}.php`, `Sales/Model/Order/Creditmemo/Total/*.php` of
//! magento/magento2; seen on 2.4.5.

use canonical::Money;
use rust_decimal::{Decimal, RoundingStrategy};

use super::creditable::{CENT, Creditable, cents};
use crate::Error;
use crate::amount::value;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Every row, and all that is left of the shipping. That argument is the one that is left out: a shop that shows shipping
    /// with its tax takes what it is sent to be with tax as well (`Total/Shipping::isSuppliedShippingAmountInclTax`), REST does
    /// not tell which, and left out it is all of it in both.
    Whole {
        /// Row and quantity, all that was invoiced.
        rows: Vec<(u64, Decimal)>,
    },
    /// An amount.
    Amount {
        /// A row that is named with quantity 0: where none is, Magento takes all.
        row: u64,
        /// Shipping, in base currency: nothing, or as good as.
        shipping: Decimal,
        /// The amount in base currency, in whole cents.
        base: Decimal,
        /// What Magento makes of it in the order's.
        expected: Decimal,
    },
}

/// Less than any rounding keeps, and more than nothing. Where shipping is sent as 0, `Total/Discount` takes shipping's tax below
/// nothing for shipping, and so gives a part of its discount back (since pull request 19900 of magento/magento2); what is sent as
/// more than 0 it takes as it is.
const AS_GOOD_AS_NOTHING: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

impl Shape {
    /// The shape for an order of which nothing is credited yet, or something is.
    ///
    /// # Errors
    /// [`Error::NotConverged`] where no memo comes to the amount.
    pub(super) fn of(
        order: &Creditable,
        refunded: Money,
        target: Money,
        is_first: bool,
    ) -> Result<Self, Error> {
        let is_all = is_first && refunded == order.grand_total && order.paid == order.grand_total;
        if is_all && order.is_explained() && value(order.wire.total_refunded).is_zero() {
            let rows = order.booked().into_iter().map(|row| (row.item_id.0, value(row.qty_invoiced)));
            let rows: Vec<_> = rows.filter(|(_, quantity)| *quantity > Decimal::ZERO).collect();
            if !rows.is_empty() {
                return Ok(Self::Whole { rows });
            }
        }
        Self::amount(order, target)
    }

    fn amount(order: &Creditable, target: Money) -> Result<Self, Error> {
        let Some(row) = order.booked().first().map(|row| row.item_id.0) else {
            return Err(order.wrong("order_without_lines", "it has no lines; credit it by hand".to_owned()));
        };
        let wire = &order.wire;
        let is_odd = [wire.shipping_amount, wire.shipping_tax_amount, wire.shipping_discount_amount]
            .into_iter()
            .all(|amount| value(amount) > Decimal::ZERO);
        let shipping = if is_odd { AS_GOOD_AS_NOTHING } else { Decimal::ZERO };
        let (base, expected) = adjustment(order, target)?.ok_or_else(|| {
            let problem = format!(
                "no credit memo comes to {target}: {} of its base currency are left, of which one is {} {}; credit it by hand, \
                 with the refund's comment, then replay",
                order.base_left, order.rate, order.currency
            );
            order.wrong("amount_not_expressible", problem)
        })?;
        Ok(Self::Amount { row, shipping, base, expected })
    }

    /// What the memo must come to.
    pub(super) fn expected(&self, order: &Creditable) -> Decimal {
        match self {
            Self::Whole { .. } => value(order.wire.grand_total),
            Self::Amount { expected, .. } => *expected,
        }
    }
}

/// The amount in base currency that comes to `target`, and what it comes to: Magento rounds it to cents, multiplies by the order's
/// rate and rounds again (`Creditmemo::setAdjustmentPositive`). Where none does, the largest that comes to less: never more is
/// credited than went back, and the next memo makes it up.
fn adjustment(order: &Creditable, target: Money) -> Result<Option<(Decimal, Decimal)>, Error> {
    let is_rest = order.money(order.left)?.minor() <= target.minor();
    // The rest is taken to the last digit, so that nothing is left of the order.
    let aim = if is_rest { order.left } else { target.to_decimal() };
    let Some(exact) = aim.checked_div(order.rate) else { return Ok(None) };
    let below = exact.round_dp_with_strategy(CENT.scale(), RoundingStrategy::ToNegativeInfinity);
    let below = below.min(order.base_left);
    let worth = |base: Decimal| (base, cents(base * order.rate));
    let mut reached: Option<(Decimal, Decimal)> = None;
    let off = |(_, worth): (Decimal, Decimal)| (worth - aim).abs();
    for (base, worth) in [worth(below), worth(below + CENT)] {
        let is_allowed = base > Decimal::ZERO && base <= order.base_left && worth <= cents(order.left);
        let is_hit = order.money(worth)? == target;
        if is_allowed && is_hit && reached.is_none_or(|best| off((base, worth)) < off(best)) {
            reached = Some((base, worth));
        }
    }
    let largest_below = Some(worth(below)).filter(|(base, worth)| {
        *base > Decimal::ZERO && *worth <= cents(aim) && target.to_decimal() - *worth <= order.slack(false)
    });
    Ok(reached.or(largest_below))
}
