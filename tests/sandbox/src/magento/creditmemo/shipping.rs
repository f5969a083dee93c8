//! The shipping of a credit memo: what goes back, its discount, its tax.
//!
//! What is asked for is in base currency. Source:
//! `Sales/Model/Order/Creditmemo/Total/{Shipping,Discount,Tax}.php`, `Sales/etc/fieldset.xml` of magento/magento2.

use rust_decimal::Decimal;
use serde_json::json;

use crate::magento::amount::{Side, amount, round, share};
use crate::magento::money;
use crate::magento::refusal::Refusal;
use crate::magento::rounding::{Kind, Rounder};

use super::totals::Basis;

/// Shipping that goes back, in one currency.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shipping {
    pub(super) net: Decimal,
    pub(super) with_tax: Decimal,
}

/// The tax of the shipping that goes back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShippingTax {
    pub(super) tax: Decimal,
    pub(super) compensation: Decimal,
    /// Some of a taxed shipping stays: the memo is not the last.
    pub(super) is_partial: bool,
}

impl Basis<'_> {
    /// The shipping in both currencies: what is asked for is in base currency.
    pub(super) fn shipping(&self) -> Result<[Shipping; 2], Refusal> {
        let left = |side: Side| self.of(side, "shipping_amount") - self.of(side, "shipping_refunded");
        let allowed = left(Side::Base);
        let Some(wanted) = self.arguments.shipping.map(round) else {
            return Ok(Side::BOTH.map(|side| {
                let tax = self.of(side, "shipping_tax_amount") - self.of(side, "shipping_tax_refunded");
                Shipping { net: left(side), with_tax: round(left(side) + tax) }
            }));
        };
        if wanted > round(allowed) {
            let text = "Maximum shipping amount allowed to refund is: %1";
            return Err(Refusal::new(400, text).with(json!([money::base(self.order, allowed)])));
        }
        let whole = self.of(Side::Base, "shipping_amount");
        Ok(Side::BOTH.map(|side| {
            let part = |name: &str| round(share(self.of(side, name), wanted, whole));
            let net = if wanted >= allowed { left(side) } else { part("shipping_amount") };
            Shipping { net, with_tax: part("shipping_incl_tax") }
        }))
    }

    /// What of the shipping's discount goes along, in both currencies. Where no shipping goes back, Magento takes what
    /// the memo holds at that moment: the shipping's tax, copied from the order, below nothing.
    pub(super) fn shipping_discounts(&self) -> Result<[Decimal; 2], Refusal> {
        let tax = self.of(Side::Base, "shipping_tax_amount");
        let shipping = match self.arguments.shipping {
            Some(given) if !given.is_zero() => given,
            Some(_) => -tax,
            None => self.of(Side::Base, "shipping_incl_tax") - tax,
        };
        let whole = self.of(Side::Base, "shipping_amount");
        if shipping.is_zero() {
            return Ok([Decimal::ZERO; 2]);
        }
        if whole <= Decimal::ZERO {
            return Err(Refusal::new(400, "You can not refund shipping if there is no shipping amount."));
        }
        let base = share(self.of(Side::Base, "shipping_discount_amount"), shipping, whole);
        Ok([share(self.of(Side::Order, "shipping_amount"), base, whole), base])
    }

    /// The tax of the shipping that goes back: by share, or all that is left where all of it goes.
    pub(super) fn shipping_tax(
        &self,
        side: Side,
        rounder: &mut Rounder,
        shipping: [Shipping; 2],
    ) -> ShippingTax {
        let whole = Side::BOTH.map(|side| self.of(side, "shipping_amount"));
        if whole.iter().any(Decimal::is_zero) {
            return ShippingTax::default();
        }
        let back = shipping.map(|shipping| shipping.net);
        let is_all_that_is_left = whole[1] - self.of(Side::Base, "shipping_refunded") <= back[1];
        if self.invoice.is_none() && is_all_that_is_left {
            return ShippingTax {
                tax: self.of(side, "shipping_tax_amount") - self.of(side, "shipping_tax_refunded"),
                compensation: self.of(side, "shipping_discount_tax_compensation_amount"),
                is_partial: false,
            };
        }
        // An invoice's share is taken in base currency for both.
        let at = usize::from(side == Side::Base || self.invoice.is_some());
        let from = self.invoice.unwrap_or(self.order);
        let mut part =
            |name: &str| rounder.added(side, Kind::Net, share(side.of(from, name), back[at], whole[at]));
        let (tax, compensation) =
            (part("shipping_tax_amount"), part("shipping_discount_tax_compensation_amount"));
        let is_taxed = !amount(from, "shipping_tax_amount").is_zero();
        let is_all_discount = self.of(Side::Order, "shipping_discount_amount") >= whole[0];
        ShippingTax { tax, compensation, is_partial: back[at] < whole[at] && (is_taxed || is_all_discount) }
    }
}
