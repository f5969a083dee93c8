//! What a credit memo comes to.
//!
//! The order of the steps counts: the discount asks for the shipping before the shipping is worked out, and the rounder
//! remembers. Source: `Sales/Model/Order/Creditmemo/{Item,Total/{Subtotal,Discount,Shipping,Tax,Grand}}.php`,
//! `Sales/etc/{sales,fieldset}.xml` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::magento::amount::{Side, amount, round, share};
use crate::magento::part::Part;
use crate::magento::refusal::Refusal;
use crate::magento::rounding::{Kind, Rounder};
use crate::magento::rows;

use super::Arguments;
use super::shipping::Shipping;

/// The sums in one currency.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    subtotal: Decimal,
    subtotal_with_tax: Decimal,
    /// Above nothing.
    discount: Decimal,
    shipping: Shipping,
    shipping_tax: Decimal,
    tax: Decimal,
    compensation: Decimal,
    positive: Option<Decimal>,
    negative: Option<Decimal>,
    grand_total: Decimal,
}

impl Sums {
    pub(super) const fn grand_total(&self) -> Decimal {
        self.grand_total
    }

    /// Writes them on the memo.
    pub(super) fn write(&self, side: Side, memo: &mut Value) {
        let mut set = |name: &str, amount: Decimal| side.set(memo, name, amount);
        set("subtotal", self.subtotal);
        set("subtotal_incl_tax", self.subtotal_with_tax);
        set("discount_amount", -self.discount);
        set("shipping_amount", self.shipping.net);
        set("shipping_incl_tax", self.shipping.with_tax);
        set("shipping_tax_amount", self.shipping_tax);
        set("tax_amount", self.tax);
        set("discount_tax_compensation_amount", self.compensation);
        set("adjustment", self.positive.unwrap_or_default() - self.negative.unwrap_or_default());
        set("grand_total", self.grand_total);
        for (name, adjustment) in
            [("adjustment_positive", self.positive), ("adjustment_negative", self.negative)]
        {
            if let Some(adjustment) = adjustment {
                set(name, adjustment);
            }
        }
    }
}

/// What the sums are worked out of.
pub(super) struct Basis<'a> {
    pub(super) order: &'a Value,
    pub(super) invoice: Option<&'a Value>,
    /// The invoice's memos so far.
    pub(super) previous: &'a [&'a Value],
    pub(super) arguments: Arguments,
}

impl Basis<'_> {
    /// Works the sums out, and what each part comes to.
    pub(super) fn collect(&self, parts: &mut [Part]) -> Result<[Sums; 2], Refusal> {
        let mut rounder = Rounder::default();
        let discounts = self.shipping_discounts()?;
        let shipping = self.shipping()?;
        Ok([0, 1].map(|at| {
            let side = Side::BOTH[at];
            let mut sums = Sums { shipping: shipping[at], discount: discounts[at], ..Sums::default() };
            self.subtotal(side, parts, &mut rounder, &mut sums);
            self.discount(side, parts, &mut rounder, &mut sums);
            self.tax(side, parts, &mut rounder, &mut sums, shipping);
            let rate = match side {
                Side::Order => amount(self.order, "base_to_order_rate"),
                Side::Base => Decimal::ONE,
            };
            let adjusted = |base: Option<Decimal>| base.map(|base| round(base * rate));
            sums.positive = adjusted(self.arguments.positive);
            sums.negative = adjusted(self.arguments.negative);
            sums.grand_total = sums.subtotal - sums.discount
                + sums.shipping.net
                + sums.tax
                + sums.compensation
                + sums.positive.unwrap_or_default()
                - sums.negative.unwrap_or_default();
            sums
        }))
    }

    pub(super) fn of(&self, side: Side, name: &str) -> Decimal {
        side.of(self.order, name)
    }

    fn row(&self, part: &Part) -> &Value {
        &rows::all(self.order)[part.index]
    }

    /// What of a row's amount was not refunded yet, or the part's share of that.
    fn open(&self, side: Side, part: &Part, invoiced: &str, refunded: &str) -> (Decimal, Decimal) {
        let row = self.row(part);
        let open = side.of(row, invoiced) - side.of(row, refunded);
        let pieces = amount(row, "qty_invoiced") - amount(row, "qty_refunded");
        (open, share(open, part.qty, pieces))
    }

    fn subtotal(&self, side: Side, parts: &mut [Part], rounder: &mut Rounder, sums: &mut Sums) {
        for part in parts.iter_mut().filter(|part| !part.is_dummy) {
            let (open, share_of_it) = self.open(side, part, "row_invoiced", "amount_refunded");
            let row = self.row(part);
            let is_whole = part.is_last || amount(row, "qty_invoiced").is_zero();
            let row_total = if is_whole { open } else { rounder.added(side, Kind::Net, share_of_it) };
            let with_tax = side.of(row, "row_total_incl_tax");
            let with_tax = (!with_tax.is_zero()).then(|| {
                rounder.added(side, Kind::WithTax, share(with_tax, part.qty, amount(row, "qty_ordered")))
            });
            part.money_mut(side).row_total = row_total;
            part.money_mut(side).with_tax = with_tax;
            sums.subtotal += row_total;
            sums.subtotal_with_tax += with_tax.unwrap_or_default();
        }
    }

    fn discount(&self, side: Side, parts: &mut [Part], rounder: &mut Rounder, sums: &mut Sums) {
        for part in parts.iter_mut().filter(|part| !part.is_dummy) {
            if side.of(self.row(part), "discount_invoiced").is_zero() {
                continue;
            }
            let (open, share_of_it) = self.open(side, part, "discount_invoiced", "discount_refunded");
            let discount = if part.is_last { open } else { rounder.taken(side, Kind::Net, share_of_it) };
            part.money_mut(side).discount = Some(discount);
            sums.discount += discount;
        }
    }

    fn tax(
        &self,
        side: Side,
        parts: &mut [Part],
        rounder: &mut Rounder,
        sums: &mut Sums,
        shipping: [Shipping; 2],
    ) {
        let (mut tax, mut compensation) = (Decimal::ZERO, Decimal::ZERO);
        for part in parts.iter_mut().filter(|part| !part.is_dummy && !part.qty.is_zero()) {
            let (open, share_of_it) = self.open(side, part, "tax_invoiced", "tax_refunded");
            let (left, share_left) = self.open(
                side,
                part,
                "discount_tax_compensation_invoiced",
                "discount_tax_compensation_refunded",
            );
            let money = if part.is_last {
                (open, left)
            } else {
                (rounder.added(side, Kind::Net, share_of_it), rounder.added(side, Kind::Net, share_left))
            };
            (part.money_mut(side).tax, part.money_mut(side).compensation) = money;
            tax += money.0;
            compensation += money.1;
        }
        let of_shipping = self.shipping_tax(side, rounder, shipping);
        sums.shipping_tax = of_shipping.tax;
        tax += of_shipping.tax;
        compensation += of_shipping.compensation;
        let (allowed_tax, allowed_compensation) = self.allowed(side);
        let is_last = self.is_last(parts) && !of_shipping.is_partial;
        sums.tax = if is_last { allowed_tax } else { allowed_tax.min(tax) };
        sums.compensation =
            if is_last { allowed_compensation } else { allowed_compensation.min(compensation) };
    }

    fn is_last(&self, parts: &[Part]) -> bool {
        if parts.is_empty() {
            return rows::all(self.order).iter().all(|row| rows::to_refund(self.order, row).is_zero());
        }
        parts.iter().all(|part| part.is_dummy || part.is_last)
    }

    /// What of tax and of compensation may still go back.
    fn allowed(&self, side: Side) -> (Decimal, Decimal) {
        let refunded = |name: &str| self.previous.iter().map(|memo| side.of(memo, name)).sum::<Decimal>();
        match self.invoice {
            Some(invoice) => (
                side.of(invoice, "tax_amount") - refunded("tax_amount"),
                side.of(invoice, "discount_tax_compensation_amount")
                    + side.of(invoice, "shipping_discount_tax_compensation_amount")
                    - refunded("discount_tax_compensation_amount"),
            ),
            None => (
                self.of(side, "tax_invoiced") - self.of(side, "tax_refunded"),
                self.of(side, "discount_tax_compensation_invoiced")
                    + self.of(side, "shipping_discount_tax_compensation_amount")
                    - self.of(side, "discount_tax_compensation_refunded"),
            ),
        }
    }
}
